# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a run has seen, cell by cell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from .outcome import ADAPTED, LIVE, PINSHIFT, Seen, Start, Trip, key
from .verdict import faults

Key = tuple[str, ...]  # what key() of outcome.py gives

# The least loss first, as pinshift weighs them; what is kept is not in a record.
ACTIONS = ("keep", "warn", "remap", "weaken", "strip")
TOLD = ("weaken", "strip")  # with these the record itself says that a guest has less than at home


@dataclass(frozen=True)
class Frame:
    """DATE and VERSIONS ("QEMU": "7.2") are as people read them. HOSTS, KINDS and MODES say what each is. PLANNED: all cells."""

    date: str
    versions: Mapping[str, str]
    hosts: Mapping[str, str]
    kinds: Mapping[str, str]
    modes: Mapping[str, str]
    planned: frozenset[Key] = field(default_factory=frozenset)


class Cells:
    """Questions to a run within its FRAME. Whatever it gives is in the order of FRAME's kinds, modes and hosts."""

    def __init__(self, frame: Frame, seen: Iterable[Seen]) -> None:
        self.frame = frame
        self._seen = {key(one): one for one in seen}
        self._trips = sorted((one for one in self._seen.values() if isinstance(one, Trip)), key=self._place)

    def add(self, seen: Seen) -> None:
        self._seen[key(seen)] = seen
        if isinstance(seen, Trip):
            self._trips = sorted([trip for trip in self._trips if key(trip) != key(seen)] + [seen], key=self._place)

    def _place(self, trip: Trip) -> tuple[int, ...]:
        hosts, kinds, modes = [*self.frame.hosts], [*self.frame.kinds], [*self.frame.modes]
        where = (hosts.index(trip.home), hosts.index(trip.away))
        return (modes.index(trip.mode), kinds.index(trip.kind), *where, trip.side == PINSHIFT)

    @property
    def all(self) -> list[Seen]:
        return [*self.starts, *self._trips]

    @property
    def starts(self) -> list[Start]:
        hosts, kinds = [*self.frame.hosts], [*self.frame.kinds]
        found = (one for one in self._seen.values() if isinstance(one, Start))
        return sorted(found, key=lambda start: (kinds.index(start.kind), hosts.index(start.host), start.written))

    def trips(self, side: str, *modes: str) -> list[Trip]:
        """In MODES, or in all."""
        return [trip for trip in self._trips if trip.side == side and (not modes or trip.mode in modes)]

    def trip(self, side: str, kind: str, home: str, away: str, mode: str = LIVE) -> Trip | None:
        found = self._seen.get(("trip", side, kind, mode, home, away))
        return found if isinstance(found, Trip) else None

    def start(self, kind: str, host: str, *, written: bool) -> Start | None:
        found = self._seen.get(("start", kind, host, "written" if written else "stripped"))
        return found if isinstance(found, Start) else None

    def starts_at(self, kind: str, home: str) -> bool:
        """Whether the guest starts at this home as it is written; True where nobody has tried."""
        start = self.start(kind, home, written=True)
        return start is None or start.ok

    def can_run(self, trip: Trip) -> bool | None:
        """Whether its guest, stripped of its placement, starts at the other host; None where nobody has tried."""
        start = self.start(trip.kind, trip.away, written=False)
        return None if start is None else start.ok

    def is_planned(self, side: str, kind: str, home: str, away: str, mode: str = LIVE) -> bool:
        cell = ("trip", side, kind, mode, home, away)
        return cell in self.frame.planned or cell in self._seen

    @property
    def missing(self) -> list[Key]:
        """Planned, not seen, and not impossible because the guest does not start at that home."""
        unseen = self.frame.planned - self._seen.keys()
        return sorted(cell for cell in unseen if cell[0] != "trip" or self.starts_at(cell[2], cell[4]))

    def faults(self, trip: Trip) -> tuple[str, ...]:
        return faults(trip, self.start(trip.kind, trip.away, written=False))


def action(trip: Trip) -> str:
    """The worst that was done to a setting of a guest that arrived."""
    least = "remap" if trip.outcome == ADAPTED else "keep"
    return max(least, *trip.actions.values(), key=ACTIONS.index) if trip.actions else least


def is_untold(trip: Trip) -> bool:
    """The guest is worse off than at home, and nobody says so."""
    return bool(trip.harm) and not any(done in TOLD for done in trip.actions.values())
