// SPDX-License-Identifier: LGPL-2.1-or-later
// Elements of the page. What comes from the cluster is put in as text, never as markup.

/** A new element; an attribute that is undefined, null or false is left out, one that is a function listens, true stands without a value. */
export function element(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);

    for (const [name, value] of Object.entries(attributes))
        set(made, name, value);
    made.append(...children.filter(child => child !== null && child !== undefined));
    return made;
}

/** Sets one attribute as `element` does, and touches nothing that is so already. */
export function set(node, name, value) {
    if (typeof value === "function")
        node.addEventListener(name, value);
    else if (value === undefined || value === null || value === false)
        node.removeAttribute(name);
    else if (node.getAttribute(name) !== (value === true ? "" : String(value)))
        node.setAttribute(name, value === true ? "" : String(value));
}

/** Makes @text all that @node has, unless it is so already: what somebody has selected stays selected. */
export function write(node, text) {
    if (node.childElementCount > 0 || node.textContent !== text)
        node.textContent = text;
}

/** Shows @node, or hides it from everybody. */
export function show(node, shown) {
    set(node, "hidden", !shown);
}

/** A button; @data becomes its data attributes, which nothing but tests and style go by. */
export function button(text, data, press, look = "plain") {
    const made = element("button", { type: "button", class: `button ${look}`, click: press }, text);

    Object.assign(made.dataset, data);
    return made;
}
