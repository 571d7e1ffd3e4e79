# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is done with a guest on its way there and back, besides the plain trip."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from ..away import reload_policy
from ..guest import Guest
from ..host import POLICY, Host
from ..numa import expand
from ..result import CommandFailed, Result
from ..underway import BALLAST, laden, load
from ..wait import Late, wait_until
from . import ways
from .crowd import EIGHTS, of_two
from .hosts import HOSTS
from .kinds import KINDS, Kind
from .look import look
from .outcome import FAILED, REFUSED, Start, Trip
from .pattern import ROM, reader
from .trip import (MOVE, SETTLED, Faults, Stay, World, broken, ended, forget_log, judge_away, judge_home, one_line, refusal,
                   stay, timed)
from .ways import Way

LIVE = ways.by_flags(*MOVE)
SAME_PAGES = "[domain {}]\npage-size-change = no\n"

Go = Callable[[World, Stay, Host, Host], Trip]
Suits = Callable[[Kind, str, str], bool]  # a guest, from home to away


# The parts of a trip


def faulty(trip: Trip, *faults: str) -> Trip:
    return replace(trip, faults=(*trip.faults, *faults))


def unfinished(world: World, begun: Stay, away: Host) -> Trip:
    """A trip of which nothing is known yet."""
    return Trip(world.side, begun.guest.name, "", world.key(begun.home), world.key(away), FAILED)


def claimed(world: World, guest: Guest, host: Host) -> Faults:
    """Who does not come has no claim, sooner or later."""
    if not world.product:
        return ()
    try:
        wait_until(lambda: guest.uuid not in host.ask("Claims"), "no claim", SETTLED)
        return ()
    except Late:
        return (f"{host.name} still keeps room for {guest.name}, which does not come",)


def stayed(world: World, begun: Stay, away: Host, done: Result) -> Trip:
    """It did not get to AWAY, and is at home as it was."""
    outcome, said, faults = refusal(begun, away, done)
    trip = replace(unfinished(world, begun, away), outcome=outcome, said=said, faults=faults)
    return trip if faults else faulty(trip, *judge_home(world, begun), *claimed(world, begun.guest, away))


def went(world: World, begun: Stay, away: Host, way: Way, guest: Guest | None = None) -> Trip:
    """There, where it is called as GUEST is; or not."""
    forget_log(away, begun.guest)
    moved = way(begun.guest, begun.home, away)
    if not moved.done.ok:
        return faulty(stayed(world, begun, away, moved.done), *moved.faults)
    outcome, actions, harm, faults = judge_away(world, begun, away, guest)
    return replace(unfinished(world, begun, away), outcome=outcome, actions=actions, harm=harm, faults=(*moved.faults, *faults))


def came_home(world: World, begun: Stay, source: Host, way: Way, guest: Guest | None = None) -> Faults:
    """From SOURCE, where it is called as GUEST is."""
    moved = way(guest or begun.guest, source, begun.home)
    if not moved.done.ok:
        return (*moved.faults, f"it does not get home from {source.name}: {one_line(moved.done.err)}")
    return (*moved.faults, *judge_home(world, begun))


def by(way: Way) -> Go:
    """There and back in the same way."""
    def go(world: World, begun: Stay, away: Host, _third: Host) -> Trip:
        trip = went(world, begun, away, way)
        return faulty(trip, *came_home(world, begun, away, way)) if trip.arrived else trip
    return go


# Trips that are more than that


def left(world: World, begun: Stay, away: Host, third: Host) -> Trip:
    trip = by(ways.by_flags("--persistent"))(world, begun, away, third)
    away.virsh("undefine", begun.guest.name, check=False)
    return trip


@contextmanager
def ruled(host: Host, text: str) -> Iterator[None]:
    """Within, HOST's policy is TEXT."""
    before = host.read(POLICY) if host.exists(POLICY) else ""
    reload_policy(host, text)
    try:
        yield
    finally:
        reload_policy(host, before)


def postcopy(world: World, begun: Stay, away: Host, third: Host) -> Trip:
    """Where QEMU does not have it, the policy for guests that move like this refuses it before."""
    trip = by(ways.by_post_copy)(world, begun, away, third)
    if trip.outcome != FAILED or trip.faults or not world.product:
        return trip
    with ruled(away, SAME_PAGES.format(begun.guest.name)):
        return by(ways.by_post_copy)(world, begun, away, third)


def renamed(world: World, begun: Stay, away: Host, _third: Host) -> Trip:
    there = replace(begun.guest, name=f"{begun.guest.name}-away")
    trip = went(world, begun, away, ways.renamed(there.name), there)
    if not trip.arrived:
        return trip
    faults = came_home(world, begun, away, ways.renamed(begun.guest.name), there)
    if faults:
        ended(away, there)
    return faulty(trip, *faults)


