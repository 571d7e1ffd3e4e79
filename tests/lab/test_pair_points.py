# SPDX-License-Identifier: LGPL-2.1-or-later
"""The world stops at each point of a migration, and something ends there: nothing is lost, and the next one works."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pinlab import Host, migrate
from pinlab.away import STORED, wait_for
from pinlab.cases import Suite, Wrong
from pinlab.couple import Couple
from pinlab.element import Elements, elements, originals
from pinlab.piece import Piece
from pinlab.point import HOOK, LIBVIRTD, SERVICE_PROGRAM, Call, PointHost
from pinlab.result import CommandFailed, Result
from pinlab.strike import (ALL, ALONE, BRIEFLY_S, CUT, FULL, KILLED, STRIDE, Act, Blow, Target, client_is_killed, client_stands_still, qemu_is_killed,
                           qemu_stands_still, rest, stands_still, strike, through, told)
from pinlab.trio import TUNED
from pinlab.underway import Underway
from pinlab.wait import Late, wait_until

MOVE = ("--persistent", "--undefinesource")
LATE = f"domain '{TUNED.name}' is already active"


points = Suite("points", Couple)


@dataclass(frozen=True)
class Leg:
    """A migration of the guest, and a program on its destination, or AT_SOURCE, whose points are gone through."""

    home: bool  # whether it goes home
    program: str
    at_source: bool = False
    place: str = ""  # "": anywhere

    def ends(self, w: Couple) -> tuple[PointHost, PointHost]:
        return (w.b, w.a) if self.home else (w.a, w.b)

    def struck(self, w: Couple) -> PointHost:
        return self.ends(w)[not self.at_source]

    def blows(self) -> tuple[Blow, ...]:
        """The hook writes to no file, and where it is asked there is no QEMU yet; libvirtd is struck by BLOWS at others' points, too."""
        if self.program == LIBVIRTD:
            return (FULL,)
        return tuple(blow for blow in BLOWS if self.program != HOOK or blow not in (FULL, QEMU_THERE, QEMU_THERE_STILL))

    def __str__(self) -> str:
        who = "the hook" if self.program == HOOK else self.program
        return f"{who}{' of the source' if self.at_source else ''}, on the way {'home' if self.home else 'away'}"


LEGS = (Leg(False, HOOK), Leg(False, SERVICE_PROGRAM), Leg(True, HOOK), Leg(True, SERVICE_PROGRAM))
LEFT = (Leg(False, SERVICE_PROGRAM, at_source=True), Leg(True, SERVICE_PROGRAM, at_source=True))
# What libvirtd writes of its guests: definitions, who runs, logs.
WRITES = tuple(Leg(home, LIBVIRTD, at_source, "libvirt/qemu/") for at_source in (False, True) for home in (False, True))

# What happens at a point


def at(target: bool, what: Callable[[PointHost], None]) -> Act:
    """WHAT happens on the destination, or the source."""
    def act(w: Couple, leg: Leg, _under: Piece) -> None:
        what(leg.ends(w)[target])
    return act


def libvirtd_ends(host: PointHost) -> None:
    host.libvirtd.stop("KILL")


def libvirtd_rests(host: PointHost) -> None:
    stands_still(host, host.libvirtd.pid)


def bus_rests(host: PointHost) -> None:
    """For less than libdbus waits for any answer: nobody but the hook is that impatient."""
    stands_still(host, host.bus.pid, BRIEFLY_S)


def qemu_ends(host: PointHost) -> None:
    qemu_is_killed(host, TUNED)


def qemu_rests(host: PointHost) -> None:
    qemu_stands_still(host, TUNED)


