// SPDX-License-Identifier: LGPL-2.1-or-later
// What can be done: each is planned and shown before it begins.

import { ask } from "./dialog.js";
import { button, element, set, show, write } from "./element.js";
import { explain } from "./failure.js";
import { forecast, refusalOf } from "./plan.js";
import { picture } from "./picture.js";
import { gets } from "./verdict.js";

const MAKE_ROOM = { "make-room": { t: "b", v: true } };

/** Lets @control be used, or not, and says why: nobody may, or @obstacle. */
export function allow(control, cluster, obstacle = "") {
    const why = cluster.readOnly || obstacle;

    control.disabled = why !== "";
    set(control, "title", why || null);
}

/** Asks with the plan of @kind before @method is called; @more is what stands below a plan. */
function askPlanned(cluster, { title, label, kind, subject, options = {}, method, type, args, more = () => "" }) {
    const load = async () => {
        const plan = await cluster.service.ask("Plan", "ssa{sv}", [kind, subject, options]);

        return { content: element("div", {}, forecast(plan), more(plan)), refusal: refusalOf(plan) };
    };

    ask({ title, label, load, act: () => cluster.service.call(method, type, args) });
}

export function askDrain(cluster, host) {
    askPlanned(cluster, { title: `Drain ${host}`, label: "Drain", kind: "drain", subject: host, method: "Drain", type: "sa{sv}", args: [host, {}] });
}

/** Of @guest, or of all if it is null; with @room, others may be moved out of the way. */
export function askHome(cluster, guest, room = false) {
    const subject = guest?.uuid ?? "", options = room ? MAKE_ROOM : {};

    askPlanned(cluster, {
        title: guest ? `Bring ${guest.name} home` : "Bring all home", label: room ? "Make room and bring home" : "Bring home",
        kind: "home", subject, options, method: "MigrateHome", type: "sa{sv}", args: [subject, options],
        more: plan => !room && plan.stays.length > 0 ? roomButton(() => askHome(cluster, guest, true)) : "",
    });
}

/** Leaves the dialog that it is in for another one. */
function roomButton(press) {
    const made = button("Plan again, with others moved out of the way", { action: "make-room" }, () => {
        made.closest("dialog").close();
        press();
    }, "secondary small");

    return made;
}

export function askBalance(cluster) {
    askPlanned(cluster, { title: "Balance", label: "Balance", kind: "balance", subject: "", method: "Balance", type: "a{sv}", args: [{}] });
}

/** @ranked is the host as the rank has it; @best: whichever is best when it begins. */
export function askMigrate(cluster, guest, ranked, best) {
    const load = async () => ({ content: element("div", {}, gets(ranked), await beforeAfter(cluster, guest, ranked.host)), refusal: "" });

    ask({
        title: `Migrate ${guest.name} to ${best ? `the best host: ${ranked.host}` : ranked.host}`, label: "Migrate", load,
        act: () => cluster.service.call("Migrate", "ssa{sv}", [guest.uuid, best ? "" : ranked.host, {}]),
    });
}

/** Moves @guest to @host after others were moved away from there. */
export function askRoom(cluster, guest, host) {
    askPlanned(cluster, {
        title: `Make room for ${guest.name} on ${host}`, label: "Make room and migrate",
        kind: "migrate", subject: guest.uuid, options: { host: { t: "s", v: host }, ...MAKE_ROOM },
        method: "Migrate", type: "ssa{sv}", args: [guest.uuid, host, MAKE_ROOM],
    });
}

/** @host as it is, and with @guest on it; a line where there is no picture. */
export async function beforeAfter(cluster, guest, host) {
    try {
        const options = { guest: { t: "s", v: guest.uuid } };

        return picture(await cluster.service.call("Picture", "sa{sv}", [host, options]), "before-after");
    } catch (error) {
        return element("p", { class: "quiet" }, `No picture: ${explain(error)}`);
    }
}

export function askMaintenance(cluster, host) {
    const reason = element("input", { type: "text", id: "reason", maxlength: 200, autofocus: true });
    const content = element("div", {},
        element("p", {}, `No guest comes to ${host} until the maintenance ends. Guests that are there run on; to move them away, drain the host.`),
        element("label", { for: "reason" }, "Reason, for those who try"), reason);

    ask({
        title: `Put ${host} in maintenance`, label: "Begin", load: () => ({ content, refusal: "" }),
        act: () => cluster.service.call("SetMaintenance", "sbs", [host, true, reason.value.trim()]),
    });
}

export function endMaintenance(cluster, host) {
    const content = element("p", {}, `Guests may come to ${host} again. Those that were moved away come back with "Bring all home".`);

    ask({
        title: `End the maintenance of ${host}`, label: "End maintenance", load: () => ({ content, refusal: "" }),
        act: () => cluster.service.call("SetMaintenance", "sbs", [host, false, ""]),
    });
}

/** Ends the job at @path; what fails is said in @failure. */
export async function cancel(cluster, path, failure) {
    try {
        await cluster.service.call("Cancel", "", [], { path, name: "org.pinshift.Cluster1.Job" });
    } catch (error) {
        write(failure, `Can't cancel: ${explain(error)}`);
        show(failure, true);
    }
}
