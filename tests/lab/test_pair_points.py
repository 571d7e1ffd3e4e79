# SPDX-License-Identifier: LGPL-2.1-or-later
"""The world stops at each point of a migration, and something ends there: nothing is lost, and the next one works."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pinlab import Host, Lab, migrate, wait_until
from pinlab.away import STORED, wait_for, wait_for_original
from pinlab.cases import Suite, Wrong, expect, stage
from pinlab.element import Elements, elements, originals
from pinlab.point import HOOK, SERVICE_PROGRAM, Call, PointHost, build
from pinlab.result import CommandFailed
from pinlab.trio import PAGES, TUNED, recorded
from pinlab.underway import Underway
from pinlab.wait import Late

# A long run strikes everywhere, others here and there, with some blow on each leg and each blow on some.
ALL = os.environ.get("PINSHIFT_POINTS") == "all"
STRIDE, MANY = 5, 1000
MOVE = ("--persistent", "--undefinesource")
QUICK = "deadline = 1s\non-failure = pass\n"


class Points:
    def __init__(self, lab: Lab) -> None:
        build(lab)
        self.lab = lab
        self.a = lab.host("hosta", PointHost, stage=stage(), hugepages=PAGES)
        self.b = lab.host("hostb", PointHost, stage=stage())
        lab.up()
        for host in (self.a, self.b):
            host.write("/etc/pinshift/hook.conf", QUICK)

    def clean(self) -> None:
        for host in (self.a, self.b):
            expect(host.bus.alive and host.libvirtd.alive, f"{host.name} has its bus and libvirtd")
            host.clear()
            host.reset_product()
            host.forget_logs()

    def begin(self) -> Elements:
        """The guest is at home, on hosta; its original."""
        self.a.start(TUNED)
        recorded(self.a, TUNED)
        original = elements(self.a.dumpxml(TUNED))
        wait_for_original(self.a, TUNED, original, *STORED)
        return original


points = Suite("points", Points)


@dataclass(frozen=True)
class Leg:
    """A migration of the guest, and a program on its destination whose points are gone through. On the host that it leaves nobody acts."""

    home: bool  # whether it goes home
    program: str

    def ends(self, w: Points) -> tuple[PointHost, PointHost]:
        return (w.b, w.a) if self.home else (w.a, w.b)

    def __str__(self) -> str:
        return f"{'the hook' if self.program == HOOK else self.program}, on the way {'home' if self.home else 'away'}"


LEGS = (Leg(False, HOOK), Leg(False, SERVICE_PROGRAM), Leg(True, HOOK), Leg(True, SERVICE_PROGRAM))

# What happens at a point

Act = Callable[["Points", Leg, Underway], None]


def waits(_w: Points, _leg: Leg, under: Underway) -> None:
    """Who stands still is waited for no longer than the hook's deadline, and comes too late."""
    try:
        wait_until(lambda: not under.alive, "virsh migrate ends", 4)
    except Late:
        pass


def virsh_is_killed(_w: Points, _leg: Leg, under: Underway) -> None:
    under.stop("KILL")


def libvirtd_is_killed(at_target: bool) -> Act:
    return lambda w, leg, _under: leg.ends(w)[at_target].libvirtd.stop("KILL")


def qemu_is_killed(at_target: bool) -> Act:
    def act(w: Points, leg: Leg, _under: Underway) -> None:
        leg.ends(w)[at_target].run("sh", "-c", f"kill -KILL $(cat /run/libvirt/qemu/{TUNED.name}.pid)", check=False)
    return act


@dataclass(frozen=True)
class Blow:
    """In words, as DEED of point.c, and what is done while the program stands still. EACH: whether a long run goes through all points."""

    words: str
    deed: str
    act: Act = waits
    each: bool = False

    def __str__(self) -> str:
        return self.words


BLOWS = (
    Blow("it is killed", "kill", each=True),
    Blow("it stands still for longer than the hook waits", "stop"),
    Blow("it loses its connection", "cut"),
    Blow("the disk is full", "full"),
    Blow("there is no memory", "poor"),
    Blow("virsh is killed", "stop", virsh_is_killed),
    Blow("libvirtd of the source is killed", "stop", libvirtd_is_killed(False)),
    Blow("libvirtd of the destination is killed", "stop", libvirtd_is_killed(True)),
    Blow("QEMU of the source is killed", "stop", qemu_is_killed(False)),
    Blow("QEMU of the destination is killed", "stop", qemu_is_killed(True)),
)


# Going through the points


def points_of(leg: Leg, blow: Blow) -> range:
    """All, or each fifth, in a long run; else two, which are others for each leg and blow."""
    if ALL:
        return range(1, MANY, 1 if blow.each else STRIDE)
    first = 1 + number_of(leg, blow) % (4 if leg.program == HOOK else 23)
    return range(first, first + 2 * STRIDE, STRIDE)


