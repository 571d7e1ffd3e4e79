# SPDX-License-Identifier: LGPL-2.1-or-later
"""Cases: sentences that a laboratory shows to be true.

    suite = Suite("twins", lambda lab: Twins(lab))      # the world: declares hosts, calls lab.up()

    @suite.case("a guest goes there and back")
    def there_and_back(world): ...

A suite brings its world up once, and makes it clean before each case; a world that can't be cleaned
is replaced by a new one. A case that fails is tried once more, in a world of its own, when all others are over: QEMU
without KVM and libvirt have races of their own, above all on a busy machine. What was seen the first time is printed.
Where several cases fail there is no second try.
"""

from __future__ import annotations

import os
import re
import time
import traceback
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from .lab import Lab
from .xml import difference


class World(Protocol):
    """What a suite's cases are given."""

    def clean(self) -> None:
        """Back to how the world was when it came up: no guests, installed configuration."""


W = TypeVar("W", bound=World)


class Skip(Exception):
    """The case can't run here; the reason is counted."""


class Wrong(AssertionError):
    """What was seen is not what the sentence says."""


@dataclass(frozen=True)
class Case(Generic[W]):
    sentence: str
    run: Callable[[W], None]


class Suite(Generic[W]):
    def __init__(self, name: str, build: Callable[[Lab], W], needs: Callable[[], None] | None = None) -> None:
        """NEEDS raises Skip where the whole suite can't run."""
        self.name = name
        self.build = build
        self.needs = needs
        self.cases: list[Case[W]] = []

    def case(self, sentence: str) -> Callable[[Callable[[W], None]], Callable[[W], None]]:
        def add(run: Callable[[W], None]) -> Callable[[W], None]:
            self.cases.append(Case(sentence, run))
            return run
        return add

    def each(self, sentence: str, table: Iterable[Any]) -> Callable[[Callable[..., None]], None]:
        """A case per row: SENTENCE is formatted with the row, a tuple or one value."""
        def add(run: Callable[..., None]) -> None:
            for row in table:
                values = row if isinstance(row, tuple) else (row,)
                self.cases.append(Case(sentence.format(*values),
                                       lambda world, values=values: run(world, *values)))
        return add


# So many cases are tried again.
MOST_AGAIN = 3
SECOND = "at the second try"


class Tap:
    """One line per case on the standard output."""

    def __init__(self, total: int) -> None:
        self.number = 0
        self.failed = False
        print(f"1..{total}", flush=True)

    def say(self, sentence: str, outcome: str, seconds: float, remarks: str = "", second: bool = False) -> None:
        self.number += 1
        self.failed = self.failed or outcome == "not ok"
        skip = f" # SKIP {remarks}" if outcome == "skip" else f" # {seconds:.1f} s{', ' + SECOND if second else ''}"
        word = "ok" if outcome == "skip" else outcome
        print(f"{word} {self.number} - {sentence.replace('#', '')}{skip}", flush=True)
        if outcome == "not ok":
            self.remark(remarks)

    def remark(self, remarks: str) -> None:
        print("\n".join(f"#   {line}" for line in remarks.splitlines()), flush=True)


def chosen(suites: Iterable[Suite[Any]], pattern: str) -> list[tuple[Suite[Any], list[Case[Any]]]]:
    """The cases whose `suite: sentence` PATTERN matches."""
    return [(suite, [case for case in suite.cases if re.search(pattern, f"{suite.name}: {case.sentence}")]) for suite in suites]


def run(suites: Iterable[Suite[Any]], pattern: str = "") -> bool:
    """Runs the chosen cases; whether all went well."""
    ours = chosen(suites, pattern)
    tap = Tap(sum(len(cases) for _, cases in ours))
    again: list[tuple[Suite[Any], Case[Any]]] = []
    for suite, cases in ours:
        if cases:
            _run_suite(suite, cases, tap, again)
    for suite, case in again:
        _run_suite(suite, [case], tap, None)
    return not tap.failed


