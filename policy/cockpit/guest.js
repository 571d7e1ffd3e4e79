// SPDX-License-Identifier: LGPL-2.1-or-later
// The view of one guest: what it has, what it misses, and where it could go.

import { allow, askHome, askMigrate } from "./action.js";
import { button, element, set, show, write } from "./element.js";
import { Rank } from "./rank.js";
import { Rows } from "./rows.js";
import { cellsOf, frame } from "./table.js";
import { actionOf, isLoss, leftOf, settingsOf, stateOf, time } from "./words.js";

const FACTS = ["State", "Host", "Home", "UUID"];
const HEADS = ["Setting", "What became of it", "As written", "What it has", "Why", "Since"];

export class GuestView {
    #ranked = ""; // what the world was like when it was ranked

    constructor(cluster, id) {
        this.cluster = cluster;
        this.id = id;
        this.title = element("h1", {});
        this.crumb = element("span", { "aria-current": "page" });
        this.facts = Object.fromEntries(FACTS.map(name => [name, element("dd", {})]));
        this.body = element("tbody", {});
        this.settings = new Rows(this.body, settingRow);
        this.gone = element("p", { class: "notice", "data-notice": "no-guest" });
        this.place = element("div", {});
        this.head = this.#head();
        this.known = element("div", {}, this.#facts(), this.#table(), this.place);
        this.node = element("div", {}, this.gone, this.known);
    }

    #head() {
        const back = element("a", { href: "#/", "data-action": "back" }, "Cluster");
        const crumbs = element("nav", { "aria-label": "Breadcrumb", class: "crumbs" }, back, " / ", this.crumb);
        const actions = element("div", { class: "actions" });

        const toBest = () => askMigrate(this.cluster, this.guest, this.rank.best, true);

        this.best = button("Migrate to the best host", { action: "migrate-best" }, toBest, "primary");
        this.home = button("Bring home", { action: "home" }, () => askHome(this.cluster, this.guest), "secondary");
        this.again = button("Rank again", { action: "rank" }, () => this.rank?.ask());
        actions.append(this.best, this.home, this.again);
        return element("header", { class: "head" }, element("div", {}, crumbs, this.title), actions);
    }

    #facts() {
        const pairs = FACTS.map(name => element("div", {}, element("dt", {}, name), this.facts[name]));

        return element("dl", { class: "card facts" }, ...pairs);
    }

    #table() {
        this.none = element("p", { class: "quiet" });
        this.table = element("div", { class: "card flush" }, frame(HEADS, this.body));
        return element("section", { id: "settings", "aria-labelledby": "settings-head" },
            element("h2", { id: "settings-head" }, "What it has"), this.none, this.table);
    }

    get guest() {
        return this.cluster.guest(this.id);
    }

    update() {
        const guest = this.guest;

        write(this.gone, this.cluster.guestsKnown ? "The cluster has no such guest now." : "Asking the hosts …");
        show(this.gone, guest === undefined);
        show(this.known, guest !== undefined);
        if (guest !== undefined)
            this.#show(guest);
        this.#allow(guest);
    }

    #show(guest) {
        const settings = settingsOf(guest);

        write(this.title, guest.name);
        write(this.crumb, guest.name);
        set(this.node, "data-guest", guest.name);
        [this.best, this.home, this.again].forEach(control => control.dataset.guest = guest.name);
        write(this.facts.State, stateOf(guest));
        write(this.facts.Host, guest.host ?? "");
        write(this.facts.Home, guest.home ?? "none is known");
        write(this.facts.UUID, guest.uuid);
        this.settings.show(settings, setting => setting.setting);
        write(this.none, leftOf(guest) ? `Not known: ${leftOf(guest)}` : "It is not tuned: nothing was written for it.");
        show(this.none, settings.length === 0);
        show(this.table, settings.length > 0);
        this.#rank(guest);
    }

    /** Ranks when the guest is known, and again when a host, or the guest, is not what it was. */
    #rank(guest) {
        const hosts = this.cluster.hosts.map(host => [host.Name, host.State, host.Maintenance, host.Claims, host.SnapshotDigest]);
        const world = JSON.stringify([guest.host, guest.state, hosts]);

        if (this.rank === undefined) {
            this.rank = new Rank(this.cluster, guest, () => this.update());
            this.place.replaceChildren(this.rank.node);
        }
        if (world !== this.#ranked && !this.cluster.jobOf(guest)) {
            this.#ranked = world;
            this.rank.ask();
        }
    }

    #allow(guest) {
        const obstacle = this.rank?.obstacle ?? "It is not known yet.";

        allow(this.best, this.cluster, obstacle || (this.rank.best ? "" : `No host can take ${guest?.name ?? "it"}.`));
        allow(this.home, this.cluster, obstacle);
        this.rank?.update();
    }
}

function settingRow(first) {
    const cells = cellsOf(HEADS, 0);
    const node = element("tr", { "data-setting": first.setting }, ...cells);

    return {
        node,
        update({ setting, action, written, given, reason, since }) {
            set(node, "data-missing", isLoss(action) ? setting : null);
            set(node, "class", isLoss(action) ? "loss" : null);
            [setting, actionOf(action), written, given, reason, since ? time(since) : ""].forEach((text, i) => write(cells[i], text));
        },
    };
}
