// SPDX-License-Identifier: LGPL-2.1-or-later
// What a host has for a guest, in words.

import { element } from "./element.js";
import { table } from "./plan.js";

const FILTERS = {
    unreachable: "unreachable", unmanaged: "without pinshiftd", maintenance: "in maintenance", tried: "has refused", here: "is here", assigned: "assigned device",
    group: "group", "cpu-model": "CPU model", plan: "does not fit",
};
const VERDICTS = { keep: "fits as written", adapt: "fits with changes", refuse: "does not fit" };

export function verdictOf(ranked) {
    return ranked.place === null ? FILTERS[ranked.filter] ?? ranked.filter : VERDICTS[ranked.verdict] ?? ranked.verdict;
}

/** What the guest would get on @ranked, setting by setting as far as its plan is known. */
export function gets(ranked) {
    const reasons = ranked.plan?.reasons ?? [];
    const rows = reasons.map(({ setting, action, text }) => [setting, action, text]);

    return element("div", {}, element("p", { class: "lead" }, `${ranked.host} ${verdictOf(ranked)}: ${ranked.why}`), ...[table(["Setting", "Action", "What and why"], rows)].filter(Boolean));
}
