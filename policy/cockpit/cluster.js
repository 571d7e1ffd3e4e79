// SPDX-License-Identifier: LGPL-2.1-or-later
// The cluster as the page knows it: hosts, jobs, guests; and who may change it.

import { explain, isUnknownCall } from "./failure.js";
import { Pace } from "./pace.js";
import { Service } from "./service.js";

const PAUSE_MS = 700; // between two questions for all guests
const READ_ONLY = "You may look, and change nothing: turn on administrative access at the top of Cockpit.";

const byName = (a, b) => a.name.localeCompare(b.name, undefined, { numeric: true });
const number = path => Number(path.slice(path.lastIndexOf("/") + 1));

/** "changed" whenever something is to be shown anew. */
export class Cluster extends EventTarget {
    #drawn = false;
    #seen = "";
    #pace = new Pace(() => this.#ask(), PAUSE_MS);
    guests = [];
    guestsKnown = false;
    gaps = []; // hosts that could not be asked, a line each

    constructor() {
        super();
        this.service = new Service();
        this.permission = cockpit.permission({ admin: true });
        this.permission.addEventListener("changed", () => this.service.connect());
        this.service.addEventListener("state", () => this.#forget());
        this.service.addEventListener("changed", () => this.#look());
        document.addEventListener("visibilitychange", () => document.hidden || this.reload());
        this.service.connect();
    }

    get hosts() {
        return this.service.all("Host").sort((a, b) => a.Name.localeCompare(b.Name, undefined, { numeric: true }));
    }

    /** The newest first. */
    get jobs() {
        return this.service.all("Job").sort((a, b) => number(b.path) - number(a.path));
    }

    /** Why nothing may be changed; empty: it may. */
    get readOnly() {
        return this.permission.allowed === false ? READ_ONLY : "";
    }

    /** By its UUID: where it runs, if several hosts have it; undefined: there is none. */
    guest(uuid) {
        const all = this.guests.filter(guest => guest.uuid === uuid);

        return all.find(guest => guest.state === "running") ?? all[0];
    }

    /** Whether @host goes by another policy than the service. */
    differs(host) {
        return host.PolicyDigest !== "" && host.PolicyDigest !== this.service.properties.PolicyDigest;
    }

    guestsOn(host) {
        return this.guests.filter(guest => guest.host === host);
    }

    /** The job that moves @guest now; undefined: there is none. */
    jobOf(guest) {
        return this.jobs.find(job => job.State === "running" && job.Uuid === guest.uuid);
    }

    /** Asks for all guests, soon. */
    reload() {
        this.#pace.call();
    }

    async #ask() {
        if (!this.service.ready)
            return;
        try {
            const answer = await this.#domains();

            this.guests = answer.domains.sort(byName);
            this.gaps = answer.omitted > 0 ? [...answer.unreachable, `${answer.omitted} more guests are left out`] : answer.unreachable;
            this.guestsKnown = true;
        } catch (error) {
            this.gaps = [explain(error)];
        }
        this.#tell();
    }

    /** A service that does not know the call is older, and tells names and hosts alone. */
    async #domains() {
        try {
            return await this.service.ask("Domains", "a{sv}", [{}]);
        } catch (error) {
            if (!isUnknownCall(error))
                throw error;
            const guests = await this.service.call("Guests", "a{sv}", [{}]);

            return { domains: guests.map(([name, uuid, host]) => ({ name, uuid, host })), unreachable: [] };
        }
    }

    #forget() {
        if (!this.service.ready) {
            this.guests = [];
            this.gaps = [];
            this.guestsKnown = false;
        }
        this.#tell();
    }

    /** Hosts, and jobs that begin or end, change who is where; the progress of a job does not. */
    #look() {
        const hosts = this.service.all("Host").map(({ Load: _, ...host }) => host);
        const seen = JSON.stringify([hosts, this.jobs.map(job => [job.path, job.State])]);

        if (seen !== this.#seen)
            this.reload();
        this.#seen = seen;
        this.#tell();
    }

    /** Once a frame at the most. */
    #tell() {
        if (this.#drawn)
            return;
        this.#drawn = true;
        requestAnimationFrame(() => {
            this.#drawn = false;
            this.dispatchEvent(new Event("changed"));
        });
    }
}
