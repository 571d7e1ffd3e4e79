# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two unlike hosts and a twin: with stock libvirt, and with pinshift installed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pinlab import Guest, Host, everything, migrate, placement, wait_until, xml_without
from pinlab.cases import Suite, expect, same, stage
from pinlab.firmware import install, that
from pinlab.trio import (NO_HUGETLBFS, PINNED, PLAIN, TUNED, Trio, recorded, runs_only_on,
                         same_placement)
from pinlab.underway import SLOW, Underway, laden, load

stock = Suite("stock", lambda lab: Trio(lab, None))
pair = Suite("pair", lambda lab: Trio(lab, stage()))


def kernel(host: Host, guest: Guest) -> dict[str, Any]:
    """What the kernel says of the guest alone: the pool of the machine has other users."""
    facts = everything(host, guest)
    return {key: value for key, value in facts.items() if key != "pages_in_use"}


# What libvirt does without pinshift, so that the rest of this file means something.

@stock.each("a {0} guest between twins comes home as it was", ["plain", "tuned"])
def stock_twins(w: Trio, kind: str) -> None:
    guest = PLAIN if kind == "plain" else TUNED
    w.begin(guest)
    before = xml_without(w.a.dumpxml(guest, "--migratable"))
    migrate(guest, w.a, w.c)
    migrate(guest, w.c, w.a)
    same(xml_without(w.a.dumpxml(guest, "--migratable")), before, "the XML at home again")


@stock.case("a guest with hugepages does not get to a host without them, and runs on at the source")
def stock_fails(w: Trio) -> None:
    w.begin(TUNED)
    done = migrate(TUNED, w.a, w.b, check=False)
    expect(not done.ok and NO_HUGETLBFS in done.err, "virsh names the hugetlbfs", done)
    runs_only_on(w.a, TUNED, w.b)


# With pinshift

@pair.case("a guest with hugepages and pins gets to a host without them, and home as it was")
def there_and_back(w: Trio) -> None:
    w.begin(TUNED)
    original = placement(w.a, TUNED)
    before = xml_without(w.a.dumpxml(TUNED, "--migratable"))
    in_kernel = kernel(w.a, TUNED)
    migrate(TUNED, w.a, w.b)
    runs_only_on(w.b, TUNED, w.a)
    expect("memoryBacking" not in placement(w.b, TUNED), "hugepages are stripped on hostb")
    pages = {mapping["page_kib"] for mapping in everything(w.b, TUNED)["memory"]}
    same(pages, {4}, "page sizes of the memory on hostb")
    migrate(TUNED, w.b, w.a)
    same_placement(w.a, TUNED, original)
    same(xml_without(w.a.dumpxml(TUNED, "--migratable")), before, "the rest of the XML")
    same(kernel(w.a, TUNED), in_kernel, "what the kernel reports at home")


@pair.case("what the kernel reports on the way is what the XML says")
def kernel_agrees(w: Trio) -> None:
    with w.b.configured(policy="[reserve]\ncpus = 0\n"):
        w.begin(TUNED)
        migrate(TUNED, w.a, w.b)
        threads = everything(w.b, TUNED)["threads"]
        same({role: mask for role, mask in threads.items() if role.startswith("vcpu")},
             {"vcpu 0": "1", "vcpu 1": "1"}, "affinity of the vCPUs where CPU 0 is reserved")
        migrate(TUNED, w.b, w.a)
        threads = everything(w.a, TUNED)["threads"]
        same((threads["vcpu 0"], threads["vcpu 1"]), ("0", "1"), "affinity of the vCPUs at home")


@pair.case("a chain over an unlike host and a twin ends where it began")
def chain(w: Trio) -> None:
    w.begin(TUNED)
    original = placement(w.a, TUNED)
    for source, target in ((w.a, w.b), (w.b, w.c), (w.c, w.a)):
        migrate(TUNED, source, target)
        recorded(target, TUNED)
        if target is not w.b:
            same_placement(target, TUNED, original)


