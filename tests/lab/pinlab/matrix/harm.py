# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is worse for a guest at another host than it was at home, by what the kernels say; of what its owner asked for.

The memory of a guest that nobody has bound lies where it happens to, at home too: nothing is said of it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from ..guest import Guest
from ..host import Host
from ..numa import expand

READ = """
cd /sys/devices/system
grep -H . node/online node/node*/cpulist node/node*/distance cpu/cpu*/topology/thread_siblings_list
true
"""
NODES = re.compile(r"^node/online:(.*)", re.M)
CPUS = re.compile(r"^node/node(\d+)/cpulist:(.*)", re.M)
DISTANCES = re.compile(r"^node/node(\d+)/distance:(.*)", re.M)
SIBLINGS = re.compile(r"^cpu/cpu(\d+)/topology/thread_siblings_list:(.*)", re.M)
NODESET = re.compile(r":([\d,-]+)$")

Kernel = Mapping[str, Any]  # what everything() of kernel.py gives
Ints = frozenset[int]


@dataclass(frozen=True)
class Facts:
    """A host's online CPUs by node, the distances between its nodes, and which CPUs are of one core with a CPU."""

    cpus: Mapping[int, Ints]
    distances: Mapping[tuple[int, int], int]
    siblings: Mapping[int, Ints]

    @property
    def online(self) -> Ints:
        return frozenset().union(*self.cpus.values())

    def nodes(self, cpus: Collection[int]) -> Ints:
        return frozenset(node for node, its in self.cpus.items() if its & {*cpus})

    def cores(self, cpus: Collection[int]) -> frozenset[Ints]:
        return frozenset(self.siblings[cpu] for cpu in cpus)

    def worst(self, some: Collection[int], others: Collection[int]) -> int:
        """The largest distance from a node of SOME to one of OTHERS; 0 for none."""
        return max((self.distances[one, other] for one in some for other in others), default=0)


def facts(host: Host) -> Facts:
    return parse(host.run("sh", "-c", READ).out)


def parse(text: str) -> Facts:
    """Of what READ prints. A line of distances has one for each node that is online."""
    nodes = expand(_first(NODES, text))
    distances = {(int(node), other): int(distance) for node, line in DISTANCES.findall(text)
                 for other, distance in zip(nodes, line.split())}
    cpus = {int(node): frozenset(expand(line)) for node, line in CPUS.findall(text)}
    return Facts({node: cpus.get(node, frozenset()) for node in nodes}, distances,
                 {int(cpu): frozenset(expand(line)) for cpu, line in SIBLINGS.findall(text)})


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[1] if found else ""


def harms(guest: Guest, home: Facts, at_home: Kernel, away: Facts, there: Kernel) -> tuple[str, ...]:
    """In words with figures. GUEST as its owner wrote it."""
    before, after = _Placed(guest, home, at_home), _Placed(guest, away, there)
    return (*_farther(before, after), *_apart(before, after), *_share(before, after), *_fewer(before, after))


class _Placed:
    """Where the threads of a guest may run on a host, and where the memory of its vCPUs is; of what its owner has put somewhere."""

    def __init__(self, guest: Guest, host: Facts, kernel: Kernel) -> None:
        allowed = {role: frozenset(expand(",".join(masks.split()))) & host.online for role, masks in kernel["threads"].items()}
        self.host = host
        self.roles = {role: allowed[role] for role in _masked(guest) if role in allowed}
        self.cpus = {vcpu: self.roles[role] for vcpu in range(guest.vcpus) if (role := f"vcpu {vcpu}") in self.roles}
        self.memory = {vcpu: _memory_of(vcpu, guest, kernel) for vcpu in self.cpus}

    def nodes(self, vcpu: int) -> Ints:
        return self.host.nodes(self.cpus[vcpu])

    def distance(self, vcpu: int) -> int:
        return self.host.worst(self.nodes(vcpu), self.memory[vcpu])


