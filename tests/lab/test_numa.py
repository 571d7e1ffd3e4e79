# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tuned guests between hosts of unlike NUMA shape, on stock libvirt and with pinshift."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from pinlab import Guest, Host, Lab, everything, migrate, xml_without
from pinlab.cases import Suite, expect, same, stage
from pinlab.guest import Cell
from pinlab.kernel import settled
from pinlab.numa import Node, NumaHost, Shape, expand
from pinlab.trio import PLAIN, recorded, runs_only_on, same_placement
from pinlab.xml import placement_of

# hosta and its twin: 2 nodes of 4 CPUs, pages on both. hostb: 1 node of 4 CPUs, no pages.
TWO_NODES = Shape((Node("0-3", 1024, huge_2m=96), Node("4-7", 1024, huge_2m=96)), sockets=2)
ONE_NODE = Shape((Node("0-3", 1536),))
# Cores of two threads, a node without memory, one that is missing, one without CPUs, a way that is longer than the way back.
FAR = {(0, 1): 15, (0, 2): 32, (0, 4): 17, (1, 0): 16, (1, 2): 20, (1, 4): 28,
       (2, 0): 32, (2, 1): 20, (2, 4): 28, (4, 0): 17, (4, 1): 28, (4, 2): 28}
MISSING = {pair: 20 for other in (0, 1, 2, 4) for pair in ((3, other), (other, 3))}
ODD = Shape((Node("0-1,4-5", 1024, huge_2m=8), Node("2-3,6-7", 2304, huge_1g=1), Node("8-11"), Node(absent="12-15"),
             Node("", 256)), sockets=4, threads=2, distances=FAR | MISSING, isolated="6-7", offline="11")
NODES = {number: node for number, node in enumerate(ODD.nodes) if not node.absent}

# What stock libvirt says when the guest is to leave for hostb.
NO_PAGES = "hugetlbfs filesystem is not mounted or disabled by administrator config"
NO_CPU = "cpuset.cpus': Numerical result out of range"
NO_NODE = "NUMA node 1 is unavailable"

CELLS = (Cell("0", 64), Cell("1", 64))
TUNED = {
    "hugepages": (Guest("pages", hugepages=2048), NO_PAGES),
    "vcpupin": (Guest("vcpupin", vcpupin={0: "6", 1: "5"}), f"vcpu0/{NO_CPU}"),
    "emulatorpin": (Guest("emulatorpin", emulatorpin="7"), f"emulator/{NO_CPU}"),
    "strict numatune": (Guest("strict", memory=("strict", "1")), NO_NODE),
    "preferred numatune": (Guest("preferred", memory=("preferred", "1")), NO_NODE),
    "memnode": (Guest("memnode", memory_mib=128, cells=CELLS, memnode={1: ("strict", "1")}), NO_NODE),
    "all of it at once": (Guest(
        "everything", memory_mib=128, cells=CELLS, hugepages=2048, vcpupin={0: "6", 1: "5"},
        emulatorpin="7", iothreads=1, iothreadpin={1: "4"}, memory=("strict", "1"),
        memnode={1: ("strict", "1")}), ""),
}
REALTIME = Guest("rt-1", vcpupin={0: "6", 1: "5"}, memory=("strict", "1"))


class Hosts:
    """The world of the cases."""

    def __init__(self, lab: Lab, stage: str | None) -> None:
        self.a = lab.host("hosta", NumaHost, shape=TWO_NODES, stage=stage)
        self.twin = lab.host("twin", NumaHost, shape=TWO_NODES, stage=stage)
        self.b = lab.host("hostb", NumaHost, shape=ONE_NODE, stage=stage)
        self.all = (self.a, self.twin, self.b)
        lab.up()

    def clean(self) -> None:
        with ThreadPoolExecutor() as pool:
            list(pool.map(_clean, self.all))


def _clean(host: Host) -> None:
    host.clear()
    host.start_product()


stock = Suite("numa stock", lambda lab: Hosts(lab, None))
numa = Suite("numa", lambda lab: Hosts(lab, stage()))


# A look at a guest, and a trip


@dataclass(frozen=True)
class Seen:
    placement: dict[str, str]
    kernel: dict[str, Any]
    rest: str


def look(host: Host, guest: Guest) -> Seen:
    text = host.dumpxml(guest, "--migratable")
    return Seen(placement_of(text), settled(everything(host, guest)), xml_without(text))