PASSWORD = "<graphics type='vnc' port='-1' autoport='yes' passwd='open-it'/>"
STORED = ("--inactive", "--security-info")


def leave(w: Trio, guest: Guest, source: Host, target: Host, wanted: dict[str, str]) -> None:
    """The guest moves with its persistent definition, which then has the placement WANTED."""
    migrate(guest, source, target, "--persistent", "--undefinesource")
    wait_until(lambda: placement(target, guest, *STORED) == wanted,
               f"the persistent definition on {target.name} has the placement {wanted}")


@pair.case("a persistent definition follows: adapted on the unlike host, the original at home")
def persistent(w: Trio) -> None:
    guest = replace(TUNED, extra_devices=PASSWORD)
    w.begin(guest, persistent=True)
    original = placement(w.a, guest, *STORED)
    before = xml_without(w.a.dumpxml(guest, *STORED))
    adapted = {part: text for part, text in original.items() if part != "memoryBacking"}
    expect("passwd='open-it'" in before, "the password is there to be lost", before)
    leave(w, guest, w.a, w.b, adapted)
    expect("passwd='open-it'" in w.b.dumpxml(guest, *STORED), "the password is there on hostb")
    leave(w, guest, w.b, w.a, original)
    same(xml_without(w.a.dumpxml(guest, *STORED)), before, "the persistent definition at home")


@pair.case("a guest starts from its adapted definition, and is whole again at home")
def cold_start(w: Trio) -> None:
    w.begin(TUNED, persistent=True)
    original = placement(w.a, TUNED, *STORED)
    adapted = {part: text for part, text in original.items() if part != "memoryBacking"}
    leave(w, TUNED, w.a, w.b, adapted)
    w.b.virsh("destroy", TUNED.name)
    w.b.virsh("start", TUNED.name)
    leave(w, TUNED, w.b, w.a, original)
    same_placement(w.a, TUNED, original)


@pair.case("a transient guest stays so, and between twins a definition stays too")
def definitions_left_alone(w: Trio) -> None:
    w.begin(TUNED)
    migrate(TUNED, w.a, w.b)
    w.b.wait_for_log("arrived with changes")
    migrate(TUNED, w.b, w.a)
    same(w.b.state(TUNED), "none", "the transient guest where it was")
    w.begin(PINNED, persistent=True)
    before = xml_without(w.a.dumpxml(PINNED, *STORED), record=False)
    migrate(PINNED, w.a, w.c, "--persistent")
    w.c.wait_for_log("record renewed on arrival")
    same(xml_without(w.c.dumpxml(PINNED, *STORED), record=False), before, "the definition on the twin")


@pair.case("between twins the hook prints nothing, and the domain is not tainted by it")
def twins(w: Trio) -> None:
    w.begin(TUNED)
    done = w.c.hook(TUNED.name, "migrate", w.a.dumpxml(TUNED, "--migratable", "--security-info"))
    same((done.rc, done.out, done.err), (0, "", ""), "the hook's exit status and outputs")
    migrate(TUNED, w.a, w.c)
    expect(not any("hook" in line for line in w.c.messages(TUNED)), "no taint by a hook",
           w.c.messages(TUNED))


@pair.case("a guest that may not lose its pins is refused where they have no room, and runs on")
def refused(w: Trio) -> None:
    guest = replace(PINNED, name="rt-1")
    policy = "[reserve]\ncpus = 0\n[domain rt-*]\nvcpu-pins = keep; remap\n"
    with w.b.configured(policy=policy):
        w.begin(guest)
        done = migrate(guest, w.a, w.b, check=False)
        expect(not done.ok, "virsh fails", done)
        lines = done.err.strip().splitlines()
        same(len(lines), 1, f"lines that virsh prints\n{done}")
        for word in ("pinshift: ", "vcpu-pins", "2", "1"):
            expect(word in lines[0].partition("exit status 1")[2], f"the line has {word!r}", done)
        runs_only_on(w.a, guest, w.b)
        expect(guest.uuid not in w.b.ask("Claims"), "nothing stays claimed", w.b.ask("Claims"))


