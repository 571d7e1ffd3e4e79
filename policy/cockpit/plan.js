// SPDX-License-Identifier: LGPL-2.1-or-later
// A plan of several moves, as Cluster1.Plan gives it, for people.

import { element } from "./element.js";
import { table } from "./table.js";
import { bytes, change, count, duration, isLoss, percent } from "./words.js";

function gainOf(move) {
    const misses = Object.entries(move.plan?.actions ?? {}).filter(([, action]) => isLoss(action)).map(([setting]) => setting);

    if (move.whole)
        return "whole";
    return misses.length > 0 ? `misses ${misses.join(", ")}` : "not whole";
}

function orderOf(move) {
    const after = move.after.map(place => place + 1).join(", ");

    return [move.passing ? "steps aside" : "", after ? `after ${after}` : ""].filter(Boolean).join(", ");
}

function moveRow(move, place) {
    return [String(place + 1), move.guest, move.from, move.to, gainOf(move), duration(move.estimate_ms), orderOf(move), move.why];
}

function stayRow(stay) {
    const parts = stay.why.split("; ").map(part => element("li", {}, part));

    return [stay.guest, stay.on, element("ul", { class: "misses" }, ...parts)];
}

function hostRow({ host, maintenance, before, after }) {
    const cpus = fill => `${fill.own_cpus} of ${fill.cpus}`;

    return [
        maintenance ? `${host} (in maintenance)` : host,
        change(String(before.guests), String(after.guests)),
        change(bytes(before.free_kib * 1024), bytes(after.free_kib * 1024)),
        change(cpus(before), cpus(after)),
        change(percent(before.load_permille), percent(after.load_permille)),
    ];
}

function sumOf(plan) {
    const time = `${count(plan.moves.length, "move")} in about ${duration(plan.estimate_ms)}`;

    return plan.moves.length > 1 ? `${time}, ${plan.parallel} at once` : time;
}

function nothingOf(plan) {
    if (plan.kind === "drain")
        return `No guest runs on ${plan.host}: there is nothing to move. It is put in maintenance.`;
    if (plan.kind === "balance")
        return "Nothing is worth being moved.";
    return plan.guest ? `${plan.guest} is where it belongs: there is nothing to move.`
        : "Nobody is away from home, or misses something that is there for it: there is nothing to move.";
}

/** What comes of it, in one sentence. */
function endOf(plan) {
    const stays = plan.stays.length;

    if (stays > 0 && plan.kind === "drain")
        return `${plan.host} can't be emptied, so nobody would be moved: ${count(stays, "guest")} can't leave.`;
    if (stays > 0 && plan.guest)
        return `${plan.guest} can't be ${plan.kind === "home" ? "brought home" : "moved"}.`;
    if (stays > 0 && plan.moves.length === 0)
        return `Nobody can be brought home: ${count(stays, "guest")} would have to stay.`;
    if (stays > 0)
        return `${sumOf(plan)}; ${count(stays, "guest")} would have to stay.`;
    if (plan.moves.length === 0)
        return nothingOf(plan);
    return plan.kind === "drain" ? `${plan.host} can be emptied: ${sumOf(plan)}.` : `${sumOf(plan)}.`;
}

/** Why it can't be carried out; empty: it can. */
export function refusalOf(plan) {
    if (plan.kind === "drain")
        return plan.stays.length > 0 ? endOf(plan) : "";
    return plan.moves.length === 0 ? endOf(plan) : "";
}

/** The whole of @plan. */
export function forecast(plan) {
    const imbalance = plan.imbalance ? `Imbalance: ${change(`${plan.imbalance.before} %`, `${plan.imbalance.after} %`)}` : null;
    const lines = [imbalance, plan.exact ? null : "The search ended at its budget: there may be a better plan.",
        ...plan.gaps.map(gap => `Planned without ${gap.why.startsWith(`${gap.host}: `) ? "" : `${gap.host}: `}${gap.why}`)];
    const parts = [
        element("p", { class: refusalOf(plan) ? "lead refused" : "lead", "data-plan": plan.kind }, endOf(plan)),
        table(["Move", "Guest", "From", "To", "Gets", "Time", "Order", "Why"], plan.moves.map(moveRow)),
        table(["Stays", "On", "Why"], plan.stays.map(stayRow)),
        table(["Host", "Guests", "Free memory", "Own CPUs", "Load"], plan.hosts.map(hostRow)),
        ...lines.filter(Boolean).map(line => element("p", { class: "quiet" }, line)),
    ];

    return element("div", {}, ...parts.filter(part => part !== null));
}
