# SPDX-License-Identifier: LGPL-2.1-or-later
"""The hosts of the matrix: seven kinds, and a twin of the first.

Each holds a guest of 1 GiB in ordinary pages beside smaller ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..numa import AMD, Node, Shape


@dataclass(frozen=True)
class Kind:
    """ABOUT is for the table's reader."""

    about: str
    shape: Shape


_TWO_NODES = Shape((Node("0-3", 1088, huge_2m=96), Node("4-7", 1088, huge_2m=96)), sockets=2, cpu=AMD)
# Neighbours are 2 and 3, and no way is as long as the way back.
_DISTANCES = {(0, 1): 16, (0, 2): 28, (0, 3): 32, (1, 0): 17, (1, 2): 24, (1, 3): 28,
              (2, 0): 30, (2, 1): 26, (2, 3): 12, (3, 0): 31, (3, 1): 29, (3, 2): 13}

HOSTS: Mapping[str, Kind] = {
    "a": Kind("2 nodes of 4 CPUs, pages of 2 MiB on both, KVM", _TWO_NODES),
    "twin": Kind("like a", _TWO_NODES),
    "b": Kind("1 node of 4 CPUs, no huge pages, KVM", Shape((Node("0-3", 2176),), cpu=AMD)),
    "c": Kind("2 nodes of 2 cores of 2 threads, pages of 2 MiB on node 1", Shape(
        (Node("0-3", 1088), Node("4-7", 1088, huge_2m=96)), sockets=2, threads=2)),
    "d": Kind("4 nodes of 2 CPUs, no two ways between them alike, pages of 2 MiB on nodes 1 and 2, KVM", Shape(
        (Node("0-1", 544), Node("2-3", 544, huge_2m=96), Node("4-5", 544, huge_2m=96), Node("6-7", 544)), sockets=4,
        distances=_DISTANCES, cpu=AMD)),
    "e": Kind("node 0 of 4 CPUs, node 1 of 4 CPUs (7 offline) and no memory, no node 2, node 3 of no CPUs", Shape(
        (Node("0-3", 1088), Node("4-7"), Node(absent="8-11"), Node("", 1088)), sockets=3, offline="7")),
    "f": Kind("2 nodes of 4 CPUs (6-7 isolated), pages of 2 MiB on both, one of 1 GiB on node 1", Shape(
        (Node("0-3", 1024, huge_2m=96), Node("4-7", 2304, huge_2m=96, huge_1g=1)), sockets=2, isolated="6-7")),
    "g": Kind("like a, but its CPUs lack POPCNT, LZCNT and SSE 4a", replace(
        _TWO_NODES, cpu=f"{AMD},-popcnt,-abm,-sse4a")),
}