@pair.each("a guest called {0!r} there and back", ["-v", "two words", "naïve", "a&b"])
def names(w: Trio, name: str) -> None:
    guest = replace(TUNED, name=name)
    w.a.create(guest)
    recorded(w.a, guest)
    original = placement(w.a, guest)
    migrate(guest, w.a, w.b)
    migrate(guest, w.b, w.a)
    same_placement(w.a, guest, original)


@pair.case("a guest without a placement gets no record, no taint and no change")
def plain(w: Trio) -> None:
    w.begin(PLAIN)
    before = xml_without(w.a.dumpxml(PLAIN, "--migratable"), record=False)
    migrate(PLAIN, w.a, w.b)
    same(xml_without(w.b.dumpxml(PLAIN, "--migratable"), record=False), before, "the XML on hostb")
    expect(not any("hook" in line for line in w.b.messages(PLAIN)), "no taint by a hook")


@pair.case("a guest that was saved comes back as it was")
def restored(w: Trio) -> None:
    w.begin(TUNED, persistent=True)
    original = placement(w.a, TUNED)
    w.a.virsh("managedsave", TUNED.name)
    w.a.virsh("start", TUNED.name)
    same_placement(w.a, TUNED, original)


# How busy guests are

def _is_seen_to_work(guest: Guest, seen: dict[str, tuple[int, int]]) -> bool:
    cpu, dirty = seen.get(guest.uuid, (-1, 0))
    return cpu >= 100 and dirty >= 10 << 10


@pair.case("a guest that works and writes without end is told from one that halts, and from one that is on its way")
def usage(w: Trio) -> None:
    works, halts = that("writes", Guest("works", vcpus=1)), that("halts", Guest("halts", vcpus=1))
    leaves, stopped = laden(Guest("leaves", vcpus=1)), Guest("stopped")
    install(w.a)
    load(w.a)
    load(w.b)
    w.a.define(stopped)
    for guest in (works, halts, leaves):
        w.a.create(guest)
    move = Underway(leaves, w.a, w.b, *SLOW)
    move.wait_for_stream()
    # Where the machine is busy, it may get no CPU for a moment.
    seen = wait_until(lambda: _is_seen_to_work(works, seen := w.a.usage()) and seen, "one of them works")
    same(seen.keys(), {works.uuid, halts.uuid, leaves.uuid}, "who is measured")
    (cpu, dirty), (idle_cpu, idle_dirty) = seen[works.uuid], seen[halts.uuid]
    expect(0 <= idle_cpu < 100 <= cpu < 2000, "one of them is busy", seen)
    expect(dirty <= 70 << 10 and idle_dirty == 0, "it writes up to all of its 64 MiB in a second", seen)
    expect(seen[leaves.uuid][0] >= 0 and seen[leaves.uuid][1] == 0, "what a guest on its way writes nobody asks QEMU", seen)
    same(w.a.usage(halts, stopped).keys(), {halts.uuid}, "who is measured of those who are asked for")
    expect(move.alive, "the move goes on")
    move.hurry()
    move.end()
    runs_only_on(w.b, leaves, w.a)


@pair.case("a QEMU that hangs holds up neither the measurement of others nor the service, and is measured again when it goes on")
def usage_of_hanging(w: Trio) -> None:
    hangs, works = that("writes", Guest("hangs", vcpus=1)), that("writes", Guest("works", vcpus=1))
    install(w.a)
    w.a.create(hangs)
    w.a.create(works)
    pid = str(w.a.qemu_pid(hangs.name))
    w.a.run("kill", "-STOP", pid)
    try:
        for _ in range(2):
            seen = w.a.usage()
            expect(seen[hangs.uuid] == (0, 0) and seen[works.uuid][0] > 0, "one of them is busy", seen)
        w.begin(TUNED)
    finally:
        w.a.run("kill", "-CONT", pid)
    wait_until(lambda: all(dirty > 0 for _cpu, dirty in w.a.usage(hangs, works).values()), "what both write is known again")
