# SPDX-License-Identifier: LGPL-2.1-or-later
"""The hosts of the matrix: seven kinds, and a twin of the first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..numa import Node, Shape


@dataclass(frozen=True)
class Kind:
    """ABOUT is for the table's reader."""

    about: str
    shape: Shape


_A = Shape((Node("0-3", 1024, huge_2m=96), Node("4-7", 1024, huge_2m=96)), sockets=2)

HOSTS: Mapping[str, Kind] = {
    "a": Kind("2 nodes of 4 CPUs, pages of 2 MiB on both", _A),
    "twin": Kind("like a", _A),
    "b": Kind("1 node of 4 CPUs, no huge pages", Shape((Node("0-3", 2048),))),
    "c": Kind("2 nodes of 2 cores of 2 threads, pages of 2 MiB on node 1", Shape(
        (Node("0-3", 1024), Node("4-7", 1024, huge_2m=96)), sockets=2, threads=2)),
}
