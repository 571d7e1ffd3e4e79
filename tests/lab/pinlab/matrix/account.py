# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a run says while it goes: a line of TAP for each trip, and how far it is."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections import Counter

from .cells import Cells, Key
from .outcome import LIVE, PINSHIFT, STOCK, Seen, Start, Trip, key
from .progress import Progress, Teller
from .saying import doing


def sort_of(cell: Key) -> str:
    """Trips of one sort take about as long."""
    return f"{cell[1]} {'live' if cell[3] == LIVE else 'otherwise'}"


class Account:
    """Of CELLS, of which those that are seen already are not work. TAP goes to the standard output, progress to the errors' one."""

    def __init__(self, cells: Cells, lanes: int) -> None:
        self._lock = threading.Lock()
        self._cells = cells
        self._teller = Teller(os.get_terminal_size(2).columns if sys.stderr.isatty() else None)
        known = [trip for side in (PINSHIFT, STOCK) for trip in cells.trips(side)]
        todo = Counter(sort_of(cell) for cell in cells.missing if cell[0] == "trip")
        self._progress = Progress(time.monotonic(), todo, len(known), lanes)
        for trip in known:
            self._progress = self._progress.learned(sort_of(key(trip)), trip.seconds)
        self._number = 0
        self.faults = 0

    def hear(self, seen: Seen) -> None:
        with self._lock:
            self._cells.add(seen)
            if isinstance(seen, Trip):
                self._say(seen, self._cells.faults(seen))
            self._tell(sentence(seen))

    def _say(self, trip: Trip, faults: tuple[str, ...]) -> None:
        self._progress = self._progress.after(sort_of(key(trip)), trip.seconds, bool(faults))
        self._number += 1
        self.faults += bool(faults)
        print(f"{'not ok' if faults else 'ok'} {self._number} - matrix: {sentence(trip)} # {trip.seconds} s", flush=True)
        for fault in faults:
            print(f"#   {fault}", flush=True)

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
