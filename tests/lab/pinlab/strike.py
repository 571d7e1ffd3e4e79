# SPDX-License-Identifier: LGPL-2.1-or-later
"""Blows at points: what happens to a program while something is done that it takes a part in."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .piece import Piece
from .point import Call, PointHost
from .wait import Late, wait_until

# A long run strikes everywhere, others here and there.
ALL = os.environ.get("PINSHIFT_POINTS") == "all"
STRIDE, MANY = 5, 1000

# What is done in the world W of a suite, to a story of it, while the program stands still and somebody waits for the end of a Piece.
Act = Callable[[Any, Any, Piece], None]


def waits(_w: Any, _story: Any, under: Piece) -> None:
    """Who stands still is waited for no longer than a hook's deadline, and comes too late."""
    try:
        wait_until(lambda: not under.alive, f"{under.name} ends", 4)
    except Late:
        pass


def client_is_killed(_w: Any, _story: Any, under: Piece) -> None:
    under.stop("KILL")


@dataclass(frozen=True)
class Blow:
    """In words, as DEED of point.c, and what is done while the program stands still. EACH: whether a long run goes through all points."""

    words: str
    deed: str
    act: Act = waits
    each: bool = False

    def __str__(self) -> str:
        return self.words

    def numbers(self) -> range:
        """Which points a long run strikes, as far as there are so many."""
        return range(1, MANY, 1 if self.each else STRIDE)


KILLED = Blow("it is killed", "kill", each=True)
STILL = Blow("it stands still for longer than the hook waits", "stop")
CUT = Blow("it loses its connection", "cut")
FULL = Blow("the disk is full", "full")
POOR = Blow("there is no memory", "poor")
ALONE = (KILLED, STILL, CUT, FULL, POOR)


@dataclass(frozen=True)
class Target:
    """The NUMBERth point of PROGRAM on HOST; with PLACE, of those on what has that in its name."""

    host: PointHost
    program: str
    number: int
    place: str = ""


def strike(w: Any, story: Any, blow: Blow, target: Target, begin: Callable[[], Piece], over: Callable[[], bool]) -> Call | None:
    """What BEGIN begins is struck, and has ended; None: it was OVER before it came to the target."""
    host = target.host
    with host.armed(target.program, target.number, blow.deed, target.place):
        under = begin()
        wait_until(lambda: host.reached(target.number) or (not under.alive and over()), "it comes to that")
        call = host.reached(target.number) or belated(target)
        if call and blow.deed == "stop":
            host.wait_until_still(call)
            blow.act(w, story, under)
            host.go_on(call)
        wait_until(lambda: not under.alive, f"{under.name} ends")
    return call


def belated(target: Target) -> Call | None:
    """What the program does a moment after all is over."""
    try:
        return wait_until(lambda: target.host.reached(target.number), "it comes to that", 2)
    except Late:
        return None


def told(hit: list[Call]) -> None:
    """Says what was struck."""
    print("".join(f"#   point {call.number}: {call.what}\n" for call in hit), end="", flush=True)
    print(f"#   {len(hit)} points hit", flush=True)
