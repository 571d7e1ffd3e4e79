// SPDX-License-Identifier: LGPL-2.1-or-later
// What changes many times a second is asked for a few times: at once, and then after a pause, with the last word.

export class Pace {
    #busy = false;
    #again = false;

    /** Carries out @task, a promise that never fails, at most once in @pauseMs. */
    constructor(task, pauseMs) {
        this.task = task;
        this.pauseMs = pauseMs;
    }

    /** What is asked for while the task is under way is done after the pause, once. */
    async call() {
        this.#again = true;
        if (this.#busy)
            return;
        this.#busy = true;
        while (this.#again) {
            this.#again = false;
            await this.task();
            await new Promise(done => setTimeout(done, this.pauseMs));
        }
        this.#busy = false;
    }
}
