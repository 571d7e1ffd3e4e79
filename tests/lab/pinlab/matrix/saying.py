# SPDX-License-Identifier: LGPL-2.1-or-later
"""Trips in few words, and in one letter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .cells import ACTIONS, action, is_untold
from .outcome import ADAPTED, FAILED, KEPT, PINSHIFT, REFUSED, Trip

# Settings, in the order of their weight.
NOUNS: Mapping[str, str] = {
    "hugepages": "huge pages", "numa-memory": "memory", "vcpu-pins": "vCPUs", "emulator-pins": "emulator",
    "iothread-pins": "I/O threads", "cache": "cache", "scheduler": "scheduler", "cpu-model": "CPU model",
    "memory": "amount of memory"}
VERBS: Mapping[str, str] = {"keep": "keep", "warn": "warn of", "remap": "re-map", "weaken": "weaken", "strip": "remove"}

# What is said to people, without what differs from guest to guest and run to run, nor what libvirt says of each hook.
GUEST = "GUEST"
VARYING = (
    (re.compile(r"\s+"), " "),
    (re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z "), ""),
    (re.compile(r"\bprocess \d+\b"), "process N"),
    (re.compile(r"'/[^']*/([^/']+/[^/']+)'"), r"'.../\1'"),
    (re.compile(r"Hook script execution failed: internal error: Child process .*? status 1: (?=pinshift:)"), ""),
)


@dataclass(frozen=True)
class Check:
    """What has to hold, and which fault says that it does not."""

    what: str
    fault: re.Pattern[str]
    arrived: bool  # whether that can be seen of guests that arrived alone


CHECKS = (
    Check("home again: placement, threads and pages as they were", re.compile("differs|does not get home"), True),
    Check("the guest's memory is intact", re.compile("memory is not"), True),
    Check("nothing stays claimed", re.compile("keeps room"), False),
    Check("no CPU is dedicated to two guests", re.compile("dedicated"), False),
    Check("what can't be is refused before a QEMU is started", re.compile("after a QEMU|did not foresee"), False),
)
RESTORED, INTACT, CLAIMED, TWICE, FORESEEN = CHECKS


def plain(said: str, kind: str) -> str:
    for pattern, instead in VARYING:
        said = pattern.sub(instead, said)
    return said.strip().replace(f"'{kind}'", f"'{GUEST}'")


def doing(trip: Trip) -> str:
    """`re-map vCPUs, memory; remove huge pages`"""
    if trip.outcome == KEPT:
        return "as written"
    if trip.outcome != ADAPTED:
        return ""
    did = {verb: [noun for setting, noun in NOUNS.items() if trip.actions.get(setting) == act] for act, verb in VERBS.items()}
    return "; ".join(f"{verb} {', '.join(nouns)}" for verb, nouns in did.items() if nouns) or "otherwise"


def arrival(trip: Trip) -> str:
    if trip.outcome == REFUSED:
        return "refused"
    if trip.outcome == FAILED:
        return "fails"
    return "arrives, worse off" if trip.harm else "arrives"


def is_restored(trip: Trip, faults: Iterable[str]) -> bool:
    return trip.arrived and not any(RESTORED.fault.search(fault) for fault in faults)


LETTERS: Mapping[str, str] = dict(zip(ACTIONS, "==~ws"))
LEGEND = """\
The first sign is libvirt alone: `+` arrives, `!` arrives and is worse off than at home, `-` does not arrive. The second is with
pinshift: `=` arrives as written, `~` re-mapped, `w` something is weakened, `s` something is removed, `!` worse off without a word,
`x` refused, `F` fails. `*` has a fault, `.` was not run yet, an empty cell is not part of the run.
"""


def letter(trip: Trip) -> str:
    if trip.side != PINSHIFT:
        return "-" if not trip.arrived else "!" if trip.harm else "+"
    if not trip.arrived:
        return "x" if trip.outcome == REFUSED else "F"
    return "!" if is_untold(trip) else LETTERS[action(trip)]
