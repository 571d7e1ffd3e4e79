# SPDX-License-Identifier: LGPL-2.1-or-later
"""Which cells of the matrix a run fills."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .cells import Key
from .hosts import HOSTS
from .kinds import KINDS
from .outcome import LIVE, PINSHIFT, STOCK
from .tours import Tour, tours

Route = tuple[str, str, tuple[str, ...]]  # kind, home, aways

# What stands for all in the subset: two homes that are alike, so that two guests can be on their way at once.
HOMES = ("a", "twin")
ONLY_HOME = {"gigapage": "f"}  # Nobody else has pages of its size.
AWAYS = {PINSHIFT: 2}          # so many other hosts for each kind; of libvirt alone one


@dataclass(frozen=True)
class Scope:
    """Live trips by ROUTES and other ones by TOURS, with starts of their kinds: stripped ones of libvirt alone."""

    routes: Sequence[Route]
    tours: Sequence[Tour] = ()

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(kind for kind, _, _ in self.routes))

    def cells(self, side: str) -> Iterator[Key]:
        for kind, home, aways in self.routes:
            yield ("start", kind, home, "written")
            yield from (("trip", side, kind, LIVE, home, away) for away in aways)
        yield from (("trip", side, tour.kind, tour.mode, tour.home, tour.away) for tour in self.tours)
        if side == STOCK:
            yield from (("start", kind, host, "stripped") for kind in self.kinds for host in HOSTS)


def full(pattern: str, homes: str, side: str) -> Scope:
    """All ordered pairs, of the kinds that match PATTERN and the homes that match HOMES, and with pinshift all modes."""
    kinds = _kinds(pattern)
    routes = [(kind, home, tuple(_away_from(home))) for kind in kinds for home in HOSTS if re.search(homes, home)]
    rounds = [tour for tour in tours(kinds) if re.search(homes, tour.home)] if side == PINSHIFT else []
    return Scope(routes, rounds)


def subset(pattern: str, side: str) -> Scope:
    """Each kind to some hosts, so that each host sees about as many."""
    routes = []
    for number, kind in enumerate(_kinds(pattern)):
        home = ONLY_HOME.get(kind, HOMES[number % 2])
        aways = _away_from(home)
        chosen = [aways[(number + step * len(aways) // 2) % len(aways)] for step in range(AWAYS.get(side, 1))]
        routes.append((kind, home, tuple(chosen)))
    return Scope(routes, tours(_kinds(pattern), few=True) if side == PINSHIFT else [])


def _kinds(pattern: str) -> list[str]:
    return [kind for kind in KINDS if re.search(pattern, kind)]


def _away_from(home: str) -> list[str]:
    return [key for key in HOSTS if key != home]
