// SPDX-License-Identifier: LGPL-2.1-or-later
// All guests of the cluster, a row each, and which of them are shown.

import { button, element, set, show, write } from "./element.js";
import { Rows } from "./rows.js";
import { cellsOf, frame } from "./table.js";
import { actionOf, leftOf, missesOf, stateOf } from "./words.js";

const HEADS = ["Guest", "State", "Host", "Home", "Misses", ""];

export class Guests {
    constructor(cluster) {
        this.cluster = cluster;
        this.filter = element("input", { type: "search", id: "filter", placeholder: "Name or host", input: () => this.update() });
        this.missing = element("input", { type: "checkbox", id: "missing-only", change: () => this.update() });
        this.none = element("p", { class: "quiet", id: "no-guests" });
        this.body = element("tbody", {});
        this.table = element("div", { class: "card flush" }, frame(HEADS, this.body));
        this.rows = new Rows(this.body, row);
        this.node = element("section", { id: "guests", "aria-labelledby": "guests-head" }, this.#head(), this.table, this.none);
    }

    #head() {
        return element("header", { class: "head" }, element("h2", { id: "guests-head" }, "Guests"),
            element("div", { class: "actions" },
                element("label", { for: "missing-only", class: "check" }, this.missing, "only those that miss something"),
                element("label", { for: "filter" }, "Filter"), this.filter));
    }

    update() {
        const shown = this.cluster.guests.filter(guest => this.#wants(guest));

        this.rows.show(shown, guest => guest.uuid + guest.host);
        write(this.none, this.#absence());
        show(this.none, shown.length === 0);
        show(this.table, shown.length > 0);
    }

    /** What stands there where no guest does. */
    #absence() {
        if (this.cluster.guests.length > 0)
            return "No guest is like that.";
        return this.cluster.guestsKnown ? "There are no guests." : "Asking the hosts …";
    }

    #wants(guest) {
        const text = this.filter.value.trim().toLowerCase();

        return (!this.missing.checked || missesOf(guest).length > 0) &&
            [guest.name, guest.uuid, guest.host, guest.home].some(value => (value ?? "").toLowerCase().includes(text));
    }
}

function row(guest) {
    const open = () => cockpit.location.go(["guest", guest.uuid]);
    const cells = cellsOf(HEADS, 0), [name, state, host, home, missing, tools] = cells;
    const misses = element("ul", { class: "misses" }), reasons = new Rows(misses, miss);
    const rank = button("Where to?", { action: "rank", guest: guest.name }, open, "secondary small");

    set(rank, "aria-label", `Where can ${guest.name} go?`);
    name.append(element("a", { href: `#/guest/${encodeURIComponent(guest.uuid)}` }, guest.name));
    missing.append(misses);
    tools.append(rank);
    return {
        node: element("tr", { "data-guest": guest.name, "data-uuid": guest.uuid }, ...cells),
        update(now) {
            write(state, stateOf(now));
            write(host, now.host ?? "");
            write(home, now.home ?? "none");
            reasons.show(saidOf(now), one => one.setting);
            show(misses, saidOf(now).length > 0);
        },
    };
}

/** What stands there of what @guest misses. */
function saidOf(guest) {
    return leftOf(guest) ? [{ setting: "not known", action: "", reason: leftOf(guest) }] : missesOf(guest);
}

/** "vcpu-pins weakened: no free CPUs", or "not known: its record is of another version". */
function miss(first) {
    const reason = element("span", {});

    return {
        node: element("li", { "data-missing": first.setting }, element("strong", {}, first.setting), first.action ? " " : ": ", reason),
        update: one => write(reason, [actionOf(one.action), one.reason].filter(Boolean).join(": ")),
    };
}
