// SPDX-License-Identifier: LGPL-2.1-or-later
// What is under way, and what has ended lately.

import { element, show } from "./element.js";
import { JobCard } from "./job.js";
import { Rows } from "./rows.js";

const SHOWN_ENDED = 5; // the others are one click away

export class Jobs {
    constructor(cluster) {
        this.cluster = cluster;
        const make = job => new JobCard(cluster, job);
        const running = element("div", {}), ended = element("div", {}), older = element("div", {});

        this.running = new Rows(running, make);
        this.ended = new Rows(ended, make);
        this.older = new Rows(older, make);
        this.fold = element("details", { id: "older-jobs" }, element("summary", {}, "Older ones"), older);
        this.node = element("section", { id: "jobs", "aria-labelledby": "jobs-head" },
            element("h2", { id: "jobs-head" }, "Moves"), running, ended, this.fold);
    }

    /** All that run, and of those that have ended the ones about @guest (undefined: all). */
    update(guest) {
        const jobs = this.cluster.jobs.filter(job => !this.#hasParent(job) && (job.State === "running" || !guest || job.Uuid === guest.uuid));
        const ended = jobs.filter(job => job.State !== "running");
        const key = job => job.path;

        this.running.show(jobs.filter(job => job.State === "running"), key);
        this.ended.show(ended.slice(0, SHOWN_ENDED), key);
        this.older.show(ended.slice(SHOWN_ENDED), key);
        show(this.fold, ended.length > SHOWN_ENDED);
        show(this.node, jobs.length > 0);
    }

    /** A part of a job that is still there is shown with it. */
    #hasParent(job) {
        return job.Parent !== "/" && this.cluster.service.objects.has(job.Parent);
    }
}
