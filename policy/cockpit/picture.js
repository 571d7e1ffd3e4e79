// SPDX-License-Identifier: LGPL-2.1-or-later
// Pictures of hosts, as pinshift-policyd draws them. They are parsed as XML and copied, so nothing in them can run. Their own style
// stays behind: Cockpit forbids what stands in a document, and pinshift.css has it.

import { element } from "./element.js";

const SVG = "http://www.w3.org/2000/svg";
const STYLE = /<style>[^<]*<\/style>/g;
const PARTS = ["svg", "rect", "text", "title", "g", "line", "path"];
const NAMES = [
    "width", "height", "viewBox", "role", "aria-label", "class", "x", "y", "x1", "y1", "x2", "y2", "d", "fill", "stroke", "stroke-dasharray",
    "font-family", "font-size", "font-weight", "text-anchor", "pointer-events",
];

/** A copy of @node of which only what is drawn is left; null: it is not drawn. */
function copy(node) {
    if (node.nodeType === Node.TEXT_NODE)
        return document.createTextNode(node.data);
    if (node.namespaceURI !== SVG || !PARTS.includes(node.localName))
        return null;
    const made = document.createElementNS(SVG, node.localName);

    NAMES.filter(name => node.hasAttribute(name)).forEach(name => made.setAttribute(name, node.getAttribute(name)));
    made.append(...[...node.childNodes].map(copy).filter(child => child !== null));
    return made;
}

/** The picture @text, of @kind for tests; throws SyntaxError for what is none. */
export function picture(text, kind) {
    const parsed = new DOMParser().parseFromString(text.replace(STYLE, ""), "image/svg+xml").documentElement;
    const drawn = parsed.localName === "svg" ? copy(parsed) : null;

    if (drawn === null)
        throw new SyntaxError("no picture");
    return element("div", { class: "picture", "data-picture": kind, tabindex: "0", role: "group", "aria-label": "Picture, can be scrolled" }, drawn);
}
