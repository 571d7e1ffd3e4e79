// SPDX-License-Identifier: LGPL-2.1-or-later
// One job: how far it is, what it says, and its end.

import { allow, cancel } from "./action.js";
import { button, element, set, show, write } from "./element.js";
import { Rows } from "./rows.js";
import { bytes, count, duration } from "./words.js";

const WHOLE = 1000; // per mille

const STAGES = {
    ranking: "choosing a host",
    connecting: "connecting",
    moving: "moving",
    finishing: "finishing",
    planning: "planning",
    waiting: "waiting for moves that others began",
};

const ENDS = { done: "done", failed: "failed", cancelled: "cancelled" };

export class JobCard {
    constructor(cluster, job) {
        const id = job.path.slice(job.path.lastIndexOf("/") + 1);

        this.cluster = cluster;
        this.bar = element("progress", { max: WHOLE, "data-job": id });
        this.state = element("span", { class: "badge" });
        this.title = element("h3", {});
        this.figures = element("p", { class: "quiet", "data-figures": id });
        this.warning = element("p", { class: "notice warning" });
        this.text = element("p", { "data-text": id, "aria-live": "polite" });
        this.failure = element("p", { class: "notice danger", role: "alert" });
        this.cancel = button("Cancel", { action: "cancel", job: id }, () => cancel(cluster, job.path, this.failure), "secondary small");
        this.parts = element("div", { class: "parts" });
        this.moves = new Rows(this.parts, part => new JobCard(cluster, part));
        this.node = element("article", { class: "card job", "data-job": id },
            element("header", {}, this.title, this.state, this.cancel), this.bar, this.figures, this.warning, this.text, this.failure, this.parts);
        write(this.failure, "");
    }

    update(job) {
        const running = job.State === "running";

        set(this.node, "data-state", job.State);
        write(this.title, titleOf(job));
        write(this.state, running ? STAGES[job.Stage] ?? job.Stage : ENDS[job.State] ?? job.State);
        set(this.state, "class", `badge ${{ done: "good", failed: "danger", running: "info" }[job.State] ?? ""}`);
        this.#progress(job, running);
        this.#say(this.warning, running ? job.Warning : "");
        this.#say(this.text, job.Text);
        show(this.failure, this.failure.textContent !== "");
        show(this.cancel, running && job.Parent === "/");
        allow(this.cancel, this.cluster);
        this.moves.show(this.cluster.jobs.filter(part => part.Parent === job.path).reverse(), part => part.path);
    }

    #progress(job, running) {
        set(this.bar, "value", job.Progress);
        set(this.bar, "aria-label", `${titleOf(job)}: ${Math.floor(job.Progress / 10)} %`);
        show(this.bar, running);
        this.#say(this.figures, running ? figuresOf(job) : "");
    }

    #say(node, text) {
        write(node, text);
        show(node, text !== "");
    }
}

function titleOf(job) {
    const to = job.Destination ? ` to ${job.Destination}` : "";
    const titles = {
        migrate: `${job.Guest}${job.Source ? ` from ${job.Source}` : ""}${to}`,
        drain: `Drain ${job.Source}`,
        home: job.Guest ? `Bring ${job.Guest} home` : "Bring all home",
        balance: "Balance",
        room: `Make room for ${job.Guest}${to}`,
    };

    return titles[job.Kind] ?? job.Kind;
}

/** "61 %, 3 min 15 s to go, 390.0 MiB left, 3.0 MiB/s". */
function figuresOf(job) {
    const parts = [`${Math.floor(job.Progress / 10)} %`];
    const add = (known, text) => known > 0 && parts.push(text(known));

    if (job.Kind !== "migrate" && job.MovesTotal > 0)
        parts.push(`${job.MovesDone} of ${count(job.MovesTotal, "guest")} moved`);
    add(job.TimeLeft, ms => `${duration(ms)} to go`);
    add(job.TimeLeft ? 0 : job.Estimate, ms => `about ${duration(ms)} in all`);
    add(job.BytesLeft, left => `${bytes(left)} left`);
    add(job.Rate, rate => `${bytes(rate)}/s`);
    add(job.DirtyRate, rate => `writes ${bytes(rate)}/s`);
    add(job.Downtime, ms => `stands still for ${ms < 10000 ? `${ms} ms` : duration(ms)} at the switch`);
    return parts.join(", ");
}
