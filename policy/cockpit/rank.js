// SPDX-License-Identifier: LGPL-2.1-or-later
// Where a guest could go: all hosts, the best first, with the reasons.

import { allow, askMigrate, askRoom, beforeAfter } from "./action.js";
import { button, element, set, show, write } from "./element.js";
import { explain } from "./failure.js";
import { Pace } from "./pace.js";
import { Rows } from "./rows.js";
import { cellsOf, frame } from "./table.js";
import { scoreOf, verdictOf } from "./verdict.js";
import { duration } from "./words.js";

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
        this.table = element("div", { class: "card flush", hidden: true }, frame(HEADS, this.body));
        this.rows = new Rows(this.body, ranked => this.#row(ranked));
        this.place = element("div", { id: "before-after" });
        this.node = element("section", { id: "rank", "aria-labelledby": "rank-head" },
            element("h2", { id: "rank-head" }, "Where it could go"), this.summary, this.table, this.place);
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
        const cells = cellsOf(HEADS, 1), host = first.host;
        let now = first;
        const look = this.#tool("Before and after", "compare", `Before and after a move to ${host}`, () => this.#choose(host));
        const migrate = this.#tool("Migrate", "migrate", `Migrate to ${host}`, () => askMigrate(this.cluster, this.guest, now, false));
        const room = this.#tool("Make room", "make-room", `Make room on ${host}`, () => askRoom(this.cluster, this.guest, host));

        cells[6].append(element("span", { class: "actions" }, look, migrate, room));
        return {
            node: element("tr", { "data-rank-host": host }, ...cells),
            update: ranked => {
                now = ranked;
                this.#write(cells, ranked);
                [look, migrate].forEach(control => show(control, ranked.place !== null));
                show(room, ranked.filter === "plan");
            },
        };
    }

    /** A button of a row; @name says what it is to those who don't see the row. */
    #tool(text, action, name, press) {
        const made = button(text, { action }, press, action === "compare" ? "link small" : "secondary small");

        set(made, "aria-label", name);
        return made;
    }

    #write(cells, ranked) {
        const texts = [ranked.place ?? "-", ranked.host, verdictOf(ranked), ranked.score ?? "-", ranked.cost ?? "-", ranked.why];

        texts.forEach((text, i) => write(cells[i], String(text)));
        set(cells[3], "title", ranked.parts ? scoreOf(ranked) : null);
    }

    #choose(host) {
        this.#chosen = this.#chosen === host ? null : host;
        this.#draw();
    }

    async #draw() {
        const host = this.#chosen;
        const drawn = host === null ? null : await beforeAfter(this.cluster, this.guest, host);

        if (host === this.#chosen)
            this.place.replaceChildren(...drawn === null ? [] : [element("h3", {}, `Before and after a move to ${host}`), drawn]);
    }
}
