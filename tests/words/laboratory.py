# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is said with real guests and hosts; tests/lab/test_pair_words.py makes the situations, and has it said."""

from __future__ import annotations

from error import Error


def told(words: str, line: str, where: str, remedy: str = "", **more: object) -> Error:
    return Error(f"pinshift {words}", tuple(words.split()), line, where, remedy, 1, **more)


SITUATIONS = {
    "a guest that does not run": [
        told("repin first", "first does not run here; start it, or wait until it is here: only a running guest can be pinned anew", "first"),
        told("plan nobody", "nobody: Domain not found...; see virsh list --all", "nobody"),
        told("adapt nobody", "nobody: Domain not found...; see virsh list --all", "nobody"),
        told("status nobody", "no domain 'nobody' here; see virsh list --all", "'nobody'"),
    ],
    "hosts without room": [
        told("migrate first", "first: no host can take it: hostb: vcpu-pins: ...; hostc: vcpu-pins: ...; see pinshift rank first", "hostb"),
        told("migrate first hostb", "first: it can't go to hostb: vcpu-pins: ...to make it fit: ...; see pinshift rank first", "hostb"),
        told("drain hosta", "drain hosta: nothing was moved: first: hostb: vcpu-pins: ...; see pinshift drain hosta --dry-run", "first",
             prints=True),
    ],
    "hosts that are kept off": [
        told("migrate first hostb", "first: it can't go to hostb: ...together...; see pinshift rank first", "hostb"),
        told("migrate first hostc", "first: it can't go to hostc: ...disks are replaced...; see pinshift rank first", "hostc"),
        told("migrate second", "second: no host can take it: ...hosta...; see pinshift rank second", "second"),
        told("migrate first hosta", "first: it can't go to hosta: the guest is there; see pinshift rank first", "hosta"),
    ],
    "a guest on its way": [
        told("migrate heavy", "heavy is being moved already, to hostb by job ...; wait for it, or cancel it", "heavy"),
        told("drain hosta", "job ... is doing that already: wait for it, or cancel it", "job", ": wait for it, or cancel it"),
        told("repin heavy", "heavy is being migrated or changed; try again when that is done", "heavy"),
        told("adopt heavy", "heavy: heavy is being migrated or changed; try again when that is done", "heavy"),
        told("forget heavy", "heavy: heavy is being migrated or changed; try again when that is done", "heavy"),
    ],
    "a destination that refuses": [
        told("migrate first hostc", "first: ...hostc...another hook says no...; see pinshift log ...", "hostc", "; see pinshift log ...", prints=True),
    ],
    "a visitor that has lost something": [
        told("forget first", "first: first is transient and runs with less than its owner wrote: that would be lost; migrate it home first, "
             "or use --force", "first"),
    ],
}
LINES = [error.line for errors in SITUATIONS.values() for error in errors]