def begin(host: Host, guest: Guest) -> None:
    host.create(guest)
    if host.stage and guest != PLAIN:
        recorded(host, guest)


def there_and_back(guest: Guest, home: Host, away: Host) -> tuple[Seen, Seen]:
    """The guest, which runs at home, away, and home again."""
    migrate(guest, home, away)
    visit = look(away, guest)
    migrate(guest, away, home)
    return visit, look(home, guest)


# What stock libvirt leaves of each guest's XML after a trip between twins.
_stock_trips: dict[str, str] = {}


def stock_trip(w: Hosts, guest: Guest) -> str:
    """Made by the cases below; where they were not chosen, by two hosts that are without pinshift for the while."""
    if guest.name not in _stock_trips:
        with w.a.without_product(), w.twin.without_product():
            w.a.create(guest)
            _stock_trips[guest.name] = there_and_back(guest, w.a, w.twin)[1].rest
            w.a.clear()
    return _stock_trips[guest.name]


# Without pinshift


@stock.each("a guest with {0} does not get to an unlike host, and comes home from a twin as it was", TUNED)
def stock_trips(w: Hosts, key: str) -> None:
    guest, said = TUNED[key]
    begin(w.a, guest)
    before = look(w.a, guest)
    done = migrate(guest, w.a, w.b, check=False)
    expect(not done.ok and said in done.err, f"virsh says {said!r}", done)
    runs_only_on(w.a, guest, w.b)
    visit, after = there_and_back(guest, w.a, w.twin)
    same(visit.kernel, before.kernel, "what the kernel reports on the twin")
    same(after.kernel, before.kernel, "what the kernel reports at home again")
    same(after.placement, before.placement, "its placement")
    _stock_trips[guest.name] = after.rest


# With pinshift


@numa.each("a guest with {0} gets to a twin without a word of the hook, from there to an unlike host, and home as it was", TUNED)
def trips(w: Hosts, key: str) -> None:
    guest = TUNED[key][0]
    stock_rest = stock_trip(w, guest)
    begin(w.a, guest)
    before = look(w.a, guest)
    _to_the_twin(w, guest, before)
    migrate(guest, w.twin, w.b)
    expect(look(w.b, guest).placement != before.placement, "hostb has given it another placement")
    migrate(guest, w.b, w.a)
    runs_only_on(w.a, guest, w.b, w.twin)
    after = look(w.a, guest)
    same(after.placement, before.placement, "its placement at home again")
    same(after.kernel, before.kernel, "what the kernel reports at home again")
    same(after.rest, stock_rest, "its XML but for the record")


def _to_the_twin(w: Hosts, guest: Guest, before: Seen) -> None:
    """The hook prints nothing for it, and libvirt holds nothing against it."""
    done = w.twin.hook(guest.name, "migrate", w.a.dumpxml(guest, "--migratable", "--security-info"))
    same((done.rc, done.out, done.err), (0, "", ""), "the hook's exit status and outputs")
    migrate(guest, w.a, w.twin)
    messages = w.twin.messages(guest)
    expect(not any("hook" in line for line in messages), "no taint by a hook", messages)
    same_placement(w.twin, guest, before.placement)
    same(look(w.twin, guest).kernel, before.kernel, "what the kernel reports on the twin")


@numa.case("where its CPUs are another guest's own, a guest gets free ones of the same shape, and memory beside them")
def dedicated(w: Hosts) -> None:
    resident = Guest("resident", vcpus=4, vcpupin={n: f"{n + 4}" for n in range(4)}, memory=("strict", "1"))
    visitor = Guest("visitor", vcpupin={0: "6", 1: "5"}, memory=("strict", "1"))
    begin(w.twin, resident)
    begin(w.a, visitor)
    ours, original = look(w.twin, resident), look(w.a, visitor)
    migrate(visitor, w.a, w.twin)
    kernel = everything(w.twin, visitor)
    given = [kernel["threads"][f"vcpu {n}"] for n in (0, 1)]
    expect(len(set(given)) == 2 and set(given) <= {"0", "1", "2", "3"}, "each vCPU has a CPU of node 0", given)
    same([(m["policy"], set(m["pages"])) for m in kernel["memory"]], [("bind:0", {"0"})], "the memory of the visitor")
    same(look(w.twin, resident).kernel, ours.kernel, "what the kernel reports of the resident")
    migrate(visitor, w.twin, w.a)
    same_placement(w.a, visitor, original.placement)
    same(look(w.a, visitor).kernel, original.kernel, "what the kernel reports of the visitor at home")