def _run_suite(suite: Suite[W], cases: list[Case[W]], tap: Tap, again: list[tuple[Suite[Any], Case[Any]]] | None) -> None:
    """AGAIN takes what is to be tried once more; None: this is the second try."""
    try:
        if suite.needs:
            suite.needs()
    except Skip as skip:
        for case in cases:
            tap.say(f"{suite.name}: {case.sentence}", "skip", 0, str(skip))
        return
    with ExitStack() as stack:
        place = _Place(suite, stack)
        for case in cases:
            _run_case(suite, case, place, tap, again)


class _Place(Generic[W]):
    """Where a suite's world is, or will be."""

    def __init__(self, suite: Suite[W], stack: ExitStack) -> None:
        self.suite = suite
        self.stack = stack
        self.lab: Lab | None = None
        self.world: W | None = None

    def clean(self) -> W:
        if self.world is not None:
            try:
                self.world.clean()
                return self.world
            except Exception:
                print("#   the hosts can't be cleaned and are replaced:", flush=True)
                print(re.sub("^", "#   ", traceback.format_exc(limit=-2), flags=re.M), flush=True)
        self.leave()
        self.lab = self.stack.enter_context(Lab())
        self.world = self.suite.build(self.lab)
        return self.world

    def leave(self) -> None:
        """Ends the laboratory; the next clean() brings up a new one."""
        self.lab = self.world = None
        self.stack.close()


def _run_case(suite: Suite[W], case: Case[W], place: _Place[W], tap: Tap, again: list[tuple[Suite[Any], Case[Any]]] | None) -> None:
    sentence = f"{suite.name}: {case.sentence}"
    start = time.monotonic()
    try:
        world = place.clean()
        start = time.monotonic()
        case.run(world)
        tap.say(sentence, "ok", time.monotonic() - start, second=again is None)
    except Skip as skip:
        tap.say(sentence, "skip", 0, str(skip))
    except Exception as error:
        why = str(error) if isinstance(error, Wrong) else traceback.format_exc(limit=-4)
        logs = place.lab.logs() if place.lab else ""
        remarks = f"{why}\n{_where(error)}\n{logs}"
        if again is None or len(again) == MOST_AGAIN:
            tap.say(sentence, "not ok", time.monotonic() - start, remarks)
        else:
            tap.remark(f"to be tried again: {sentence}\n{remarks}")
            again.append((suite, case))
        if place.world is None:
            place.leave()


def _where(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return " < ".join(f"{Path(f.filename).name}:{f.lineno}" for f in reversed(frames[1:]))


# What cases say

def expect(truth: object, what: str, *shown: object) -> None:
    """WHAT is the sentence that must be true; SHOWN helps to see why it is not."""
    if not truth:
        raise Wrong("\n".join([f"not so: {what}", *(str(thing) for thing in shown)]))


def same(seen: Any, wanted: Any, what: str) -> None:
    """Values of any kind; texts are shown by their difference."""
    if seen == wanted:
        return
    if isinstance(seen, str) and isinstance(wanted, str) and "\n" in seen + wanted:
        raise Wrong(f"{what} differs (- wanted, + seen):\n{difference(wanted, seen)}")
    raise Wrong(f"{what}:\n  wanted {wanted!r}\n  seen   {seen!r}")


def stage() -> str:
    """The installed tree under test: PINSHIFT_STAGE, which tests/lab/run sets."""
    return os.environ["PINSHIFT_STAGE"]


def debs() -> Path:
    """The directory of Debian packages under test: PINSHIFT_DEBS, which packaging/test sets."""
    return Path(os.environ["PINSHIFT_DEBS"])


def rpms() -> Path:
    """The directory of RPMs under test: PINSHIFT_RPMS, which packaging/test sets."""
    return Path(os.environ["PINSHIFT_RPMS"])
