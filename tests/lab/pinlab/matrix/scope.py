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

TWIN = "twin"

# What stands for all in the subset: these hosts, of kinds, of tours that cover all, and of trips that libvirt makes alone, each so-manyth.
FEW_HOSTS = ("a", "b", "c", "d")
EACH_KIND, EACH_TOUR, EACH_ALONE = 2, 2, 4


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
    """Kinds that start at home, each to one other host, so that each host sees about as many."""
    home, *aways = FEW_HOSTS
    kinds = [kind for kind in _kinds(pattern) if starts(kind, home)][::EACH_KIND]
    routes = [(kind, home, (aways[number % len(aways)],)) for number, kind in enumerate(kinds)]
    if side != PINSHIFT:
        return Scope(routes[::EACH_ALONE])
    few = [tour for tour in tours(kinds, few=True) if {tour.home, tour.away, tour.third or home} <= {*FEW_HOSTS}]
    return Scope(routes, few[::EACH_TOUR])


def _kinds(pattern: str) -> list[str]:
    return [kind for kind in KINDS if re.search(pattern, kind)]


def _away_from(home: str) -> list[str]:
    """All others; but between a twin and a host of another kind things go as between that and the one that it is like."""
    return [key for key in HOSTS if key != home and (TWIN not in (home, key) or HOSTS[home].shape == HOSTS[key].shape)]
