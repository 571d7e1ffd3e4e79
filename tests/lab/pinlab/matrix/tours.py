# SPDX-License-Identifier: LGPL-2.1-or-later
"""Which guests go where in which mode, besides the plain trips."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from .cover import Row, cover
from .hosts import HOSTS
from .kinds import KINDS
from .modes import MODES

# Guests are written for hosta, so they start at homes that are like it; but only some have KVM, and one a page of 1 GiB.
ROUTES = (*(("a", away) for away in HOSTS if away != "a"), ("twin", "b"), ("twin", "d"), ("f", "a"), ("f", "b"), ("f", "d"))
ONLY_HOMES = {"gigapage": ("f",), "passthrough": ("a", "twin")}


@dataclass(frozen=True)
class Tour:
    """All are keys; THIRD is empty in modes that don't go on."""

    kind: str
    mode: str
    home: str
    away: str
    third: str = ""


def starts(kind: str, home: str) -> bool:
    """Whether a guest of KIND starts at HOME, as it is written."""
    return home in ONLY_HOMES.get(kind, (home,))


def tours(kinds: Collection[str] = tuple(KINDS), modes: Collection[str] = tuple(MODES), *, few: bool = False,
          starts: Callable[[str, str], bool] = starts) -> list[Tour]:
    """Each kind in each mode, and each of both on each route, where that has a sense; FEW: each kind, mode and route."""
    def allowed(row: Row) -> bool:
        home, away = row["route"]
        return starts(row["kind"], home) and MODES[row["mode"]].suits(KINDS[row["kind"]], home, away)

    rows = cover({"kind": kinds, "mode": modes, "route": ROUTES}, allowed, 1 if few else 2)
    return [_tour(row["kind"], row["mode"], *row["route"]) for row in rows]


def _tour(kind: str, mode: str, home: str, away: str) -> Tour:
    return Tour(kind, mode, home, away, third(home, away) if MODES[mode].third else "")


def third(home: str, away: str) -> str:
    """The host to go on to: the one behind AWAY."""
    keys = list(HOSTS)
    after = keys.index(away) + 1
    return next(key for key in (*keys[after:], *keys) if key not in (home, away))
