# SPDX-License-Identifier: LGPL-2.1-or-later
"""pinshift can fail in many ways; guests must not notice, but by the word that hook.conf chose."""

from __future__ import annotations

from dataclasses import replace

from pinlab import Host, Result, migrate, placement
from pinlab.cases import Suite, expect, same, stage
from pinlab.fault import FAULTS
from pinlab.kernel import qmp
from pinlab.trio import NO_HUGETLBFS, PINNED, PLAIN, TUNED, Trio, runs_only_on, same_placement

faults = Suite("faults", lambda lab: Trio(lab, stage()))
VALUES = ("pass", "refuse")
TABLE = [(fault, value) for fault in FAULTS for value in VALUES]


def conf(value: str) -> str:
    return f"on-failure = {value}\ndeadline = 1s\n"


def hook_reason(done: Result) -> str:
    """What the hook itself said in the one line that virsh prints."""
    lines = done.err.strip().splitlines()
    same(len(lines), 1, f"lines that virsh prints\n{done}")
    expect("pinshift: " in lines[0], "the line is pinshift's", done)
    return lines[0].partition("pinshift: ")[2]


def no_taint(host: Host, name: str, messages: list[str]) -> None:
    expect(not any("hook" in line for line in messages), f"{name} is not tainted on {host.name}",
           messages)


@faults.each("with {0} and on-failure = pass, a tuned guest does what it does on stock libvirt", FAULTS)
def passes(w: Trio, fault: str) -> None:
    w.begin(TUNED)
    w.begin(PINNED)
    original = placement(w.a, PINNED)
    with w.b.configured(hook=conf("pass")):
        with FAULTS[fault](w.b):
            done = migrate(TUNED, w.a, w.b, check=False)
        expect(not done.ok and NO_HUGETLBFS in done.err, "hugepages fail as on stock libvirt", done)
        runs_only_on(w.a, TUNED, w.b)
        with FAULTS[fault](w.b):
            migrate(PINNED, w.a, w.b)
        runs_only_on(w.b, PINNED, w.a)
        same_placement(w.b, PINNED, original)


@faults.each("with {0} and on-failure = refuse, a tuned guest is refused with a reason", FAULTS)
def refuses(w: Trio, fault: str) -> None:
    w.begin(PINNED)
    with w.b.configured(hook=conf("refuse")), FAULTS[fault](w.b):
        done = migrate(PINNED, w.a, w.b, check=False)
        expect(not done.ok, "virsh fails", done)
        expect(PINNED.name in hook_reason(done), "the reason names the guest", done)
    runs_only_on(w.a, PINNED, w.b)


@faults.each("with {0} and on-failure = {1}, a guest without a placement arrives", TABLE)
def untuned(w: Trio, fault: str, value: str) -> None:
    w.begin(PLAIN)
    with w.b.configured(hook=conf(value)), FAULTS[fault](w.b):
        migrate(PLAIN, w.a, w.b)
    runs_only_on(w.b, PLAIN, w.a)
    no_taint(w.b, PLAIN.name, w.b.messages(PLAIN))


@faults.each("with {0} and on-failure = {1}, guests start, run on when libvirtd restarts, and stop", TABLE)
def life(w: Trio, fault: str, value: str) -> None:
    with w.b.configured(hook=conf(value)), FAULTS[fault](w.b):
        w.b.start(PINNED)
        w.b.start(PLAIN)
        pids = [w.b.qemu_pid(guest.name) for guest in (PINNED, PLAIN)]
        w.b.libvirtd.restart()
        for guest in (PINNED, PLAIN):
            # Waits for libvirtd, which may not yet have made up its mind about the guest.
            same(qmp(w.b, guest, "query-status")["status"], "running", f"QEMU's word on {guest.name}")
            same(w.b.state(guest), "running", f"{guest.name} after the restart of libvirtd")
        same([w.b.qemu_pid(guest.name) for guest in (PINNED, PLAIN)], pids, "their processes")
        w.b.virsh("destroy", PINNED.name)
        same(w.b.state(PINNED), "shut off", "the state of the guest that was destroyed")


@faults.case("a pinshiftd that is not running is started by the bus, and answers")
def activated(w: Trio) -> None:
    w.begin(TUNED)
    w.b.pinshiftd.stop()
    migrate(TUNED, w.a, w.b)
    expect("memoryBacking" not in placement(w.b, TUNED), "hugepages are stripped on hostb")
    expect(w.b.pinshiftd.alive, "pinshiftd runs")


@faults.case("mode = observe changes nothing and logs the plan")
def observes(w: Trio) -> None:
    w.begin(TUNED)
    pinned = replace(PINNED, name="watched")
    w.begin(pinned)
    original = placement(w.a, pinned)
    with w.b.configured(hook="mode = observe\n", policy="[reserve]\ncpus = 0\n"):
        done = migrate(TUNED, w.a, w.b, check=False)
        expect(NO_HUGETLBFS in done.err, "hugepages fail as on stock libvirt", done)
        expect(TUNED.uuid not in w.b.ask("Claims"), "nothing is claimed", w.b.ask("Claims"))
        migrate(pinned, w.a, w.b)
        same_placement(w.b, pinned, original)
        no_taint(w.b, pinned.name, w.b.messages(pinned))
        for guest, setting in ((TUNED, "hugepages"), (pinned, "vcpu-pins")):
            lines = [line for line in w.b.said().splitlines() if guest.name in line and setting in line]
            expect(lines, f"the log has the plan of {guest.name} with {setting}", w.b.said())


@faults.case("mode = off asks nobody")
def off(w: Trio) -> None:
    w.begin(PINNED)
    original = placement(w.a, PINNED)
    with w.b.configured(hook="mode = off\non-failure = refuse\n"):
        w.b.pinshiftd.stop()
        before = w.b.said()
        migrate(PINNED, w.a, w.b)
        expect(not w.b.pinshiftd.alive, "nobody started pinshiftd")
        same_placement(w.b, PINNED, original)
        said = w.b.said().removeprefix(before)
        expect("pinshift-hook" not in said, "the hook logs nothing", said)


@faults.case("without pinshift on the source a guest still arrives adapted")
def source_without(w: Trio) -> None:
    with FAULTS["pinshiftd stopped"](w.a):
        w.a.create(TUNED)
        migrate(TUNED, w.a, w.b)
    expect("memoryBacking" not in placement(w.b, TUNED), "hugepages are stripped on hostb")
