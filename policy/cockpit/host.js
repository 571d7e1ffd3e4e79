// SPDX-License-Identifier: LGPL-2.1-or-later
// One host: how it is, who is there, and what can be done with it.

import { allow, askDrain, askMaintenance, endMaintenance } from "./action.js";
import { button, element, set, show, write } from "./element.js";
import { explain } from "./failure.js";
import { Pace } from "./pace.js";
import { picture } from "./picture.js";
import { Rows } from "./rows.js";
import { count, leftOf, missesOf, percent } from "./words.js";

const PAUSE_MS = 2000; // between two pictures
const WIDE = 560; // a picture that is wider has the whole row, in pixels

export class HostCard {
    #wanted = ""; // what the host was like when its picture was asked for
    #drawn = ""; // the picture
    #pace = new Pace(() => this.#draw(), PAUSE_MS);

    constructor(cluster, host, unfolded) {
        this.cluster = cluster;
        this.name = host.Name;
        this.badges = element("span", { class: "badges" });
        this.state = new Rows(this.badges, badge);
        this.failure = element("p", { class: "notice danger" });
        this.facts = element("p", { class: "quiet" });
        this.chips = element("ul", { class: "chips", "aria-label": `Guests on ${host.Name}` });
        this.guests = new Rows(this.chips, chip);
        this.place = element("div", { id: `picture-${host.path}` });
        this.node = element("article", { class: "card", "data-host": host.Name },
            this.#head(), this.failure, this.facts, this.chips, this.#tools(), this.place);
        this.#unfold(unfolded);
    }

    #head() {
        return element("header", {}, element("h3", {}, this.name), this.badges);
    }

    #tools() {
        const tool = (text, action, press) => button(text, { action, host: this.name }, press, "secondary small");

        this.fold = button("Nodes and CPUs", { action: "picture", host: this.name }, () => this.#unfold(this.place.hidden), "link small");
        set(this.fold, "aria-controls", this.place.id);
        this.drain = tool("Drain", "drain", () => askDrain(this.cluster, this.name));
        this.begin = tool("Maintenance", "maintenance", () => askMaintenance(this.cluster, this.name));
        this.end = tool("End maintenance", "end-maintenance", () => endMaintenance(this.cluster, this.name));
        return element("div", { class: "actions" }, this.drain, this.begin, this.end, this.fold);
    }

    update(host = this.host) {
        this.host = host;
        const guests = this.cluster.guestsOn(host.Name);
        const obstacle = host.State === "reachable" ? "" : `${host.Name} is ${host.State}.`;

        this.state.show(this.#states(host, guests), state => state.text);
        write(this.failure, host.Failure);
        show(this.failure, host.Failure !== "");
        write(this.facts, this.#describe(host, guests));
        this.guests.show(guests, guest => guest.uuid);
        [this.drain, this.begin, this.end].forEach(tool => allow(tool, this.cluster, obstacle));
        show(this.begin, !host.Maintenance);
        show(this.end, host.Maintenance);
        this.#follow();
    }

    /** What stands beside the name: {text, look}. */
    #states(host, guests) {
        const missing = guests.filter(guest => missesOf(guest).length > 0).length;
        const states = [{ text: host.State, look: { reachable: "good", unreachable: "danger" }[host.State] ?? "warning" }];

        if (host.Maintenance)
            states.push({ text: host.MaintenanceReason ? `in maintenance: ${host.MaintenanceReason}` : "in maintenance", look: "warning" });
        if (host.State === "reachable" && !host.LibvirtConnected)
            states.push({ text: "libvirt not heard", look: "danger" });
        if (missing > 0)
            states.push({ text: `${count(missing, "guest")} ${missing === 1 ? "misses" : "miss"} something`, look: "warning" });
        if (this.cluster.differs(host))
            states.push({ text: "other policy than here", look: "warning" });
        return states;
    }

    #describe(host, guests) {
        const parts = [count(guests.length, "guest"), `load ${percent(host.Load ?? -1)}`];

        if (host.Claims?.length > 0)
            parts.push(`${host.Claims.length} on the way`);
        if (host.Version)
            parts.push(`pinshiftd ${host.Version}`);
        if (host.PolicyDigest && !this.cluster.differs(host))
            parts.push("same policy");
        return parts.join(" · ");
    }

    #unfold(unfolded) {
        show(this.place, unfolded);
        set(this.fold, "aria-expanded", String(unfolded));
        this.#spread();
        this.#follow();
    }

    #spread() {
        const width = Number(this.place.querySelector("svg")?.getAttribute("width") ?? 0);

        this.node.classList.toggle("wide", !this.place.hidden && width > WIDE);
    }

    /** Asks for the picture where it is to be seen and the host is not what it was. */
    #follow() {
        const { State, Claims, SnapshotDigest } = this.host ?? {};
        const wanted = JSON.stringify([State, Claims, SnapshotDigest]);

        if (this.place.hidden || !this.host || wanted === this.#wanted)
            return;
        this.#wanted = wanted;
        this.#pace.call();
    }

    async #draw() {
        try {
            const text = await this.cluster.service.call("Picture", "sa{sv}", [this.name, {}]);

            if (text !== this.#drawn)
                this.place.replaceChildren(picture(text, "host"));
            this.#drawn = text;
            this.#spread();
        } catch (error) {
            this.place.replaceChildren(element("p", { class: "quiet" }, `No picture: ${explain(error)}`));
            this.#drawn = "";
        }
    }
}

/** A word with a colour behind it. */
function badge(state) {
    return { node: element("span", { class: `badge ${state.look}` }, state.text), update: () => undefined };
}

/** A guest by its name, which leads to it. */
function chip(guest) {
    const link = element("a", { "data-guest": guest.name, href: `#/guest/${encodeURIComponent(guest.uuid)}` }, guest.name);

    return {
        node: element("li", {}, link),
        update(now) {
            const misses = missesOf(now).map(miss => miss.setting).join(", ");

            set(link, "class", `chip ${misses ? "warning" : ""} ${now.state === "defined" ? "off" : ""}`);
            set(link, "title", [now.name, now.state === "defined" ? "shut off" : "", misses ? `misses ${misses}` : "",
                leftOf(now) ? `what it misses is not known: ${leftOf(now)}` : ""].filter(Boolean).join(", "));
        },
    };
}
