# SPDX-License-Identifier: LGPL-2.1-or-later
"""Which cells of the matrix a run fills."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from .cells import Key
from .hosts import HOSTS
from .kinds import KINDS
from .outcome import LIVE, PINSHIFT
from .tours import Tour, starts, tours

Route = tuple[str, str, tuple[str, ...]]  # kind, home, aways

# What stands for all in the subset: two homes that are alike, so that two guests can be on their way at once. Of libvirt alone
# some kinds will do, and of all that a few tours have, some.
HOMES = ("a", "twin")
EACH_BY_LIBVIRT = 3
EACH_TOUR = 4


@dataclass(frozen=True)
class Scope:
    """Live trips by ROUTES, other ones by TOURS, and STARTS of kinds on hosts, stripped of their placement."""

    routes: Sequence[Route]
    tours: Sequence[Tour] = ()
    starts: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def cells(self, side: str) -> Iterator[Key]:
        for kind, home, aways in self.routes:
            yield ("start", kind, home, "written")
            yield from (("trip", side, kind, LIVE, home, away) for away in aways)
        yield from (("trip", side, tour.kind, tour.mode, tour.home, tour.away) for tour in self.tours)
        yield from (("start", kind, host, "stripped") for kind, hosts in self.starts.items() for host in hosts)


def full(pattern: str, homes: str, side: str) -> Scope:
    """All ordered pairs, of the kinds that match PATTERN and the homes that match HOMES, and with pinshift all modes."""
    kinds = _kinds(pattern)
    routes = [(kind, home, tuple(_away_from(home))) for kind in kinds for home in HOSTS if re.search(homes, home)]
    rounds = [tour for tour in tours(kinds) if re.search(homes, tour.home)] if side == PINSHIFT else []
    return Scope(routes, rounds, {kind: tuple(HOSTS) for kind in kinds} if side == PINSHIFT else {})


def subset(pattern: str, side: str) -> Scope:
    """Each kind to one host, so that each host sees about as many."""
    routes = [(kind, home, (_one_of(_away_from(home), number),))
              for number, kind in enumerate(_kinds(pattern)) for home in (_home(kind, number),)]
    if side == PINSHIFT:
        return Scope(routes, tours(_kinds(pattern), few=True)[::EACH_TOUR])
    return Scope(routes[::EACH_BY_LIBVIRT])


def _home(kind: str, number: int) -> str:
    return next(home for home in (HOMES[number % 2], *HOSTS) if starts(kind, home))


def _one_of(aways: Sequence[str], number: int) -> str:
    return aways[(number + 1) % len(aways)]


def _kinds(pattern: str) -> list[str]:
    return [kind for kind in KINDS if re.search(pattern, kind)]


def _away_from(home: str) -> list[str]:
    return [key for key in HOSTS if key != home]
