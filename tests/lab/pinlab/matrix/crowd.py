# SPDX-License-Identifier: LGPL-2.1-or-later
"""Guests that share a host: which go together, and whose CPUs are whose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..guest import Guest
from ..host import Host
from .dedicated import dedicated_twice
from .look import look
from .trip import Faults

# By the first: eight that hosta holds together as they are written, whoever comes first. So there is one in each who has
# CPUs of its own, for all have the same, and no more pages are wanted than a node has.
EIGHTS: Mapping[str, tuple[str, ...]] = {eight[0]: eight for eight in (
    ("untuned", "vcpupin", "masks", "emulatorpin", "strict", "memnode", "hugepages", "dimm"),
    ("everything", "cpuset", "preferred", "interleave", "restrictive", "cellpages", "q35-5.0", "i440fx-3.1"),
    ("fifo", "shared", "cellpages", "masks", "strict", "interleave", "cpuset", "memnode"),
)}


def of_two(host: Host, guests: Iterable[Guest]) -> Faults:
    """CPUs of HOST that are dedicated to two of GUESTS, all who run there."""
    twice = dedicated_twice({guest.name: look(host, guest) for guest in guests})
    return tuple(f"CPU {cpu} of {host.name} is dedicated twice: to {' and to '.join(owners)}" for cpu, owners in twice.items())
