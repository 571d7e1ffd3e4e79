# SPDX-License-Identifier: LGPL-2.1-or-later
"""Which cells of the matrix a run fills."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .hosts import HOSTS
from .kinds import KINDS
from .outcome import PINSHIFT

Route = tuple[str, str, tuple[str, ...]]  # kind, home, aways

# What stands for all in the subset: two homes that are alike, so that two guests can be on their way at once.
HOMES = ("a", "twin")
ONLY_HOME = {"gigapage": "f"}  # Nobody else has pages of its size.
AWAYS = {PINSHIFT: 2}          # so many other hosts for each kind; of libvirt alone one


@dataclass(frozen=True)
class Scope:
    """Live trips by ROUTES, with stripped starts of their kinds where they go."""

    routes: Sequence[Route]

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(kind for kind, _, _ in self.routes))

    def __len__(self) -> int:
        return sum(len(aways) for _, _, aways in self.routes)


def full(pattern: str, homes: str = "") -> Scope:
    """All ordered pairs of which kinds match PATTERN and HOMES."""
    return Scope([(kind, home, tuple(_away_from(home))) for kind in _kinds(pattern) for home in HOSTS if re.search(homes, home)])


def subset(pattern: str, side: str) -> Scope:
    """Each kind to some hosts, so that each host sees about as many."""
    routes = []
    for number, kind in enumerate(_kinds(pattern)):
        home = ONLY_HOME.get(kind, HOMES[number % 2])
        aways = _away_from(home)
        chosen = [aways[(number + step * len(aways) // 2) % len(aways)] for step in range(AWAYS.get(side, 1))]
        routes.append((kind, home, tuple(chosen)))
    return Scope(routes)


def _kinds(pattern: str) -> list[str]:
    return [kind for kind in KINDS if re.search(pattern, kind)]


def _away_from(home: str) -> list[str]:
    return [key for key in HOSTS if key != home]
