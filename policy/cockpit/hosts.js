// SPDX-License-Identifier: LGPL-2.1-or-later
// All hosts, a card each.

import { element, show } from "./element.js";
import { HostCard } from "./host.js";
import { Rows } from "./rows.js";

const FEW = 4; // so many show their CPUs without being asked

export class Hosts {
    constructor(cluster) {
        this.cluster = cluster;
        this.cards = element("div", { class: "cards" });
        this.none = element("p", { class: "quiet" }, "The cluster has no hosts: name them in the policy, see pinshift-policyd(8).");
        this.rows = new Rows(this.cards, host => new HostCard(cluster, host, cluster.hosts.length <= FEW));
        this.node = element("section", { id: "hosts", "aria-labelledby": "hosts-head" },
            element("h2", { id: "hosts-head" }, "Hosts"), this.none, this.cards);
    }

    update() {
        const hosts = this.cluster.hosts;

        show(this.none, hosts.length === 0 && this.cluster.service.ready);
        this.rows.show(hosts, host => host.path);
    }
}
