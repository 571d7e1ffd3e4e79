# SPDX-License-Identifier: LGPL-2.1-or-later
"""What happens to a guest's placement while it is away, and to its home."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

from pinlab import Guest, Host, Lab, everything, migrate, placement, wait_until
from pinlab.cases import Suite, expect, same, stage
from pinlab.guest import Cell
from pinlab.numa import Node, NumaHost, Shape, expand
from pinlab.record import originals, record
from pinlab.trio import recorded, same_placement

# A machine with all that a guest can be tied to: cores of two threads, and pages on both nodes.
USUAL = Shape((Node("0-3", 1024, huge_2m=64), Node("4-7", 1024, huge_2m=64)), sockets=2, threads=2)
# The same after a change of its firmware's settings: nodes that take cores in turn, ...
INTERLEAVED = Shape((Node("0-1,4-5", 1024), Node("2-3,6-7", 1024)), sockets=4, threads=2)
# ... and each socket cut in two.
CLUSTERED = Shape(tuple(Node(f"{cpu}-{cpu + 1}", 512, huge_2m=40) for cpu in (0, 2, 4, 6)), sockets=2, threads=2,
                  distances={(a, b): 12 if a // 2 == b // 2 else 21 for a in range(4) for b in range(4) if a != b})

# Two threads of a core and memory in pages beside them; under these numbers neither changed home has that.
TUNED = Guest("db1", vcpupin={0: "4", 1: "5"}, memory=("strict", "1"), hugepages=2048)
# Where it runs, the lowest free CPUs of node 1 of INTERLEAVED do not share a core.
HALF_A_CORE = Guest("half", vcpus=1, vcpupin={0: "2"})

# Who has the CPUs where the others below want to be.
RESIDENT = Guest("resident", vcpus=4, vcpupin={n: f"{n + 4}" for n in range(4)})
GROWING = Guest("growing", vcpus=4, plugged=1, vcpupin={n: f"{n + 4}" for n in range(4)}, memory=("strict", "1"))
SLOTTED = Guest("slotted", vcpupin={0: "4", 1: "5"}, cells=(Cell("0-1", 64),), memnode={0: ("strict", "1")}, slots=1)
BOUND = Guest("bound", vcpus=1, vcpupin={0: "4"}, memory=("strict", "1"))
LOOSE = Guest("loose", vcpus=1, vcpupin={0: "5"})
DIMM = """<memory model='dimm'><source><nodemask>0</nodemask></source>
<target><size unit='MiB'>128</size><node>0</node></target></memory>"""
DIMM_IN_RECORD = "dimm index='0' nodemask='0'\n"


class Twins:
    """Two hosts that are alike until a case gives one another shape: what it had written is then gone, records travel."""

    def __init__(self, lab: Lab) -> None:
        self.a = lab.host("hosta", NumaHost, shape=USUAL, stage=stage())
        self.b = lab.host("hostb", NumaHost, shape=USUAL, stage=stage())
        lab.up()

    def clean(self) -> None:
        with ThreadPoolExecutor() as pool:
            list(pool.map(_clean, (self.a, self.b)))

    def usual(self, *hosts: NumaHost) -> None:
        """A case that changed a host leaves it so: a boot costs more than most cases."""
        for host in hosts:
            if host.shape is not USUAL:
                host.reboot(USUAL)


def _clean(host: Host) -> None:
    host.clear()
    host.reset_product()


life = Suite("numa life", Twins)


# Looks at a guest


def begin(host: Host, guest: Guest) -> None:
    host.create(guest)
    recorded(host, guest)


def threads(host: Host, guest: Guest) -> dict[str, str]:
    """The affinity of each vCPU's thread."""
    roles = everything(host, guest)["threads"]
    return {role: mask for role, mask in roles.items() if role.startswith("vcpu")}


def bound(host: Host, guest: Guest) -> list[tuple[str, int, list[str]]]:
    """Policy, page size in KiB and nodes of the guest's memory."""
    return [(m["policy"], m["page_kib"], sorted(m["pages"])) for m in everything(host, guest)["memory"]]


def tuning(host: Host, guest: Guest) -> dict[str, str]:
    """The placement without the number of plugged vCPUs."""
    return {part: text for part, text in placement(host, guest).items() if part != "vcpu"}


def status(host: Host, guest: Guest) -> dict[str, object]:
    return next(entry for entry in json.loads(host.run("pinshift", "status", "--json", check=False).out)["domains"]
                if entry["name"] == guest.name)


def lies_as_at_home(host: NumaHost, page_kib: int) -> None:
    """TUNED has a core of its own, all of it, and its memory is on the node of that core."""
    given = threads(host, TUNED)
    first = given["vcpu 0"]
    siblings = host.read(f"/sys/devices/system/cpu/cpu{first}/topology/thread_siblings_list").strip()
    same(sorted(given.values()), [str(cpu) for cpu in expand(siblings)], "the CPUs of the vCPUs: a core's")
    node = next(n for n, node in enumerate(host.shape.nodes) if int(first) in expand(node.cpus))
    same(bound(host, TUNED), [(f"bind:{node}", page_kib, [f"{node}"])], "the memory: on the node of that core")


# What is plugged while the guest is away


