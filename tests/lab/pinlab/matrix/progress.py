# SPDX-License-Identifier: LGPL-2.1-or-later
"""How far a run is, and how long it will take: of seconds that other work of the same sort has taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

BAR = 20
SCREEN, LOG = 0.2, 60.0  # seconds between two lines, on a terminal and in a log
CLEAR = "\r\x1b[K"


@dataclass(frozen=True)
class Progress:
    """Of work by sort, such as "stock trip". TODO: how many of each sort are to be done, since BEGAN; KNOWN cells were there before.

    TAKEN: seconds of all that are known to have taken any, and how many these were. LANES: so many are done at once.
    """

    began: float
    todo: Mapping[str, int]
    known: int = 0
    lanes: int = 1
    taken: Mapping[str, tuple[float, int]] = field(default_factory=dict)
    done: Mapping[str, int] = field(default_factory=dict)
    work: float = 0  # seconds that those which are done have taken, side by side
    faults: int = 0

    def learned(self, sort: str, seconds: float) -> Progress:
        """From an earlier run."""
        before, n = self.taken.get(sort, (0.0, 0))
        return replace(self, taken={**self.taken, sort: (before + seconds, n + 1)})

    def after(self, sort: str, seconds: float, faults: int = 0) -> Progress:
        """One more is done."""
        done = {**self.done, sort: self.done.get(sort, 0) + 1}
        return replace(self.learned(sort, seconds), done=done, work=self.work + seconds, faults=self.faults + faults)

    def ahead(self, todo: Mapping[str, int]) -> Progress:
        """What is left to be done is TODO, after all."""
        return replace(self, todo={sort: self.done.get(sort, 0) + todo.get(sort, 0) for sort in {*self.todo, *todo}})

    @property
    def total(self) -> int:
        return self.known + sum(max(n, self.done.get(sort, 0)) for sort, n in self.todo.items())

    @property
    def here(self) -> int:
        """Cells that there are by now."""
        return self.known + sum(self.done.values())

    def left(self, now: float) -> float | None:
        """Seconds until the end; None while nobody can know. How much is done at once the run itself shows, as soon as it can."""
        ahead = {sort: n - self.done.get(sort, 0) for sort, n in self.todo.items() if n > self.done.get(sort, 0)}
        if not ahead:
            return 0
        if not self.taken:
            return None
        speed = self.work / (now - self.began) if self.work and now > self.began else self.lanes
        return sum(n * self._each(sort) for sort, n in ahead.items()) / speed

    def _each(self, sort: str) -> float:
        """Seconds; of a sort that nobody knows yet as of any other."""
        known = [self.taken[sort]] if sort in self.taken else self.taken.values()
        return sum(seconds for seconds, _ in known) / sum(n for _, n in known)

    def line(self, now: float) -> str:
        """`412 of 2400 (17 %), 3 with faults, 0:48 gone, about 2:25 to go`"""
        left = self.left(now)
        faults = f", {self.faults} with faults" if self.faults else ""
        togo = "" if left is None else f", about {clock(left)} to go" if left else ", all is done"
        return f"{self.here} of {self.total} ({self._percent} %){faults}, {clock(now - self.began)} gone{togo}"

    def bar(self, now: float, columns: int, what: str = "") -> str:
        """A line that fits a terminal; WHAT is going on, if there is room."""
        full = BAR * self._percent // 100
        return f"[{'#' * full}{'.' * (BAR - full)}] {self.line(now)}  {what}".rstrip()[:max(1, columns - 1)]

    @property
    def _percent(self) -> int:
        return 100 * self.here // self.total if self.total else 100


def clock(seconds: float) -> str:
    """`1:05` hours and minutes, `40 s` below one."""
    minutes = round(seconds / 60)
    return f"{minutes // 60}:{minutes % 60:02}" if seconds >= 60 else f"{round(seconds)} s"


@dataclass(frozen=True)
class Teller:
    """What to write about a progress, and when; COLUMNS of a terminal, or None for a log."""

    columns: int | None
    last: float | None = None  # when something was written

    def due(self, progress: Progress, now: float) -> bool:
        """The first and the last are always."""
        gap = LOG if self.columns is None else SCREEN
        return self.last is None or progress.left(now) == 0 or now - self.last >= gap

    def tell(self, progress: Progress, now: float, what: str = "") -> tuple[Teller, str]:
        """The next teller, and what to write now: nothing, a line, or the terminal's line anew."""
        if not self.due(progress, now):
            return self, ""
        text = f"{progress.line(now)}\n" if self.columns is None else CLEAR + progress.bar(now, self.columns, what)
        return replace(self, last=now), text

    def note(self, text: str) -> str:
        """A line that stays, a fault for example, above the progress."""
        return f"{text}\n" if self.columns is None else f"{CLEAR}{text}\n"
