// SPDX-License-Identifier: LGPL-2.1-or-later
// Figures and states in words, as the command pinshift has them.

const UNITS = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"];
const LOSSES = ["weaken", "strip"];
const ACTIONS = { keep: "kept", remap: "moved", weaken: "weakened", strip: "taken away", warn: "kept, with a warning", refuse: "refused" };
const STATES = { running: "running", defined: "shut off", receiving: "on its way here" };

export function bytes(amount) {
    let unit = 0;

    for (; amount >= 1024 && unit < UNITS.length - 1; unit++)
        amount /= 1024;
    return `${unit === 0 ? amount : amount.toFixed(1)} ${UNITS[unit]}`;
}

export function duration(ms) {
    const seconds = Math.ceil(ms / 1000), minutes = Math.floor(seconds / 60);

    if (minutes === 0)
        return `${seconds} s`;
    return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** "12 %" of what is in thousandths; what is not known is "unknown". */
export function percent(permille) {
    return permille < 0 ? "unknown" : `${Math.floor(permille / 10)} %`;
}

/** "1 guest", "2 guests". */
export function count(number, noun) {
    return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** "4", or "4 → 2" where that changes. */
export function change(before, after) {
    return before === after ? before : `${before} → ${after}`;
}

/** Whether @action leaves a guest with less than was written. */
export function isLoss(action) {
    return LOSSES.includes(action);
}

export function actionOf(action) {
    return ACTIONS[action] ?? action;
}

export function stateOf(guest) {
    return STATES[guest.state] ?? guest.state ?? "";
}

/** "2026-11-20 10:11", by the clock here; what is no time stays as it is. */
export function time(text) {
    const when = new Date(text);
    const here = new Date(when.getTime() - when.getTimezoneOffset() * 60000);

    return Number.isNaN(when.getTime()) ? text : here.toISOString().slice(0, 16).replace("T", " ");
}

/** What @guest misses: {setting, action, reason, written, given, since} each. */
export function missesOf(guest) {
    return settingsOf(guest).filter(setting => isLoss(setting.action));
}

/** Why @guest is left as it is, whose record is another version's, so that nobody knows what it misses; "": it is not. */
export function leftOf(guest) {
    return guest.left ?? "";
}

/** All settings of @guest, as those of missesOf. */
export function settingsOf(guest) {
    const of = name => guest[name] ?? {};

    return Object.entries(of("actions")).map(([setting, action]) => ({
        setting,
        action,
        reason: of("reasons")[setting] ?? "",
        written: of("written")[setting] ?? "",
        given: of("given")[setting] ?? "",
        since: of("since")[setting] ?? "",
    }));
}
