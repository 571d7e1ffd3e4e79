// SPDX-License-Identifier: LGPL-2.1-or-later
// Light or dark, as Cockpit's shell says (since 2022, under several names), else as the browser does.

const system = window.matchMedia("(prefers-color-scheme: dark)");

function wanted() {
    try {
        return window.localStorage.getItem("shell:style") ?? "auto";
    } catch {
        return "auto"; // a browser that keeps nothing
    }
}

function apply(style) {
    const dark = style === "dark" || (style !== "light" && system.matches);

    for (const name of ["pf-theme-dark", "pf-v5-theme-dark", "pf-v6-theme-dark"])
        document.documentElement.classList.toggle(name, dark);
}

/** Follows the shell, and the browser, from now on. */
export function followTheme() {
    apply(wanted());
    system.addEventListener("change", () => apply(wanted()));
    window.addEventListener("storage", event => event.key === "shell:style" && apply(wanted()));
    window.addEventListener("cockpit-style", event => apply(event.detail?.style ?? wanted()));
}
