// SPDX-License-Identifier: LGPL-2.1-or-later
// The page itself: what is above every view, and which view is shown.

import { element, set, show, write } from "./element.js";
import { GuestView } from "./guest.js";
import { Jobs } from "./jobs.js";
import { Overview } from "./overview.js";

export class Application {
    #shown = null; // {name, view}

    constructor(root, cluster) {
        this.cluster = cluster;
        this.title = element("h1", {}, "Guest placement"); // of a page that has nothing else to show
        this.failure = element("p", { class: "notice danger", "data-notice": "failure", role: "alert" });
        this.readOnly = element("p", { class: "notice", "data-notice": "read-only" });
        this.gaps = element("p", { class: "notice warning", "data-notice": "gaps" });
        this.jobs = new Jobs(cluster);
        this.main = element("main", {});
        root.replaceChildren(this.title, this.failure, this.readOnly, this.gaps, this.main);
    }

    begin() {
        this.cluster.addEventListener("changed", () => this.update());
        cockpit.addEventListener("locationchanged", () => this.update());
        this.update();
    }

    update() {
        this.#notice(this.failure, this.cluster.service.failure);
        this.#notice(this.readOnly, this.cluster.service.ready ? this.cluster.readOnly : "");
        this.#notice(this.gaps, this.cluster.service.ready ? this.#gaps().join("; ") : "");
        this.#turn();
        this.jobs.update(this.#shown.view.guest);
        set(this.main, "aria-busy", String(!this.cluster.guestsKnown && this.cluster.service.failure === ""));
        show(this.main, this.cluster.service.failure === "");
        show(this.title, this.main.hidden);
        this.#shown.view.update();
    }

    /** Hosts that could not be asked, but for those whose card says so. */
    #gaps() {
        const away = this.cluster.hosts.filter(host => host.State !== "reachable").map(host => `${host.Name}: `);

        return this.cluster.gaps.filter(line => !away.some(host => line.startsWith(host)));
    }

    #notice(node, text) {
        write(node, text);
        show(node, text !== "");
    }

    /** To the view that the address says; one that is left is forgotten. */
    #turn() {
        const [kind, id] = cockpit.location.path;
        const name = kind === "guest" && id ? `guest ${id}` : "overview";

        if (name === this.#shown?.name)
            return;
        this.#shown = { name, view: name === "overview" ? new Overview(this.cluster) : new GuestView(this.cluster, id) };
        this.main.replaceChildren(this.#shown.view.head, this.jobs.node, this.#shown.view.node);
        window.scrollTo(0, 0);
    }
}
