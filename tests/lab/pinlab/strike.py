# SPDX-License-Identifier: LGPL-2.1-or-later
"""Blows at points: what happens to a program while something is done that it takes a part in."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .cases import expect, same
from .guest import Guest
from .host import Host
from .piece import Piece
from .point import Call, PointHost
from .wait import Late, answers, wait_until

STRIDE, SELDOM, MANY = 5, 15, 1000
TRIES = 12  # of what few runs come to


@dataclass(frozen=True)
class Share:
    """Of each N points one, beginning with the Kth."""

    k: int = 1
    n: int = 1

    def __str__(self) -> str:
        return f"{self.k}/{self.n}"


def share(text: str) -> Share | None:
    """What PINSHIFT_POINTS says: `all`, or `all:K/N`, of which all N together are all; None: a short run."""
    found = re.fullmatch(r"all(?::([1-9]\d*)/([1-9]\d*))?", text)
    if text and (not found or (found[1] and int(found[1]) > int(found[2]))):
        raise ValueError(f"PINSHIFT_POINTS={text}: neither `all` nor `all:K/N`, all:1/4 say")
    return Share(*(int(part) for part in found.groups() if part)) if found else None


# A long run strikes everywhere, or has its share of that; others here and there.
SHARE = share(os.environ.get("PINSHIFT_POINTS", ""))
ALL = SHARE is not None
# Who stands still beside what is struck does so for longer than a hook waits, and in a long run for longer than libvirt's keepalive, of 30 s.
BRIEFLY_S = 4
STILL_S = 36 if ALL else BRIEFLY_S

# What is done in the world W of a suite, to a story of it, while the program stands still and somebody waits for the end of a Piece.
Act = Callable[[Any, Any, Piece], None]


def waits(_w: Any, _story: Any, under: Piece) -> None:
    """Who stands still is waited for no longer than a hook's deadline, and comes too late."""
    try:
        wait_until(lambda: not under.alive, f"{under.name} ends", BRIEFLY_S)
    except Late:
        pass


def client_is_killed(_w: Any, _story: Any, under: Piece) -> None:
    under.stop("KILL")


def client_stands_still(_w: Any, _story: Any, under: Piece) -> None:
    stands_still(under.host, under.pid)


# The shell stays on the host, and what is struck goes on meanwhile.
REST = 'kill -STOP "$1" && { setsid sh -c "sleep $2; kill -CONT $1" >/dev/null 2>&1 </dev/null & }'


def stands_still(host: Host, pid: int, seconds: int = STILL_S) -> None:
    """Process PID is stopped, and goes on after a while by itself; one that has ended may."""
    host.run("sh", "-c", REST, "sh", str(pid), str(seconds), check=False)


def qemu_is_killed(host: Host, guest: Guest) -> None:
    """Where it runs; libvirt has seen it on return."""
    host.run("sh", "-c", 'kill -KILL "$(cat "$1")"', "sh", pid_file(guest), check=False)
    wait_until(lambda: host.state(guest) != "running", f"libvirt on {host.name} sees that {guest.name} has ended")


def qemu_stands_still(host: Host, guest: Guest) -> None:
    """Where it runs, and as long as it does."""
    pid = host.run("cat", pid_file(guest), check=False).out
    if pid.strip():
        stands_still(host, int(pid))


def pid_file(guest: Guest) -> str:
    return f"/run/libvirt/qemu/{guest.name}.pid"


@dataclass(frozen=True)
class Blow:
    """In words, as DEED of point.c, and what is done while the program stands still. EVERY: of so many points a long run strikes one."""

    words: str
    deed: str
    act: Act = waits
    every: int = STRIDE

    def __str__(self) -> str:
        return self.words

    def numbers(self) -> range:
        """Which points a long run strikes, as far as there are so many."""
        share = SHARE or Share()
        return range(1 + (share.k - 1) * self.every, MANY, self.every * share.n)


def rest(words: str, act: Act) -> Blow:
    """Somebody else stands still for long."""
    return Blow(words, "stop", act, SELDOM)


KILLED = Blow("it is killed", "kill", every=1)
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
        wait_until(lambda: host.reached(target.number) or (not under.alive and answers(over)), "it comes to that")
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


def through(numbers: range, one: Callable[[int], Call | None]) -> list[Call]:
    """What ONE strikes of the points with NUMBERS, up to the last that there is: two in a row that nothing comes to are behind it.

    Not each run has each call. One that was missed before the last is tried again, and has to be hit.
    """
    hit: dict[int, Call] = {}
    missed: list[int] = []
    for number in numbers:
        call = one(number)
        if call:
            hit[number] = call
            continue
        if missed and missed[-1] == before(numbers, number):
            break
        missed.append(number)
    again(hit, missed, one)
    return [hit[number] for number in sorted(hit)]


def before(numbers: range, number: int) -> int:
    return number - numbers.step


def again(hit: dict[int, Call], missed: list[int], one: Callable[[int], Call | None]) -> None:
    for number in missed:
        for _ in range(TRIES - 1):
            if number < max(hit, default=0) and number not in hit and (call := one(number)):
                hit[number] = call
    same([number for number in missed if number < max(hit, default=0) and number not in hit], [], "points that there are and that were not hit")


def told(story: object, blow: Blow, hit: list[Call]) -> None:
    """Says what was struck, for people, and in a line that tests/lab/faults reads; nothing at all is wrong, but in a share of few points."""
    print("".join(f"#   point {call.number}: {call.what}\n" for call in hit), end="", flush=True)
    kinds = Counter(call.what.split()[0] for call in hit)
    each = ", ".join(f"{kind} {n}" for kind, n in sorted(kinds.items()))
    print(f"#   points: {story}; {blow}; share {SHARE or 'none'}; {len(hit)} points; {each}", flush=True)
    expect(hit or (SHARE and SHARE.k > 1), "there are points")
