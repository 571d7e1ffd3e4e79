// SPDX-License-Identifier: LGPL-2.1-or-later
// Tables: wide ones scroll within their place, and where the page is narrow each row is a block (pinshift.css).

import { element } from "./element.js";

/** A table with @heads above @body; a head that is "" is of buttons. */
export function frame(heads, body) {
    const cells = heads.map(text => element("th", { scope: "col" }, text || element("span", { class: "unseen" }, "Actions")));

    return element("div", { class: "scroll" },
        element("table", { class: "narrow-stacks" }, element("thead", {}, element("tr", {}, ...cells)), body));
}

/** One row: its cells, the one at @named is the name of the row. */
export function cellsOf(heads, named) {
    return heads.map((label, i) => i === named ? element("th", { scope: "row", "data-label": label }) : element("td", { "data-label": label }));
}

/** A table with @heads, of @rows of texts or elements; null if there are no rows. */
export function table(heads, rows) {
    const lines = rows.map(contents => {
        const cells = cellsOf(heads);

        cells.forEach((cell, i) => cell.append(contents[i]));
        return element("tr", {}, ...cells);
    });

    return lines.length > 0 ? frame(heads, element("tbody", {}, ...lines)) : null;
}