def number_of(leg: Leg, blow: Blow) -> int:
    return LEGS.index(leg) + BLOWS.index(blow) * len(LEGS)


def through(w: Points, leg: Leg, blow: Blow) -> list[Call]:
    """BLOW at the points of LEG; those that there were."""
    original = w.begin()
    hit: list[Call] = []
    for number in points_of(leg, blow):
        call = one(w, leg, blow, number, original)
        if call is None:
            break
        hit.append(call)
    return hit


def one(w: Points, leg: Leg, blow: Blow, number: int, original: Elements) -> Call | None:
    """The guest migrates, with BLOW at the NUMBERth point; None: there are not so many."""
    source, target = leg.ends(w)
    if leg.home:
        migrate(TUNED, w.a, w.b, *MOVE)
        settled(w.b, original)
    with target.armed(leg.program, number, blow.deed):
        under = Underway(TUNED, source, target, *MOVE)
        wait_until(lambda: target.reached(number) or (not under.alive and at_rest(target, original)), "it comes to that")
        call = target.reached(number)
        if call and blow.deed == "stop":
            target.wait_until_still(call)
            blow.act(w, leg, under)
            target.go_on(call)
        wait_until(lambda: not under.alive, "virsh migrate ends")
    try:
        recover(w, original)
    except (CommandFailed, Late, Wrong) as error:
        raise Wrong(f"at point {number}, {call}:\n{error}") from error
    return call


def at_rest(target: Host, original: Elements) -> bool:
    """The guest has arrived, and nobody has anything to do for it."""
    if target.state(TUNED) != "running" or TUNED.uuid in target.ask("Claims"):
        return False
    return all(originals(target.dumpxml(TUNED, *flags)) == original for flags in ((), STORED))


# What must hold


def recover(w: Points, original: Elements) -> None:
    """The guest runs where it was or where it was to go, or is defined there if it was ended; from there it gets to the other, and home as it was."""
    for host in (w.a, w.b):
        if not host.libvirtd.alive:
            host.libvirtd.start()
        host.start_product()
    here = whereabouts(w)
    settled(here, original)
    if here is w.a:
        migrate(TUNED, w.a, w.b, *MOVE)
        settled(w.b, original)
    migrate(TUNED, w.b, w.a, *MOVE)
    settled(w.a, original)
    whole(w, original)


def whereabouts(w: Points) -> PointHost:
    """The one host on which it runs; where it does not run it is started."""
    wait_until(lambda: sorted(states(w)) in (["none", "running"], ["running", "shut off"], ["none", "shut off"]), f"one host has {TUNED.name}")
    if "running" not in states(w):
        here = next(host for host in (w.a, w.b) if host.state(TUNED) == "shut off")
        wait_until(lambda: here.virsh("start", TUNED.name, check=False).ok, f"{TUNED.name} can be started on {here.name}", 60)
    here, other = (w.a, w.b) if w.a.state(TUNED) == "running" else (w.b, w.a)
    if other.state(TUNED) == "shut off":  # libvirt's own, of a migration that failed late.
        other.virsh("undefine", TUNED.name)
    return here


def states(w: Points) -> list[str]:
    return [host.state(TUNED) for host in (w.a, w.b)]


def settled(host: Host, original: Elements) -> None:
    """Its original is known, in both definitions."""
    for flags in ((), STORED):
        wait_for_original(host, TUNED, original, *flags)


def whole(w: Points, original: Elements) -> None:
    """At home, it has its original: what a hook that failed could not give back, the next one did."""
    for flags in ((), STORED):
        wait_for(lambda flags=flags: elements(w.a.dumpxml(TUNED, *flags)), original, f"placement {' '.join(flags)} at home")


# The cases


def strokes() -> Iterator[tuple[Leg, Blow]]:
    """The hook writes to no file."""
    for leg in LEGS:
        for blow in BLOWS:
            if (ALL or number_of(leg, blow) % 7 in (2, 6)) and (blow.deed != "full" or leg.program != HOOK):
                yield leg, blow


@points.each("where {1} at a point of {0}, nothing is lost, and the next migration works", strokes())
def strikes(w: Points, leg: Leg, blow: Blow) -> None:
    hit = through(w, leg, blow)
    print("".join(f"#   point {call.number}: {call.what}\n" for call in hit), end="", flush=True)
    expect(hit, "there are points")
    if ALL:
        wait_until(lambda: all(TUNED.uuid not in host.ask("Claims") for host in (w.a, w.b)), "no claim outlives its lease")
