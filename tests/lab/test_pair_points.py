# SPDX-License-Identifier: LGPL-2.1-or-later
"""The world stops at each point of a migration, and something ends there: nothing is lost, and the next one works."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pinlab import Host, Lab, migrate, wait_until
from pinlab.away import STORED, wait_for, wait_for_original
from pinlab.cases import Suite, Wrong, expect, stage
from pinlab.element import Elements, elements, originals
from pinlab.point import HOOK, SERVICE_PROGRAM, Call, PointHost, build
from pinlab.result import CommandFailed
from pinlab.strike import ALL, ALONE, CUT, KILLED, STRIDE, Act, Blow, Target, client_is_killed, strike, told
from pinlab.trio import PAGES, TUNED, recorded
from pinlab.underway import Underway
from pinlab.wait import Late

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
    """A migration of the guest, and a program on its destination, or AT_SOURCE, whose points are gone through."""

    home: bool  # whether it goes home
    program: str
    at_source: bool = False

    def ends(self, w: Points) -> tuple[PointHost, PointHost]:
        return (w.b, w.a) if self.home else (w.a, w.b)

    def struck(self, w: Points) -> PointHost:
        return self.ends(w)[not self.at_source]

    def __str__(self) -> str:
        who = "the hook" if self.program == HOOK else self.program
        return f"{who}{' of the source' if self.at_source else ''}, on the way {'home' if self.home else 'away'}"


LEGS = (Leg(False, HOOK), Leg(False, SERVICE_PROGRAM), Leg(True, HOOK), Leg(True, SERVICE_PROGRAM))
LEFT = (Leg(False, SERVICE_PROGRAM, at_source=True), Leg(True, SERVICE_PROGRAM, at_source=True))

# What happens at a point


def libvirtd_is_killed(at_target: bool) -> Act:
    return lambda w, leg, _under: leg.ends(w)[at_target].libvirtd.stop("KILL")


def qemu_is_killed(at_target: bool) -> Act:
    def act(w: Points, leg: Leg, _under: Underway) -> None:
        leg.ends(w)[at_target].run("sh", "-c", f"kill -KILL $(cat /run/libvirt/qemu/{TUNED.name}.pid)", check=False)
    return act


BLOWS = (
    *ALONE,
    Blow("virsh is killed", "stop", client_is_killed),
    Blow("libvirtd of the source is killed", "stop", libvirtd_is_killed(False)),
    Blow("libvirtd of the destination is killed", "stop", libvirtd_is_killed(True)),
    Blow("QEMU of the source is killed", "stop", qemu_is_killed(False)),
    Blow("QEMU of the destination is killed", "stop", qemu_is_killed(True)),
)


# Going through the points


def points_of(leg: Leg, blow: Blow) -> range:
    """All, or each fifth, in a long run; else two, which are others for each leg and blow."""
    if ALL:
        return blow.numbers()
    if leg.at_source:
        return range(1, 3)
    first = 1 + number_of(leg, blow) % (4 if leg.program == HOOK else 23)
    return range(first, first + 2 * STRIDE, STRIDE)


def number_of(leg: Leg, blow: Blow) -> int:
    return LEGS.index(leg) + BLOWS.index(blow) * len(LEGS)


def is_chosen(leg: Leg, blow: Blow) -> bool:
    """For a short run: with some blow on each leg, and each blow on some."""
    if leg.at_source:
        return (leg, blow) in zip(LEFT, (KILLED, CUT), strict=True)
    return number_of(leg, blow) % 7 in (2, 6)


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
    call = strike(w, leg, blow, Target(leg.struck(w), leg.program, number), lambda: Underway(TUNED, source, target, *MOVE),
                  lambda: at_rest(target, original))
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
    for leg in (*LEGS, *LEFT):
        for blow in BLOWS:
            if (ALL or is_chosen(leg, blow)) and (blow.deed != "full" or leg.program != HOOK):
                yield leg, blow


@points.each("where {1} at a point of {0}, nothing is lost, and the next migration works", strokes())
def strikes(w: Points, leg: Leg, blow: Blow) -> None:
    hit = through(w, leg, blow)
    told(hit)
    expect(hit, "there are points")
    if ALL:
        wait_until(lambda: all(TUNED.uuid not in host.ask("Claims") for host in (w.a, w.b)), "no claim outlives its lease")
