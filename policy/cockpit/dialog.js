// SPDX-License-Identifier: LGPL-2.1-or-later
// A question before something is done: what it would be, and whether to do it.

import { button, element, set, show, write } from "./element.js";
import { explain } from "./failure.js";

/**
 * Asks. @load gives, now or later, {content, refusal}: what it would be, and why it can't be done (empty: it can); @act does it, and
 * is a promise. What fails stands in the dialog, which stays then.
 */
export function ask({ title, label, load, act }) {
    const failure = element("p", { class: "notice danger", role: "alert", hidden: true });
    const body = element("div", { class: "body", "aria-live": "polite" }, element("p", { class: "quiet" }, "Planning …"));
    const confirm = button(label, { action: "confirm" }, () => carryOut({ dialog, confirm, failure, act }), "primary");
    const events = { close: () => dialog.remove(), keydown: event => goRound(dialog, event) };
    const dialog = element("dialog", { "data-dialog": true, "aria-labelledby": "dialog-head", ...events },
        element("h2", { id: "dialog-head" }, title), body, failure,
        element("footer", {}, confirm, button("Close", { action: "close" }, () => dialog.close(), "link")));

    confirm.disabled = true;
    document.body.append(dialog);
    dialog.showModal();
    fill({ body, confirm, failure, load });
}

async function fill({ body, confirm, failure, load }) {
    try {
        const { content, refusal } = await load();

        body.replaceChildren(content);
        confirm.disabled = refusal !== "";
        set(confirm, "title", refusal);
    } catch (error) {
        body.replaceChildren();
        complain(failure, error);
    }
}

async function carryOut({ dialog, confirm, failure, act }) {
    confirm.disabled = true;
    show(failure, false);
    try {
        await act();
        dialog.close();
    } catch (error) {
        complain(failure, error);
        confirm.disabled = false;
    }
}

/** Keeps the key Tab within @dialog: beyond its ends there is Cockpit, not this page. */
function goRound(dialog, event) {
    const controls = [...dialog.querySelectorAll("button:enabled, input, [tabindex]")];
    const [end, start] = event.shiftKey ? [controls[0], controls.at(-1)] : [controls.at(-1), controls[0]];

    if (event.key === "Tab" && document.activeElement === end) {
        event.preventDefault();
        start.focus();
    }
}

function complain(failure, error) {
    write(failure, explain(error));
    show(failure, true);
}