def chain(world: World, begun: Stay, away: Host, third: Host) -> Trip:
    trip = went(world, begun, away, LIVE)
    if not trip.arrived:
        return trip
    last, faults = _on(world, begun, away, third)
    return faulty(trip, *faults, *came_home(world, begun, last, LIVE))


def _on(world: World, begun: Stay, away: Host, third: Host) -> tuple[Host, Faults]:
    """Where it is then: who may not go to THIRD stays."""
    forget_log(third, begun.guest)
    moved = LIVE(begun.guest, away, third)
    if moved.done.ok:
        return third, judge_away(world, begun, third)[3]
    outcome, said, faults = refusal(replace(begun, home=away), third, moved.done)
    failed = () if outcome == REFUSED else (f"it does not get on from {away.name} to {third.name}: {said}",)
    return away, (*faults, *failed, *claimed(world, begun.guest, third))


def aborted(world: World, begun: Stay, away: Host, third: Host) -> Trip:
    """At the second try it gets there."""
    forget_log(away, begun.guest)
    done = ways.aborted(begun.guest, begun.home, away)
    if done.ok:
        return faulty(unfinished(world, begun, away), "it came before it was aborted")
    trip = stayed(world, begun, away, done)
    if trip.faults or ways.ABORTED not in done.out:
        return trip
    return by(LIVE)(world, begun, away, third)


def contested(world: World, begun: Stay, away: Host, third: Host) -> Trip:
    """Somebody there has its CPUs, and is in the end as in the beginning."""
    name = f"{begun.guest.name}-resident"
    other = Guest(name, rom=ROM, extra_devices=reader(name), vcpupin=begun.guest.vcpupin)
    resident = stay(world, Kind("", other), away, persistent=False)
    if isinstance(resident, Start):
        return faulty(unfinished(world, begun, away), f"the resident does not start: {resident.said}")
    try:
        trip = went(world, begun, away, LIVE)
        if trip.arrived:
            kept = () if "vcpu-pins" in trip.actions else ("it keeps its CPUs, which are dedicated to another",)
            trip = faulty(trip, *of_two(away, (begun.guest, other)), *kept, *came_home(world, begun, away, LIVE))
        return faulty(trip, *(f"{name}: {fault}" for fault in judge_home(world, resident)))
    finally:
        ended(away, resident.guest)


def eight(world: World, begun: Stay, away: Host, _third: Host) -> Trip:
    others: list[Stay] = []
    try:
        for name in EIGHTS[begun.guest.name][1:]:
            other = stay(world, KINDS[name], begun.home)
            if isinstance(other, Start):
                return faulty(unfinished(world, begun, away), f"{name} does not start: {other.said}")
            others.append(other)
        return _together(world, [_seen_again(one) for one in (begun, *others)], away)
    finally:
        for other in others:
            for host in (begun.home, away):
                ended(host, other.guest)


def _seen_again(one: Stay) -> Stay:
    """What the kernel reports of pages is the host's, with all who are there."""
    return replace(one, seen=look(one.home, one.guest))


def _together(world: World, stays: Sequence[Stay], away: Host) -> Trip:
    home = stays[0].home
    for one in stays:
        forget_log(away, one.guest)
    results = ways.together([one.guest for one in stays], home, away)
    trips = [_arrival(world, one, away, done) for one, done in zip(stays, results, strict=True)]
    there = [one for one, trip in zip(stays, trips, strict=True) if trip.arrived]
    faults = [*_named(stays, [trip.faults for trip in trips]), *of_two(away, [one.guest for one in there])]
    back = ways.together([one.guest for one in there], away, home)
    faults += _named(there, [came_home(world, one, away, _done(done)) for one, done in zip(there, back, strict=True)])
    at_home = [one for one in stays if one not in there]
    faults += _named(at_home, [judge_home(world, one) for one in at_home])
    at_home += [one for one, done in zip(there, back, strict=True) if done.ok]
    return replace(trips[0], faults=(*faults, *of_two(home, [one.guest for one in at_home])))


def _arrival(world: World, one: Stay, away: Host, done: Result) -> Trip:
    """While others are not at home, it need not be as it was with all of them."""
    if done.ok:
        return went(world, one, away, _done(done))
    outcome, said, faults = refusal(one, away, done)
    return replace(unfinished(world, one, away), outcome=outcome, said=said, faults=(*faults, *claimed(world, one.guest, away)))


def _done(done: Result) -> Way:
    """What has been gone already."""
    return lambda *_: ways.Moved(done)


