# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a run has to do: jobs for the lanes, of what the results do not have yet."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from ..host import Host
from .kinds import KINDS
from .lanes import Board, Job
from .modes import MODES
from .outcome import LIVE, Seen, Start
from .store import Store
from .tours import Tour
from .trip import Stay, World, ended, stay, trip, tried

Tell = Callable[[Seen], None]
Pair = tuple[str, str]  # home, away


@dataclass(frozen=True)
class Run:
    """Results go to STORE, and TELL hears of each."""

    world: World
    store: Store
    tell: Tell

    def saw(self, seen: Seen) -> None:
        self.store.add(seen)
        self.tell(seen)


# Trips of one kind from one home


def trips(run: Run, kind: str, home: str, aways: Collection[str]) -> Sequence[Job]:
    """The trips that are not known yet, in one job; none where the guest is known not to start."""
    start = run.store.start(kind, home, True)
    left = tuple(away for away in aways if run.store.trip(run.world.side, kind, LIVE, home, away) is None)
    if not left or (start is not None and not start.ok):
        return ()
    return (Job(frozenset({home}), lambda board: _from_home(run, board, kind, home, left)),)


def _from_home(run: Run, board: Board, kind: str, home: str, aways: Collection[str]) -> Sequence[Job]:
    """The guest starts once, and goes to all that no other job keeps; those are left for later."""
    host = run.world.hosts[home]
    begun = stay(run.world, KINDS[kind], host)
    if isinstance(begun, Start):
        run.saw(begun)
        return ()
    if run.store.start(kind, home, True) is None:
        run.saw(Start(kind, home, True))
    left = list(aways)
    try:
        for away in _visits(board, left):
            if not _went(run, begun, away):
                break
    finally:
        ended(host, begun.guest)
    return trips(run, kind, home, left)


def _visits(board: Board, left: list[str]) -> Iterator[str]:
    while left:
        with board.visit(left) as away:
            if away is None:
                return
            left.remove(away)
            yield away


def _went(run: Run, begun: Stay, away: str) -> bool:
    """One trip; False where the guest may not be what it was at home, and must start anew for others."""
    host = run.world.hosts[away]
    made = trip(run.world, begun, host)
    run.saw(made)
    if made.faults:
        ended(host, begun.guest)
    return not made.faults


# In other modes


def mode(run: Run, tour: Tour) -> Sequence[Job]:
    """A trip that is not known yet; it has all its hosts to itself."""
    start = run.store.start(tour.kind, tour.home, True)
    known = run.store.trip(run.world.side, tour.kind, tour.mode, tour.home, tour.away)
    if known or (start is not None and not start.ok):
        return ()
    keys = [key for key in (tour.home, tour.away, tour.third) if key]
    return (Job(frozenset(keys), lambda _: _toured(run, tour, *(run.world.hosts[key] for key in keys))),)


def _toured(run: Run, tour: Tour, *hosts: Host) -> Sequence[Job]:
    run.saw(MODES[tour.mode].run(run.world, KINDS[tour.kind], *hosts))
    return ()


# Starts


def starts(run: Run, kinds: Collection[str], host: str) -> Sequence[Job]:
    """Which of KINDS start on HOST, stripped of their placement; those that are then alike are tried once."""
    if all(run.store.start(kind, host, False) for kind in kinds):
        return ()
    return (Job(frozenset({host}), lambda _: _started(run, kinds, host)),)


def _started(run: Run, kinds: Collection[str], host: str) -> Sequence[Job]:
    alike: dict[str, str] = {}
    for name in kinds:
        text = KINDS[name].stripped.xml().replace(KINDS[name].guest.uuid, "").replace(name, "")
        if text not in alike:
            alike[text] = tried(run.world, KINDS[name], run.world.hosts[host]).said
        run.saw(Start(name, host, False, alike[text]))
    return ()