QEMU_THERE = Blow("QEMU of the destination is killed", "stop", at(True, qemu_ends))
QEMU_THERE_STILL = rest("QEMU of the destination stands still", at(True, qemu_rests))
BLOWS = (
    *ALONE,
    Blow("virsh is killed", "stop", client_is_killed),
    Blow("libvirtd of the source is killed", "stop", at(False, libvirtd_ends)),
    Blow("libvirtd of the destination is killed", "stop", at(True, libvirtd_ends)),
    Blow("QEMU of the source is killed", "stop", at(False, qemu_ends)),
    QEMU_THERE,
    rest("virsh stands still", client_stands_still),
    rest("libvirtd of the source stands still", at(False, libvirtd_rests)),
    rest("QEMU of the source stands still", at(False, qemu_rests)),
    QEMU_THERE_STILL,
    rest("libvirtd of the destination stands still", at(True, libvirtd_rests)),
    rest("the bus of the destination stands still", at(True, bus_rests)),
)



# Going through the points


def points_of(leg: Leg, blow: Blow) -> range:
    """All, or each fifth, in a long run; else two, which are others for each leg and blow."""
    if ALL:
        return blow.numbers()
    if leg not in LEGS:
        return range(1, 3)
    first = 1 + number_of(leg, blow) % (4 if leg.program == HOOK else 23)
    return range(first, first + 2 * STRIDE, STRIDE)


def number_of(leg: Leg, blow: Blow) -> int:
    return LEGS.index(leg) + BLOWS.index(blow) * len(LEGS)


def is_chosen(leg: Leg, blow: Blow) -> bool:
    """For a short run: with some blow on each leg, and each blow on some."""
    if leg not in LEGS:
        return (leg, blow) in ((LEFT[0], KILLED), (LEFT[1], CUT), (WRITES[0], FULL))
    return number_of(leg, blow) % 7 in (2, 6)


def one(w: Couple, leg: Leg, blow: Blow, number: int, original: Elements) -> Call | None:
    """The guest migrates, with BLOW at the NUMBERth point; None: there are not so many."""
    source, target = leg.ends(w)
    if leg.home:
        migrate(TUNED, w.a, w.b, *MOVE)
        w.settled(w.b, TUNED, original)
    with w.impatient():
        call = strike(w, leg, blow, Target(leg.struck(w), leg.program, number, leg.place), lambda: Underway(TUNED, source, target, *MOVE),
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


def recover(w: Couple, original: Elements) -> None:
    """The guest runs where it was or where it was to go, or is defined there if it was ended; from there it gets to the other, and home as it was."""
    w.mend()
    here = w.whereabouts()
    w.settled(here, TUNED, original)
    if here is w.a:
        go(w.a, w.b)
        w.settled(w.b, TUNED, original)
    go(w.b, w.a)
    w.settled(w.a, TUNED, original)
    whole(w, original)


def go(source: PointHost, target: PointHost) -> None:
    """The guest migrates, once libvirtd on TARGET has given up what it stood still in, and began late, for who had gone."""
    wait_until(lambda: has_gone(migrate(TUNED, source, target, *MOVE, check=False), source), f"{target.name} has nothing of it", 60)


def has_gone(done: Result, source: PointHost) -> bool:
    if not done.ok and LATE not in done.err:
        raise CommandFailed(done, source.name)
    return done.ok


def whole(w: Couple, original: Elements) -> None:
    """At home, it has its original: what a hook that failed could not give back, the next one did."""
    for flags in ((), STORED):
        wait_for(lambda flags=flags: elements(w.a.dumpxml(TUNED, *flags)), original, f"placement {' '.join(flags)} at home")


# The cases


def strokes() -> Iterator[tuple[Leg, Blow]]:
    for leg in (*LEGS, *LEFT, *WRITES):
        for blow in leg.blows():
            if ALL or is_chosen(leg, blow):
                yield leg, blow


@points.each("where {1} at a point of {0}, nothing is lost, and the next migration works", strokes())
def strikes(w: Couple, leg: Leg, blow: Blow) -> None:
    original = w.begin()
    told(leg, blow, through(points_of(leg, blow), lambda number: one(w, leg, blow, number, original)))
    if ALL:
        w.unclaimed(TUNED)