@numa.case("a guest that may not lose its pins is refused where they have no room, and runs on")
def refused(w: Hosts) -> None:
    resident = Guest("resident", vcpus=3, vcpupin={n: f"{n}" for n in range(3)})
    with w.b.configured(policy="[domain rt-*]\nvcpu-pins = keep; remap\n"):
        begin(w.b, resident)
        begin(w.a, REALTIME)
        done = migrate(REALTIME, w.a, w.b, check=False)
        expect(not done.ok, "virsh fails", done)
        lines = done.err.strip().splitlines()
        same(len(lines), 1, f"lines that virsh prints\n{done}")
        reason = lines[0].partition("exit status 1")[2]
        for words in ("pinshift: vcpu-pins", "2 CPUs wanted", "1 available", "to make it fit: free 1 CPU"):
            expect(words in reason, f"the line has {words!r}", done)
        runs_only_on(w.a, REALTIME, w.b)
        expect(REALTIME.uuid not in w.b.ask("Claims"), "nothing stays claimed", w.b.ask("Claims"))
        status = json.loads(w.b.run("pinshift", "status", "--json").out)
        same((status["claims"], [guest["name"] for guest in status["domains"]]), ([], ["resident"]),
             "claims and guests in the status")


# The laboratory itself


class Odd:
    def __init__(self, lab: Lab) -> None:
        self.host = lab.host("odd", NumaHost, shape=ODD)
        lab.up()

    def clean(self) -> None:
        self.host.clear()


shapes = Suite("numa shapes", Odd)


def node(world: Odd, number: int, file: str) -> str:
    return world.host.read(f"/sys/devices/system/node/node{number}/{file}").strip()


def cpus(world: Odd, file: str) -> str:
    return world.host.read(f"/sys/devices/system/cpu/{file}").strip()


@shapes.case("nodes have the CPUs, memory and pages that were asked for, or none, and one is missing")
def nodes(w: Odd) -> None:
    same(expand(w.host.read("/sys/devices/system/node/online").strip()), list(NODES), "nodes")
    for number, wanted in NODES.items():
        same(expand(node(w, number, "cpulist")), sorted(set(expand(wanted.cpus)) - {11}), f"CPUs of node {number}")
        total = int(node(w, number, "meminfo").splitlines()[0].split()[3])
        # The kernel keeps some for itself, on one node or another.
        expect(wanted.memory_mib / 2 <= total / 1024 <= wanted.memory_mib, f"memory of node {number}", total)
        if wanted.memory_mib:
            for size, pages in ((2048, wanted.huge_2m), (1048576, wanted.huge_1g)):
                same(int(node(w, number, f"hugepages/hugepages-{size}kB/nr_hugepages")), pages, f"pages of node {number}")


@shapes.case("distances may differ by direction, and threads share a core")
def distances(w: Odd) -> None:
    for number in NODES:
        wanted = [FAR.get((number, other), 10) for other in NODES]
        same([int(d) for d in node(w, number, "distance").split()], wanted, f"distances of node {number}")
    same(cpus(w, "cpu8/topology/thread_siblings_list"), "8-9", "siblings of CPU 8")


@shapes.case("CPUs may be isolated, or offline")
def unusual(w: Odd) -> None:
    same(cpus(w, "isolated"), "6-7", "isolated CPUs")
    same(cpus(w, "online"), "0-10", "CPUs")


@shapes.case("a guest gets a page of 1 GiB of its node")
def gigapage(w: Odd) -> None:
    guest = Guest("gigapage", memory_mib=1024, hugepages=1048576, memory=("strict", "1"))
    w.host.create(guest)
    same([(m["policy"], m["page_kib"], m["pages"]) for m in everything(w.host, guest)["memory"]],
         [("bind:1", 1048576, {"1": 1})], "its memory")


@shapes.case("a guest that leaves its place to numad has the CPUs of a node")
def automatic(w: Odd) -> None:
    guest = Guest("auto", auto=True)
    w.host.create(guest)
    given = set(everything(w.host, guest)["threads"].values())
    expect(len(given) == 1 and given <= {node(w, number, "cpulist") for number in NODES}, "its threads have a node's CPUs", given)
