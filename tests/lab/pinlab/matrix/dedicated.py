# SPDX-License-Identifier: LGPL-2.1-or-later
"""Which CPUs of a host are more than one guest's own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from ..element import Elements, elements, originals
from ..numa import expand
from .look import Look

PIN = "vcpupin "


def dedicated_twice(looks: Mapping[str, Look]) -> dict[int, tuple[str, ...]]:
    """The guests by the CPU that is dedicated to each of them. LOOKS: by guest, all that run on one host."""
    guests: dict[int, list[str]] = {}
    for name, seen in sorted(looks.items()):
        for cpu in own(seen):
            guests.setdefault(cpu, []).append(name)
    return {cpu: tuple(names) for cpu, names in sorted(guests.items()) if len(names) > 1}


def own(seen: Look) -> frozenset[int]:
    """The CPUs that a guest has to itself, as its XML says and as its threads may run: it should be one and the same."""
    given, threads = _pins(elements(seen.live)), seen.kernel["threads"]
    masks = [mask for vcpu in _dedicated(_pins(originals(seen.live)) or given)
             for mask in (given.get(vcpu, ""), threads.get(f"vcpu {vcpu}", ""))]
    return frozenset(cpu for mask in masks if len(cpus := expand(mask.replace(" ", ","))) == 1 for cpu in cpus)


def _pins(placement: Elements) -> dict[str, str]:
    return {name.removeprefix(PIN): mask for name, mask in placement.items() if name.startswith(PIN)}


def _dedicated(pins: Mapping[str, str]) -> list[str]:
    """The vCPUs whose owner wrote them a CPU, and wrote it for no other vCPU."""
    named = Counter(cpu for mask in pins.values() for cpu in expand(mask))
    return [vcpu for vcpu, mask in pins.items() if len(cpus := expand(mask)) == 1 and named[cpus[0]] == 1]
