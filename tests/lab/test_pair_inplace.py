# SPDX-License-Identifier: LGPL-2.1-or-later
"""A guest that runs where others have its CPUs: what it gets back while it runs, and what it gives up."""

from __future__ import annotations

import json

from pinlab import Guest, Host, everything, migrate, placement, wait_until
from pinlab.cases import Suite, expect, same, stage
from pinlab.record import originals, record
from pinlab.trio import Trio, recorded, runs_only_on, same_placement

inplace = Suite("pair in place", lambda lab: Trio(lab, stage()))

AT_ONCE = "[home]\nsettle = 0s\n"
ASKED_ONLY = "[home]\nsettle = 0s\nin-place = no\n"
# Both want CPU 1 for their own, and there are two in all.
RESIDENT = Guest("resident", vcpus=1, vcpupin={0: "1"})
VISITOR = Guest("visitor", vcpus=1, vcpupin={0: "1"}, emulatorpin="0-1", memory=("strict", "0"))


def cpu_of(host: Host, guest: Guest) -> tuple[str, str]:
    """What libvirt says of vCPU 0, and where its thread may run."""
    pinned = host.virsh("vcpupin", "--domain", guest.name, "--vcpu", "0", "--live").out.split()[-1]
    return pinned, everything(host, guest)["threads"]["vcpu 0"]


def is_on(host: Host, guest: Guest, cpu: str) -> bool:
    return cpu_of(host, guest) == (cpu, cpu)


def memory(host: Host, guest: Guest) -> list[tuple[str, int]]:
    return [(mapping["policy"], mapping["page_kib"]) for mapping in everything(host, guest)["memory"]]


def visit(w: Trio) -> dict[str, str]:
    """VISITOR arrives on hostb, where RESIDENT has its CPU.  Returns what its owner wrote."""
    w.b.start(RESIDENT)
    recorded(w.b, RESIDENT)
    w.begin(VISITOR)
    as_written = placement(w.a, VISITOR)
    migrate(VISITOR, w.a, w.b)
    same(cpu_of(w.b, VISITOR), ("0", "0"), "the CPU that the visitor was given")
    return as_written


def whole_again(w: Trio, as_written: dict[str, str], before: dict[str, str | None]) -> None:
    """VISITOR has all that its owner wrote, and its record says so."""
    wait_until(lambda: is_on(w.b, VISITOR, "1"), "the visitor has its own CPU back")
    wait_until(lambda: record(w.b, VISITOR)["vcpu-pins"].action == "keep", "its record says so")
    same_placement(w.b, VISITOR, as_written)
    same(originals(w.b, VISITOR), before, "what the record has as written")
    same([setting.next for setting in record(w.b, VISITOR).values() if setting.next], [], "what is still to be done")


@inplace.case("when the resident stops, the visitor gets its own CPU back by itself, and is untouched else")
def given_back(w: Trio) -> None:
    with w.b.configured(policy=AT_ONCE):
        as_written = visit(w)
        pid, before, kept = w.b.qemu_pid(VISITOR.name), memory(w.b, VISITOR), originals(w.b, VISITOR)
        w.b.virsh("destroy", "--domain", RESIDENT.name)
        whole_again(w, as_written, kept)
        same((w.b.qemu_pid(VISITOR.name), memory(w.b, VISITOR)), (pid, before), "its process and its memory")


@inplace.case("when the resident starts on the visitor's CPU, the visitor moves at once, never the resident, however often")
def gives_way(w: Trio) -> None:
    with w.b.configured(policy=AT_ONCE):
        as_written = visit(w)
        kept = originals(w.b, VISITOR)
        for _ in range(2):
            w.b.virsh("destroy", "--domain", RESIDENT.name)
            whole_again(w, as_written, kept)
            w.b.virsh("start", "--domain", RESIDENT.name)
            wait_until(lambda: is_on(w.b, VISITOR, "0"), "the visitor has moved")
            wait_until(lambda: record(w.b, VISITOR)["vcpu-pins"].action == "remap", "its record says so")
            same(cpu_of(w.b, RESIDENT), ("1", "1"), "the resident's CPU")
            same(originals(w.b, VISITOR), kept, "what the record has as written")
        migrate(VISITOR, w.b, w.a)
        same_placement(w.a, VISITOR, as_written)


@inplace.case("with in-place = no a visitor still gives way, when a resident starts on the CPU that it was given")
def given_away(w: Trio) -> None:
    other = Guest("other", vcpus=1, vcpupin={0: "0"})
    with w.b.configured(policy=ASKED_ONLY):
        as_written = visit(w)
        kept = originals(w.b, VISITOR)
        w.b.virsh("destroy", "--domain", RESIDENT.name)
        w.b.create(other)
        whole_again(w, as_written, kept)
        same(cpu_of(w.b, other), ("0", "0"), "the resident's CPU")


@inplace.case("with in-place = no nothing moves by itself; `pinshift repin` does it, and --dry-run but says it")
def asked_only(w: Trio) -> None:
    with w.b.configured(policy=ASKED_ONLY):
        as_written = visit(w)
        kept, given = record(w.b, VISITOR), placement(w.b, VISITOR)
        w.b.virsh("destroy", "--domain", RESIDENT.name)
        dry_run = w.b.run("pinshift", "repin", VISITOR.name, "--dry-run", "--json", check=False)
        same((dry_run.rc, json.loads(dry_run.out)["pins"]["vcpupin"]), (10, {"0": "1"}), "what would be pinned")
        expect("Would be pinned" in w.b.run("pinshift", "repin", VISITOR.name, "--dry-run", check=False).out, "people read it")
        same((cpu_of(w.b, VISITOR), placement(w.b, VISITOR), record(w.b, VISITOR)), (("0", "0"), given, kept), "the visitor")
        w.b.run("pinshift", "repin", VISITOR.name)
        same(cpu_of(w.b, VISITOR), ("1", "1"), "the visitor's CPU once the command has ended")
        whole_again(w, as_written, {name: setting.original for name, setting in kept.items()})


@inplace.case("a visitor that leaves in the moment when its CPU becomes free comes home as written")
def on_the_way(w: Trio) -> None:
    with w.b.configured(policy=AT_ONCE):
        as_written = visit(w)
        kept = originals(w.b, VISITOR)
        w.b.virsh("destroy", "--domain", RESIDENT.name)
        migrate(VISITOR, w.b, w.a)
        runs_only_on(w.a, VISITOR, w.b)
        same_placement(w.a, VISITOR, as_written)
        same(cpu_of(w.a, VISITOR), ("1", "1"), "its CPU at home")
        same(originals(w.a, VISITOR), kept, "what the record has as written")