def _masked(guest: Guest) -> Iterator[str]:
    """Roles of threads, as everything() has them, that have a mask."""
    yield from (f"vcpu {vcpu}" for vcpu in (range(guest.vcpus) if guest.cpuset else sorted(guest.vcpupin)))
    yield from (f"iothread {thread}" for thread in sorted(guest.iothreadpin))
    yield from ["emulator"] if guest.emulatorpin else []


def _memory_of(vcpu: int, guest: Guest, kernel: Kernel) -> Ints:
    """The nodes that have the memory of this vCPU, if its owner has bound it.

    QEMU maps one cell after the other, each below the one before; where it has not mapped each by itself, they have one fate.
    """
    mappings = [*reversed(kernel["memory"])]
    cell = next((n for n, cell in enumerate(guest.cells) if vcpu in expand(cell.cpus)), 0)
    if not guest.memory and cell not in guest.memnode:
        return frozenset()
    own = mappings[cell:cell + 1] if 1 < len(guest.cells) <= len(mappings) else mappings
    return frozenset().union(*map(_nodes_of, own))


def _nodes_of(mapping: Mapping[str, Any]) -> Ints:
    """Where its pages are; before it has any, where they would come from."""
    return frozenset(map(int, mapping["pages"])) or frozenset(expand(_first(NODESET, mapping["policy"])))


def _farther(before: _Placed, after: _Placed) -> Iterator[str]:
    for vcpu in sorted(before.cpus.keys() & after.cpus.keys()):
        was, now = before.distance(vcpu), after.distance(vcpu)
        if 0 < was < now:
            yield (f"vCPU {vcpu} runs on {_named('node', after.nodes(vcpu))},"
                   f" its memory is on {_named('node', after.memory[vcpu])}, at distance {now}; at home {was}")


def _apart(before: _Placed, after: _Placed) -> Iterator[str]:
    """vCPUs that ran on one node at home, and do not there."""
    for node in sorted(before.host.cpus):
        vcpus = [vcpu for vcpu in sorted(before.cpus) if before.nodes(vcpu) == {node} and after.cpus.get(vcpu)]
        now = after.host.nodes(_union(after.cpus[vcpu] for vcpu in vcpus))
        if len(vcpus) > 1 and len(now) > 1:
            yield (f"{_named('vCPU', vcpus)} run on {_named('node', now)}, up to distance {after.host.worst(now, now)};"
                   f" at home on one node")


def _share(before: _Placed, after: _Placed) -> Iterator[str]:
    """Pairs that had a CPU each, of different cores, and have but one core there."""
    for one, other in combinations(sorted(before.cpus.keys() & after.cpus.keys()), 2):
        then, now = ([its.cpus[vcpu] for vcpu in (one, other)] for its in (before, after))
        apart = all(len(cpus) == 1 for cpus in then) and len(before.host.cores(_union(then))) == 2
        if apart and len(after.host.cores(_union(now))) == 1:
            yield f"vCPUs {one} and {other} share a core ({_named('CPU', _union(now))}); at home each had one"


def _fewer(before: _Placed, after: _Placed) -> Iterator[str]:
    """A mask may name CPUs that are not there: if one is, that is all that the thread gets."""
    for role in sorted(before.roles.keys() & after.roles.keys()):
        was, now = before.roles[role], after.roles[role]
        if len(now) < len(was):
            yield f"{role.replace('vcpu', 'vCPU')} has {_named('CPU', now)} only; at home {len(was)} ({_listed(was)})"


def _union(sets: Iterable[Ints]) -> Ints:
    return frozenset().union(*sets)


def _named(noun: str, numbers: Collection[int]) -> str:
    return f"{noun}{'s' if len(numbers) != 1 else ''} {_listed(numbers)}"


def _listed(numbers: Collection[int]) -> str:
    """As the kernel has it: 0-2,5."""
    spans: list[list[int]] = []
    for number in sorted(numbers):
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in spans)
