// SPDX-License-Identifier: LGPL-2.1-or-later
// The first view: the cluster as a whole.

import { askBalance, askHome, allow } from "./action.js";
import { button, element, show, write } from "./element.js";
import { Guests } from "./guests.js";
import { Hosts } from "./hosts.js";
import { count, leftOf, missesOf } from "./words.js";

const MANY = 8; // hosts: their guests are far below

export class Overview {
    constructor(cluster) {
        this.cluster = cluster;
        this.summary = element("p", { class: "quiet", id: "summary" }, "Asking the hosts …");
        this.actions = [
            button("Bring all home", { action: "home" }, () => askHome(cluster, null), "secondary"),
            button("Balance", { action: "balance" }, () => askBalance(cluster), "secondary"),
        ];
        this.jump = button("To the guests", { action: "jump" }, () => this.guests.node.scrollIntoView(), "link");
        this.head = element("header", { class: "head" },
            element("div", {}, element("h1", {}, "Guest placement"), this.summary),
            element("div", { class: "actions" }, this.jump, ...this.actions, button("Refresh", { action: "refresh" }, () => cluster.reload())));
        this.hosts = new Hosts(cluster);
        this.guests = new Guests(cluster);
        this.node = element("div", {}, this.hosts.node, this.guests.node);
    }

    update() {
        this.#summarize();
        show(this.jump, this.cluster.hosts.length > MANY);
        this.actions.forEach(action => allow(action, this.cluster));
        this.hosts.update();
        this.guests.update();
    }

    #summarize() {
        const { guests, hosts } = this.cluster;
        const missing = guests.filter(guest => missesOf(guest).length > 0).length;
        const misses = missing === 0 ? "none misses anything" : `${count(missing, "guest")} ${missing === 1 ? "misses" : "miss"} something`;
        const left = guests.filter(guest => leftOf(guest)).length;
        const unknown = left > 0 ? `; of ${left} it is not known` : "";

        if (this.cluster.guestsKnown)
            write(this.summary, `${count(hosts.length, "host")}, ${count(guests.length, "guest")}: ${misses}${unknown}`);
    }
}
