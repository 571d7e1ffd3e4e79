// SPDX-License-Identifier: LGPL-2.1-or-later
// Where a guest could go: all hosts, the best first, with the reasons.

import { allow, askMigrate, askRoom, beforeAfter } from "./action.js";
import { button, element, set, show, write } from "./element.js";
import { explain } from "./failure.js";
import { Pace } from "./pace.js";
import { Rows } from "./rows.js";
import { duration } from "./words.js";
import { scoreOf, verdictOf } from "./verdict.js";

const PLANS = 16; // so many hosts get their whole plan
const PAUSE_MS = 2000; // between two questions
const HEADS = ["Place", "Host", "Verdict", "Score", "Cost", "Why", ""];

export class Rank {
    #pace = new Pace(() => this.#ask(), PAUSE_MS);
    #chosen = null; // host whose picture is shown
    answer = null;

    /** Of @guest; @changed is called when there is another answer. */
    constructor(cluster, guest, changed) {
        this.cluster = cluster;
        this.guest = guest;
        this.changed = changed;
        this.summary = element("p", { class: "quiet", "aria-live": "polite" });
        this.body = element("tbody", {});
        this.rows = new Rows(this.body, ranked => this.#row(ranked));
        this.place = element("div", { id: "before-after" });
        this.node = element("section", { id: "rank", "aria-labelledby": "rank-head" },
            element("h2", { id: "rank-head" }, "Where it could go"), this.summary, this.#table(), this.place);
    }

    #table() {
        const heads = HEADS.map(text => element("th", { scope: "col" }, text || element("span", { class: "unseen" }, "Actions")));

        this.table = element("div", { class: "card scroll", hidden: true },
            element("table", { class: "narrow-stacks" }, element("thead", {}, element("tr", {}, ...heads)), this.body));
        return this.table;
    }

    /** The best host; undefined: there is none, or it is not known yet. */
    get best() {
        return this.answer?.hosts.find(ranked => ranked.place === 1);
    }

    /** Asks anew, soon. */
    ask() {
        this.#pace.call();
    }

    async #ask() {
        if (this.answer === null)
            write(this.summary, "Asking the hosts …");
        try {
            this.#take(await this.cluster.service.ask("Rank", "sa{sv}", [this.guest.uuid, { plans: { t: "u", v: PLANS } }]));
        } catch (error) {
            write(this.summary, explain(error));
        }
        this.changed();
    }

    #take(answer) {
        this.answer = answer;
        write(this.summary, this.#summarize());
        show(this.table, answer.hosts.length > 0);
        set(this.node, "data-rank", answer.guest);
        this.rows.show(answer.hosts, ranked => ranked.host);
        if (this.#chosen !== null)
            this.#draw();
    }

    #summarize() {
        const { omitted, estimate_ms: estimate, warning } = this.answer;
        const parts = [this.best ? "" : `No host can take ${this.guest.name}.`,
            this.best && estimate > 0 ? `The move takes about ${duration(estimate)}.` : "", warning ? `${warning}.` : "",
            omitted > 0 ? `${omitted} more hosts are left out.` : ""];

        return parts.filter(Boolean).join(" ");
    }

    update() {
        for (const migrate of this.body.querySelectorAll("[data-action=migrate], [data-action=make-room]"))
            allow(migrate, this.cluster, this.obstacle);
    }

    /** Why it can't be moved now; empty: it can. */
    get obstacle() {
        const guest = this.cluster.guest(this.guest.uuid);

        if (!guest || guest.state !== "running")
            return "Only a guest that runs can be migrated.";
        return this.cluster.jobOf(guest) ? "It is being moved." : "";
    }

    #row(first) {
        const cells = HEADS.map(label => element("td", { "data-label": label }));
        const name = element("th", { scope: "row", "data-label": "Host" }, first.host);
        let now = first;
        const look = button("Before and after", { action: "compare" }, () => this.#choose(now.host), "link small");
        const migrate = button("Migrate", { action: "migrate" }, () => askMigrate(this.cluster, this.guest, now, false), "secondary small");

        const room = button("Make room", { action: "make-room" }, () => askRoom(this.cluster, this.guest, now.host), "secondary small");

        set(migrate, "aria-label", `Migrate to ${first.host}`);
        set(look, "aria-label", `Before and after a move to ${first.host}`);
        cells[1] = name;
        set(room, "aria-label", `Make room on ${first.host}`);
        cells[6].append(element("span", { class: "actions" }, look, migrate, room));
        return {
            node: element("tr", { "data-rank-host": first.host }, ...cells),
            update: ranked => {
                now = ranked;
                this.#write(cells, ranked);
                [look, migrate].forEach(control => show(control, ranked.place !== null));
                show(room, ranked.filter === "plan");
            },
        };
    }

    #write(cells, ranked) {
        const texts = [ranked.place ?? "-", null, verdictOf(ranked), ranked.score ?? "-", ranked.cost ?? "-", ranked.why];

        texts.forEach((text, i) => text === null || write(cells[i], String(text)));
        set(cells[3], "title", ranked.parts ? scoreOf(ranked) : null);
    }

    #choose(host) {
        this.#chosen = this.#chosen === host ? null : host;
        this.#draw();
    }

    async #draw() {
        const host = this.#chosen;
        const shown = host === null ? [] : [element("h3", {}, `Before and after a move to ${host}`), await beforeAfter(this.cluster, this.guest, host)];

        if (host === this.#chosen)
            this.place.replaceChildren(...shown);
    }
}
