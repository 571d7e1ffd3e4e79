// SPDX-License-Identifier: LGPL-2.1-or-later
// What a host has for a guest, in words.

import { element } from "./element.js";
import { table } from "./table.js";
import { actionOf } from "./words.js";

const FILTERS = {
    unreachable: "unreachable",
    unmanaged: "without pinshiftd",
    maintenance: "in maintenance",
    tried: "has refused",
    here: "is here",
    assigned: "assigned device",
    group: "group",
    "cpu-model": "CPU model",
    plan: "does not fit",
};
const VERDICTS = { keep: "fits as written", adapt: "fits with changes", refuse: "does not fit" };

export function verdictOf(ranked) {
    return ranked.place === null ? FILTERS[ranked.filter] ?? ranked.filter : VERDICTS[ranked.verdict] ?? ranked.verdict;
}

/** "Score 1200000: fit 1000, load 500", each part from 0 to 1000. */
export function scoreOf(ranked) {
    const parts = Object.entries(ranked.parts ?? {}).map(([part, value]) => `${part} ${value}`).join(", ");

    return `Score ${ranked.score}${parts ? `: ${parts}` : ""}`;
}

/** What the guest would get on @ranked, setting by setting as far as its plan is known. */
export function gets(ranked) {
    const rows = (ranked.plan?.reasons ?? []).map(({ setting, action, text }) => [setting, actionOf(action), text]);
    const parts = [
        element("p", { class: "lead" }, `On ${ranked.host} it ${verdictOf(ranked)}.`),
        element("p", {}, ranked.why),
        table(["Setting", "Action", "What and why"], rows),
        element("p", { class: "quiet" }, scoreOf(ranked)),
    ];

    return element("div", {}, ...parts.filter(Boolean));
}
