# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a run has to do: jobs for the lanes, of what the results do not have yet."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from ..host import Host
from ..result import CommandFailed
from ..wait import Late
from .kinds import KINDS
from .lanes import Board, Job
from .modes import MODES
from .outcome import LIVE, Seen, Start
from .scope import Scope
from .store import Store
from .tours import Tour
from .trip import Stay, World, broken, ended, stay, trip, tried

Tell = Callable[[Seen], None]
Errand = tuple[str, str]  # mode, away


@dataclass(frozen=True)
class Run:
    """Results go to STORE, and TELL hears of each."""

    world: World
    store: Store
    tell: Tell

    def saw(self, seen: Seen) -> None:
        self.store.add(seen)
        self.tell(seen)


# Of one kind from one home


def jobs(run: Run, wanted: Scope) -> list[Job]:
    """What there is to do of WANTED. A guest has its home to itself, so homes take turns, as routes have them."""
    errands: dict[tuple[str, str], list[Errand]] = {}
    for kind, home, aways in wanted.routes:
        errands.setdefault((kind, home), []).extend((LIVE, away) for away in aways)
    shared, alone = _apart(wanted.tours)
    for tour in shared:
        errands.setdefault((tour.kind, tour.home), []).append((tour.mode, tour.away))
    begin = [job for host in run.world.hosts for job in starts(run, [kind for kind, on in wanted.starts.items() if host in on], host)]
    begin += [job for (kind, home), its in errands.items() for job in trips(run, kind, home, its)]
    return begin + [job for tour in alone for job in mode(run, tour)]


def _apart(tours: Collection[Tour]) -> tuple[list[Tour], list[Tour]]:
    """Those whose guest may have been elsewhere before, and the others."""
    return [tour for tour in tours if MODES[tour.mode].follows], [tour for tour in tours if not MODES[tour.mode].follows]


def trips(run: Run, kind: str, home: str, errands: Collection[Errand]) -> Sequence[Job]:
    """The trips that are not known yet, in one job; none where the guest is known not to start."""
    start = run.store.start(kind, home, True)
    left = tuple((mode, away) for mode, away in errands if run.store.trip(run.world.side, kind, mode, home, away) is None)
    if not left or (start is not None and not start.ok):
        return ()
    return (Job(frozenset({home}), lambda board: _from_home(run, board, kind, home, left)),)


def _from_home(run: Run, board: Board, kind: str, home: str, errands: Collection[Errand]) -> Sequence[Job]:
    """The guest starts once, and goes to all that no other job keeps; those are left for later."""
    host = run.world.hosts[home]
    left = list(errands)
    try:
        begun = stay(run.world, KINDS[kind], host)
    except (CommandFailed, Late) as error:
        ended(host, KINDS[kind].guest)
        mode, away = left.pop(0)
        run.saw(replace(broken(run.world, KINDS[kind].guest, host, run.world.hosts[away], error), mode=mode))
        return trips(run, kind, home, left)
    if isinstance(begun, Start):
        run.saw(begun)
        return ()
    if run.store.start(kind, home, True) is None:
        run.saw(Start(kind, home, True))
    try:
        for errand in _visits(board, home, left):
            if not _went(run, begun, errand):
                break
    finally:
        ended(host, begun.guest)
    return trips(run, kind, home, left)


def _visits(board: Board, home: str, left: list[Errand]) -> Iterator[Errand]:
    while left:
        with board.visit(home, [away for _, away in left]) as there:
            if there is None:
                return
            errand = next((mode, away) for mode, away in left if away == there)
            left.remove(errand)
            yield errand


def _went(run: Run, begun: Stay, errand: Errand) -> bool:
    """One trip; False where the guest may not be what it was at home, and must start anew for others."""
    mode, away = errand
    host = run.world.hosts[away]
    made = trip(run.world, begun, host) if mode == LIVE else MODES[mode].trip(run.world, begun, host)
    run.saw(made)
    if made.faults:
        ended(host, begun.guest)
    return not made.faults


# With a start of its own


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