@life.case("vCPUs that are plugged away run there where the guest was given room, and at home where they are written")
def plugged_cpus(w: Twins) -> None:
    w.usual(w.a, w.b)
    w.b.create(RESIDENT)
    begin(w.a, GROWING)
    as_written, before = tuning(w.a, GROWING), originals(w.a, GROWING)
    migrate(GROWING, w.a, w.b)
    w.b.virsh("setvcpus", "--domain", GROWING.name, "3", "--live")
    given = threads(w.b, GROWING)
    expect(len(set(given.values())) == 3 and set(given.values()) <= set("0123"), "a CPU of node 0 each", given)
    migrate(GROWING, w.b, w.a)
    same(tuning(w.a, GROWING), as_written, "its placement at home")
    w.a.virsh("setvcpus", "--domain", GROWING.name, "4", "--live")
    same(threads(w.a, GROWING), {"vcpu 0": "4", "vcpu 1": "5", "vcpu 2": "6", "vcpu 3": "7"}, "the affinity of all at home")
    same(originals(w.a, GROWING), before, "what the record has as written")


@life.case("a DIMM that is plugged away keeps the node that it was plugged with, and changes nothing else")
def plugged_memory(w: Twins) -> None:
    w.usual(w.a, w.b)
    w.b.create(RESIDENT)
    begin(w.a, SLOTTED)
    as_written, before = tuning(w.a, SLOTTED), originals(w.a, SLOTTED)
    migrate(SLOTTED, w.a, w.b)
    visit = tuning(w.b, SLOTTED)
    expect(visit != as_written, "hostb has given it another placement", visit)
    w.b.virsh("attach-device", "--domain", SLOTTED.name, "/dev/stdin", "--live", input=DIMM)
    with_dimm = {"dimm 0": tuning(w.b, SLOTTED)["dimm 0"]}
    same(tuning(w.b, SLOTTED), visit | with_dimm, "its placement on hostb with the DIMM")
    wait_until(lambda: "dimm" in (originals(w.b, SLOTTED)["numa-memory"] or ""), "the DIMM is in the record", 120)
    migrate(SLOTTED, w.b, w.a)
    same(tuning(w.a, SLOTTED), as_written | with_dimm, "its placement at home")
    same(sorted((policy, nodes) for policy, _, nodes in bound(w.a, SLOTTED) if nodes), [("bind:1", ["1"])],
         "the memory of its cell; nothing was written to the DIMM")
    same(originals(w.a, SLOTTED), before | {"numa-memory": f"{before['numa-memory']}{DIMM_IN_RECORD}"},
         "what the record has as written")
    same({setting.home for setting in record(w.a, SLOTTED).values()}, {w.a.name}, "where that is")


# What is given back in place


@life.case("CPUs that become free draw back no visitor from its memory, but one whose memory is bound nowhere")
def memory_first(w: Twins) -> None:
    w.usual(w.a, w.b)
    with w.b.configured(policy="[home]\nsettle = 0s\n"):
        w.b.create(RESIDENT)
        for guest in (BOUND, LOOSE):
            begin(w.a, guest)
            migrate(guest, w.a, w.b)
        cpus, memory, xml = threads(w.b, BOUND), bound(w.b, BOUND), tuning(w.b, BOUND)
        expect(cpus["vcpu 0"] in "0123" and memory[0][0] == "bind:0", "node 0 is where it was given room", cpus, memory)
        w.b.virsh("destroy", "--domain", RESIDENT.name)
        wait_until(lambda: threads(w.b, LOOSE) == {"vcpu 0": "5"}, "the one without bound memory has its CPU back", 120)
        w.b.run("pinshift", "repin", BOUND.name)
        same((threads(w.b, BOUND), bound(w.b, BOUND), tuning(w.b, BOUND)), (cpus, memory, xml), "the other one, asked too")


# A home that changed: the shape decides, under whatever numbers


@life.case("home comes back with other CPU numbers and without pages: the guest lies as ever there, and misses just the pages")
def renumbered(w: Twins) -> None:
    w.usual(w.a, w.b)
    begin(w.a, TUNED)
    as_written, before = placement(w.a, TUNED), originals(w.a, TUNED)
    in_kernel = (threads(w.a, TUNED), bound(w.a, TUNED))
    migrate(TUNED, w.a, w.b)
    w.a.reboot(INTERLEAVED)
    w.a.create(HALF_A_CORE)
    migrate(TUNED, w.b, w.a)
    expect(threads(w.a, TUNED) != in_kernel[0], "the numbers are others: as written, the CPUs are on another node now")
    lies_as_at_home(w.a, page_kib=4)
    seen = record(w.a, TUNED)
    expect(seen["hugepages"].action == "strip" and seen["hugepages"].reason, "a reason why there are no pages", seen)
    same((status(w.a, TUNED)["home"], status(w.a, TUNED)["misses"]), (w.a.name, ["hugepages"]), "home, and what it misses")
    same(originals(w.a, TUNED), before, "what the record has as written")
    migrate(TUNED, w.a, w.b)
    same_placement(w.b, TUNED, as_written)
    same((threads(w.b, TUNED), bound(w.b, TUNED)), in_kernel, "what the kernel reports where all is as home was")


@life.case("home comes back with twice the nodes: the guest lies as ever there, with pages that it did not have away")
def clustered(w: Twins) -> None:
    w.usual(w.b)
    begin(w.b, TUNED)
    before = originals(w.b, TUNED)
    migrate(TUNED, w.b, w.a)
    w.b.reboot(CLUSTERED)
    migrate(TUNED, w.a, w.b)
    lies_as_at_home(w.b, page_kib=2048)
    same((status(w.b, TUNED)["home"], status(w.b, TUNED)["misses"]), (w.b.name, []), "home, and what it misses")
    same(originals(w.b, TUNED), before, "what the record has as written")
