# SPDX-License-Identifier: LGPL-2.1-or-later
"""A run as JSON, for programs: a line for each cell, with texts by number, for most are said many times."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from .cells import Cells, Frame
from .outcome import Seen, Start, Trip, key
from .saying import plain

VERSION = 1
HEAD = ("date", "versions", "hosts", "kinds", "modes")


class _Texts:
    """Each gets a number when it is first said."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def number(self, said: str, kind: str) -> int | None:
        return self.numbers.setdefault(plain(said, kind), len(self.numbers)) if said else None

    def all(self, said: Iterable[str], kind: str) -> list[int | None]:
        return [self.number(one, kind) for one in said]


def dumps(cells: Cells) -> str:
    texts = _Texts()
    rows = {"starts": [_start(start, texts) for start in cells.starts],
            "trips": [_trip(trip, texts) for trip in cells.all if isinstance(trip, Trip)],
            "missing": [[*cell] for cell in cells.missing]}
    head = {"version": VERSION} | {name: getattr(cells.frame, name) for name in HEAD}
    members = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in head.items()]
    members += [f"{json.dumps(name)}: {_lines(values)}" for name, values in (("texts", [*texts.numbers]), *rows.items())]
    return "{\n" + ",\n".join(members) + "\n}\n"


def _lines(values: Iterable[Any]) -> str:
    return "[\n" + ",\n".join(json.dumps(value, separators=(",", ":")) for value in values) + "\n]"


def _start(start: Start, texts: _Texts) -> list[Any]:
    return [start.kind, start.host, start.written, texts.number(start.said, start.kind)]


def _trip(trip: Trip, texts: _Texts) -> list[Any]:
    return [trip.side, trip.kind, trip.mode, trip.home, trip.away, trip.outcome, texts.number(trip.said, trip.kind),
            trip.actions, texts.all(trip.harm, trip.kind), texts.all(trip.faults, trip.kind), trip.seconds]


def loads(text: str) -> Cells:
    """The inverse of dumps(), but for what differs from guest to guest in texts."""
    value = json.loads(text)
    texts: list[str] = value["texts"]
    seen: list[Seen] = [Start(kind, host, written, _said(texts, said)) for kind, host, written, said in value["starts"]]
    seen += [_as_trip(texts, *row) for row in value["trips"]]
    planned = {key(one) for one in seen} | {tuple(cell) for cell in value["missing"]}
    return Cells(Frame(planned=frozenset(planned), **{name: value[name] for name in HEAD}), seen)


def _said(texts: list[str], number: int | None) -> str:
    return "" if number is None else texts[number]


def _as_trip(texts: list[str], side: str, kind: str, mode: str, home: str, away: str, outcome: str, said: int | None,
             actions: Mapping[str, str], harm: Iterable[int], faults: Iterable[int], seconds: float) -> Trip:
    return Trip(side, kind, mode, home, away, outcome, _said(texts, said), actions, tuple(texts[n] for n in harm),
                tuple(texts[n] for n in faults), seconds)
