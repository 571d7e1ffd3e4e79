# SPDX-License-Identifier: LGPL-2.1-or-later
"""Hosts, a guest, and which of the hosts can have it: the work that planners are compared on.

Made here from a seed alone, so that it is the same work whoever does it. A guest has cells of dedicated vCPUs and
1 GiB pages; a host fits if it has a node of its own for each cell. `fits` answers that by counting and matching.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

KIB_PER_GIB = 1 << 20
PAGE_KIB = {"1G": KIB_PER_GIB, "2M": 2048}

# What a host node is like, beyond its size:
#   mixed   each core is taken with a probability of the node's own, and as much of the pages
#   hetero  the same, the pages taken apart from the cores; the guest's cells differ in size
#   nofit1  one empty node less than the guest has cells, the others full
#   short   all CPUs are free; each node lacks one page of its share of the guest
#   short1  all CPUs are free; the last node lacks one page, the others have just their share
#   packed  as nofit1, cells of several sizes and nodes of as many pages, one page short in all
KINDS = ("mixed", "hetero", "nofit1", "short", "short1", "packed")

GUEST_UUID = "6f70656e-7374-6163-6b21-000000000001"
# CPUs and nodes that no host has, so that a guest can only be placed anew.
FAR_CPU = 4096
FAR_NODE = 512


@dataclass(frozen=True)
class Shape:
    """What is asked for: hosts of `nodes` x `threads` (two a core), a guest of `cells` x (`vcpus`, `cell_gib`)."""

    nodes: int
    threads: int
    cells: int
    vcpus: int = 8
    kind: str = "mixed"
    cell_gib: int = 16
    node_gib: int = 128
    seed: int = 1


@dataclass(frozen=True)
class Cell:
    """A NUMA cell of the guest."""

    vcpus: range
    gib: int


@dataclass(frozen=True)
class Node:
    """A NUMA node of a host: a half of its memory is 1G pages, a quarter 2M pages; `used` is the share of the rest."""

    id: int
    socket: int
    cores: tuple[tuple[int, int], ...]
    taken: frozenset[int]
    memory_gib: int
    used: float
    used_1g: int

    @property
    def cpus(self) -> frozenset[int]:
        return frozenset(cpu for core in self.cores for cpu in core)

    @property
    def total_1g(self) -> int:
        return self.memory_gib // 2

    @property
    def total_2m(self) -> int:
        return self.memory_gib // 4 * 512

    @property
    def total_4k(self) -> int:
        return self.memory_gib // 4 * 262144

    def holds(self, cell: Cell) -> bool:
        return len(self.cpus - self.taken) >= len(cell.vcpus) and self.total_1g - self.used_1g >= cell.gib


@dataclass(frozen=True)
class Host:
    name: str
    nodes: tuple[Node, ...]


def make_guest(shape: Shape) -> list[Cell]:
    """Cells of one size, or of half to one and a half of it."""
    rnd = random.Random(f"guest {shape.seed}")
    cells: list[Cell] = []
    first = 0
    for _ in range(shape.cells):
        vcpus, gib = shape.vcpus, shape.cell_gib
        if shape.kind in ("hetero", "packed"):
            vcpus = rnd.randint(max(1, vcpus // 2), vcpus + vcpus // 2)
            gib = rnd.randint(max(1, gib // 2), gib + gib // 2)
        cells.append(Cell(range(first, first + vcpus), gib))
        first += vcpus
    return cells


def free_pages(shape: Shape, guest: Sequence[Cell], node: int) -> int:
    """1G pages that a node has where they decide."""
    share = -(-len(guest) // shape.nodes) * shape.cell_gib
    if shape.kind == "packed":
        total = sum(cell.gib for cell in guest)
        return (total + node) // shape.nodes - (node == 0)
    last = node == shape.nodes - 1
    return share - (last or shape.kind == "short")


def make_node(rnd: random.Random, shape: Shape, guest: Sequence[Cell], node: int) -> Node:
    n_cores = shape.threads // 2
    half = shape.nodes * n_cores
    cores = tuple((node * n_cores + core, node * n_cores + core + half) for core in range(n_cores))
    total_1g = shape.node_gib // 2
    if shape.kind in ("mixed", "hetero"):
        taken_share = rnd.random()
    else:
        taken_share = float(shape.kind == "nofit1" and node >= shape.cells - 1)
    taken = frozenset(cpu for core in cores if rnd.random() < taken_share for cpu in core)
    used = rnd.random() if shape.kind == "hetero" else len(taken) / shape.threads
    used_1g = round(total_1g * used)
    if shape.kind in ("short", "short1", "packed"):
        used_1g = total_1g - free_pages(shape, guest, node)
    socket = node * 2 // shape.nodes if shape.nodes > 1 else 0
    return Node(node, socket, cores, taken, shape.node_gib, used, used_1g)


def make_hosts(shape: Shape, count: int) -> Iterator[Host]:
    """The first hosts are the same for each `count`."""
    rnd = random.Random(shape.seed)
    guest = make_guest(shape)
    for i in range(count):
        yield Host(f"h{i:05}", tuple(make_node(rnd, shape, guest, node) for node in range(shape.nodes)))


def matches(wanted: Sequence[Sequence[int]]) -> bool:
    """Whether each of `wanted` can have one of the things that it wants, nobody the same (augmenting paths)."""
    owner: dict[int, int] = {}

    def augment(who: int, seen: set[int]) -> bool:
        for thing in wanted[who]:
            if thing not in seen:
                seen.add(thing)
                if thing not in owner or augment(owner[thing], seen):
                    owner[thing] = who
                    return True
        return False

    return all(augment(who, set()) for who in range(len(wanted)))


def fits(host: Host, guest: Sequence[Cell]) -> bool:
    """The oracle."""
    return matches([[node.id for node in host.nodes if node.holds(cell)] for cell in guest])


def applicable(host: Host, guest: Sequence[Cell], places: Sequence[tuple[int, set[int]]]) -> bool:
    """Whether the guest's cells can be put at `places`: a node each, and as many free CPUs of it as there are vCPUs."""
    nodes = {node.id: node for node in host.nodes}
    if len({node for node, _ in places}) != len(guest):
        return False
    return all(id_ in nodes and nodes[id_].holds(cell) and len(cpus) == len(cell.vcpus)
               and cpus <= nodes[id_].cpus - nodes[id_].taken
               for cell, (id_, cpus) in zip(guest, places, strict=True))


