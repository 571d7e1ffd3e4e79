// SPDX-License-Identifier: LGPL-2.1-or-later
// A list of things that come, change and go: each keeps its element, and with it focus, selection and what is unfolded.

export class Rows {
    #made = new Map();

    /** In @parent; @make gives for an item {node, update (item)}. */
    constructor(parent, make) {
        this.parent = parent;
        this.make = make;
    }

    /** Shows @items in their order, each known by @key (item). */
    show(items, key) {
        const gone = new Set(this.#made.keys());
        let before = null;

        for (const item of items) {
            const row = this.#row(key(item), item);

            gone.delete(key(item));
            row.update(item);
            this.#place(row.node, before);
            before = row.node;
        }
        gone.forEach(name => this.#drop(name));
    }

    #row(name, item) {
        if (!this.#made.has(name))
            this.#made.set(name, this.make(item));
        return this.#made.get(name);
    }

    #place(node, before) {
        const wanted = before === null ? this.parent.firstChild : before.nextSibling;

        if (node !== wanted)
            this.parent.insertBefore(node, wanted);
    }

    #drop(name) {
        this.#made.get(name).node.remove();
        this.#made.delete(name);
    }
}
