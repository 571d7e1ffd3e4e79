# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a run says while it goes: a line of TAP for each trip, and how far it is."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections import Counter

from ..cases import MOST_AGAIN, SECOND
from .cells import Cells, Key
from .outcome import LIVE, PINSHIFT, STOCK, Seen, Start, Trip, key
from .progress import Progress, Teller
from .saying import doing


def sort_of(cell: Key) -> str:
    """Trips of one sort take about as long."""
    return f"{cell[1]} {'live' if cell[3] == LIVE else 'otherwise'}"


class Account:
    """Of CELLS, of which those that are seen already are not work. TAP goes to the standard output, progress to the errors' one.

    AGAIN: a few trips with faults are not counted, but to be tried once more: see cases.py for why.
    """

    def __init__(self, cells: Cells, lanes: int, again: bool) -> None:
        self._lock = threading.Lock()
        self._cells = cells
        self._teller = Teller(os.get_terminal_size(2).columns if sys.stderr.isatty() else None)
        known = [trip for side in (PINSHIFT, STOCK) for trip in cells.trips(side)]
        self._progress = Progress(time.monotonic(), self._todo(), len(known), lanes)
        for trip in known:
            self._progress = self._progress.learned(sort_of(key(trip)), trip.seconds)
        self._number = 0
        self._room = MOST_AGAIN if again else 0
        self._again: list[Trip] = []
        self.faults = 0

    def _todo(self) -> Counter[str]:
        return Counter(sort_of(cell) for cell in self._cells.missing if cell[0] == "trip")

    def hear(self, seen: Seen) -> None:
        """No guest makes a trip from where it does not start."""
        with self._lock:
            self._cells.add(seen)
            if isinstance(seen, Trip):
                self._say(seen, self._cells.faults(seen))
            elif not seen.ok:
                self._progress = self._progress.ahead(self._todo())
            self._tell(sentence(seen))

    def _say(self, trip: Trip, faults: tuple[str, ...]) -> None:
        self._progress = self._progress.after(sort_of(key(trip)), trip.seconds, bool(faults))
        if faults and self._room and not self._is_second(trip):
            self._room -= 1
            self._again.append(trip)
            print(f"#   to be tried again: {sentence(trip)}", flush=True)
        else:
            self._count(trip, bool(faults))
        for fault in faults:
            print(f"#   {fault}", flush=True)

    def _count(self, trip: Trip, bad: bool) -> None:
        self._number += 1
        self.faults += bad
        second = f", {SECOND}" if self._is_second(trip) else ""
        print(f"{'not ok' if bad else 'ok'} {self._number} - matrix: {sentence(trip)} # {trip.seconds} s{second}", flush=True)

    def _is_second(self, trip: Trip) -> bool:
        return any(key(trip) == key(other) for other in self._again)

    def to_try_again(self, side: str) -> list[Trip]:
        """Those of SIDE. Whatever comes of the second try is counted."""
        return [trip for trip in self._again if trip.side == side]

    def _tell(self, what: str) -> None:
        self._teller, text = self._teller.tell(self._progress, time.monotonic(), what)
        if text:
            print(text, end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        print(f"1..{self._number}", flush=True)


def sentence(seen: Seen) -> str:
    """`pinshift strict a -> b -> a: re-map memory`"""
    if isinstance(seen, Start):
        return f"{seen.kind} on {seen.host}{'' if seen.written else ' without placement'}: {seen.said or 'starts'}"
    mode = "" if seen.mode == LIVE else f" {seen.mode}"
    way = f"{seen.home} -> {seen.away}{f' -> {seen.home}' if seen.arrived else ''}"
    return f"{seen.side} {seen.kind}{mode} {way}: {doing(seen) or f'{seen.outcome}: {seen.said}'}"