def ids(numbers: Iterator[int] | Sequence[int] | frozenset[int]) -> str:
    return ",".join(map(str, sorted(numbers)))


def snapshot(host: Host) -> dict[str, object]:
    """The host as pinshift has it; one guest holds all that is taken."""
    nodes = [{"id": node.id, "cpus": ids(node.cpus), "total_kib": node.memory_gib * KIB_PER_GIB,
              "free_kib": int(node.total_4k * (1 - node.used)) * 4,
              "distances": {str(other.id): 10 if other is node else 20 for other in host.nodes},
              "pages": [{"size_kib": PAGE_KIB["2M"], "total": node.total_2m,
                         "free": node.total_2m - int(node.total_2m * node.used)},
                        {"size_kib": PAGE_KIB["1G"], "total": node.total_1g, "free": node.total_1g - node.used_1g}]}
             for node in host.nodes]
    cpus = [{"id": cpu, "node": node.id, "socket": node.socket, "die": 0, "core": core, "siblings": ids(pair),
             "online": True}
            for node in host.nodes for core, pair in enumerate(node.cores) for cpu in pair]
    others = {"name": "others", "uuid": "00000000-0000-0000-0000-ffffffffffff", "state": "running",
              "dedicated": ids(cpu for node in host.nodes for cpu in node.taken), "shared": "", "memory_kib": {},
              "pages": {}}
    return {"version": 1,
            "host": {"name": host.name, "uuid": f"00000000-0000-0000-0000-{int(host.name[1:]):012}",
                     "arch": "x86_64", "maintenance": False},
            "nodes": nodes, "cpus": sorted(cpus, key=lambda cpu: cpu["id"]), "domains": [others], "claims": []}


def domain_xml(guest: Sequence[Cell]) -> str:
    """The guest as a libvirt domain: own CPUs, strict memory and 1G pages, written on a host that is none of these."""
    vcpus = guest[-1].vcpus.stop
    pins = [f"<vcpupin vcpu='{vcpu}' cpuset='{FAR_CPU + vcpu}'/>" for vcpu in range(vcpus)]
    memnodes = [f"<memnode cellid='{i}' mode='strict' nodeset='{FAR_NODE + i}'/>" for i in range(len(guest))]
    cells = [f"<cell id='{i}' cpus='{ids(cell.vcpus)}' memory='{cell.gib * KIB_PER_GIB}' unit='KiB'/>"
             for i, cell in enumerate(guest)]
    return "\n".join([
        f"<domain type='kvm'><name>bench</name><uuid>{GUEST_UUID}</uuid>",
        f"<memory unit='KiB'>{sum(cell.gib for cell in guest) * KIB_PER_GIB}</memory>",
        f"<memoryBacking><hugepages><page size='{KIB_PER_GIB}' unit='KiB'/></hugepages></memoryBacking>",
        f"<vcpu placement='static'>{vcpus}</vcpu>",
        "<cputune>", *pins, "</cputune>", "<numatune>", *memnodes, "</numatune>",
        "<os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os>",
        "<cpu mode='custom' match='exact'><model>qemu64</model><numa>", *cells, "</numa></cpu>",
        "<devices><emulator>/usr/bin/qemu-system-x86_64</emulator></devices>", "</domain>", ""])


def dump(folder: Path, hosts: Sequence[Host], guest: Sequence[Cell]) -> int:
    """Writes guest.xml; hosts.jsonl, a snapshot a line; feasible.txt, the oracle's word a line. How many are feasible."""
    folder.mkdir(parents=True, exist_ok=True)
    verdicts = [fits(host, guest) for host in hosts]
    (folder / "guest.xml").write_text(domain_xml(guest))
    with (folder / "hosts.jsonl").open("w") as lines:
        lines.writelines(json.dumps(snapshot(host)) + "\n" for host in hosts)
    (folder / "feasible.txt").write_text("".join(f"{host.name} {verdict:d}\n"
                                                 for host, verdict in zip(hosts, verdicts, strict=True)))
    return sum(verdicts)