def _named(stays: Sequence[Stay], faults: Sequence[Faults]) -> list[str]:
    return [f"{one.guest.name}: {fault}" for one, its in zip(stays, faults, strict=True) for fault in its]


# The modes, and where they have a sense


def always(_kind: Kind, _home: str, _away: str) -> bool:
    return True


def unlike(_kind: Kind, home: str, away: str) -> bool:
    """On a twin it would have to be as at home, and in this mode it can't."""
    return HOSTS[home].shape != HOSTS[away].shape


def for_its_cpus(kind: Kind, home: str, away: str) -> bool:
    """The guest has CPUs of its own, which AWAY has too."""
    there = {f"{cpu}" for node in HOSTS[away].shape.nodes for cpu in expand(node.cpus)}
    return bool(kind.guest.vcpupin) and {*kind.guest.vcpupin.values()} <= there and unlike(kind, home, away)


def for_eight(kind: Kind, home: str, away: str) -> bool:
    return home == "a" and away in ("twin", "c") and kind.guest.name in EIGHTS


@dataclass(frozen=True)
class Mode:
    """ABOUT is for the table's reader. SUITS: where it has a sense.

    PERSISTENT: whether the guest has a definition. LADEN: whether it has so much memory to move that it is caught on its
    way. THIRD: whether it goes on to a third host.
    """

    name: str
    about: str
    go: Go
    suits: Suits = always
    persistent: bool = True
    laden: bool = False
    third: bool = False

    @property
    def follows(self) -> bool:
        """Whether a guest that has been at home, and elsewhere, can go: with a visit to one host."""
        return self.persistent and not self.laden and not self.third

    def run(self, world: World, kind: Kind, home: Host, away: Host, third: Host | None = None) -> Trip:
        """KIND starts at HOME, and ends there; nothing of it is left on any host."""
        hosts = {home, away, third or away}
        try:
            begun = stay(world, self._prepared(kind, *hosts), home, persistent=self.persistent)
        except (CommandFailed, Late) as error:
            ended(home, kind.guest)
            return replace(broken(world, kind.guest, home, away, error), mode=self.name)
        if isinstance(begun, Start):
            return Trip(world.side, kind.guest.name, self.name, world.key(home), world.key(away), FAILED,
                        faults=(f"it does not start at home: {begun.said}",))
        try:
            trip = self.trip(world, begun, away, third)
        finally:
            ended(home, begun.guest)
        for host in hosts if trip.faults else ():
            ended(host, begun.guest)
        return trip

    def _prepared(self, kind: Kind, *hosts: Host) -> Kind:
        if not self.laden:
            return kind
        for host in hosts:
            if not host.exists(BALLAST):
                load(host)
        return replace(kind, guest=laden(kind.guest))

    def trip(self, world: World, begun: Stay, away: Host, third: Host | None = None) -> Trip:
        """Of a guest that has begun; without faults, it is then as it was, and can go again."""
        seconds: list[float] = []
        with timed(seconds):
            trip = self._made(world, begun, away, third or away)
        return replace(trip, mode=self.name, seconds=seconds[0])

    def _made(self, world: World, begun: Stay, away: Host, third: Host) -> Trip:
        try:
            return self.go(world, begun, away, third)
        except (CommandFailed, Late) as error:
            return faulty(unfinished(world, begun, away), " ".join(str(error).split()))


MODES: Mapping[str, Mode] = {mode.name: mode for mode in (
    Mode("transient", "without a definition", by(ways.by_flags()), persistent=False),
    Mode("left", "the definition stays behind, and is copied", left),
    Mode("p2p", "`--p2p`", by(ways.by_flags("--p2p", *MOVE))),
    Mode("tunnelled", "`--p2p --tunnelled`", by(ways.by_flags("--p2p", "--tunnelled", *MOVE))),
    Mode("parallel", "`--parallel`", by(ways.by_flags("--parallel", *MOVE))),
    Mode("postcopy", "`--postcopy`, switched in the stream", postcopy, laden=True),
    Mode("offline", "shut off, and started where it arrives", by(ways.offline)),
    Mode("xml", "`--xml` with another title", by(ways.with_xml)),
    Mode("saved", "saved, and restored at the other host", by(ways.saved), persistent=False),
    Mode("chain", "on to a third host, and home from there", chain, third=True),
    Mode("aborted", "aborted in the stream, then once more", aborted, laden=True),
    Mode("contested", "its CPUs are another guest's own at the other host", contested, suits=for_its_cpus),
    Mode("renamed", "`--dname`, another name away from home", renamed, suits=unlike),
    Mode("suspended", "paused, and resumed where it arrives", by(ways.suspended)),
    Mode("eight", "eight kinds at once", eight, suits=for_eight),
)}
