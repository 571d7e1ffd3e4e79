# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a host refuses alone, on plain `virsh migrate`: maintenance, hosts that are not assigned, strict groups."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

from pinlab import Guest, Host, Lab, migrate, wait_until
from pinlab.cases import Suite, expect, same, stage
from pinlab.host import BUS_NAME, OBJECT
from pinlab.trio import PINNED, PLAIN, Trio, runs_only_on
from pinlab.underway import SLOW, Underway, laden, load


class Refusals(Trio):
    def __init__(self, lab: Lab) -> None:
        super().__init__(lab, stage())
        load(self.a)
        load(self.b)


rules = Suite("pair rules", Refusals)

DB1, DB2 = Guest("db-1"), Guest("db-2")
APART = "[group db]\nmembers = db-*\npolicy = anti-affinity\nstrict = yes\n"
TOGETHER = "[group db]\nmembers = db-*\npolicy = affinity\nstrict = yes\n"


def call(host: Host, method: str, *args: str) -> str:
    """What org.pinshift.Host1 answers, as JSON, to a call as busctl writes it."""
    return host.run("busctl", "--system", "--json=short", "call", BUS_NAME, OBJECT, BUS_NAME, method, *args).out


def set_maintenance(host: Host, on: bool, reason: str = "") -> None:
    call(host, "SetMaintenance", "bs", "true" if on else "false", reason)


def refused(w: Trio, guest: Guest, *says: str) -> None:
    """GUEST can't leave hosta for hostb, virsh says why, and it runs on where it is."""
    done = migrate(guest, w.a, w.b, check=False)
    expect(not done.ok, "virsh fails", done)
    for part in says:
        expect(part in done.err, f"virsh says {part!r}", done)
    runs_only_on(w.a, guest, w.b)
    expect(guest.uuid not in w.b.ask("Claims"), "nothing stays claimed", w.b.ask("Claims"))


def arrives(w: Trio, guest: Guest) -> None:
    migrate(guest, w.a, w.b)
    runs_only_on(w.b, guest, w.a)


# Maintenance

@rules.each("a {0} guest is refused by a host in maintenance, with the reason, until that ends", ["plain", "pinned"])
def maintenance(w: Refusals, kind: str) -> None:
    guest = PLAIN if kind == "plain" else PINNED
    w.begin(guest)
    set_maintenance(w.b, True, "disks are replaced")
    same(w.b.ask("Maintenance"), "(<true>,)", "the property Maintenance")
    same(w.b.ask("MaintenanceReason"), "(<'disks are replaced'>,)", "the property MaintenanceReason")
    refused(w, guest, "hostb is in maintenance: disks are replaced")
    set_maintenance(w.b, False)
    arrives(w, guest)


@rules.case("maintenance outlives the service that was told of it")
def outlives(w: Refusals) -> None:
    w.begin(PLAIN)
    set_maintenance(w.b, True, "disks are replaced")
    w.b.pinshiftd.stop("KILL")
    w.b.start_product()
    refused(w, PLAIN, "hostb is in maintenance: disks are replaced")
    set_maintenance(w.b, False)
    w.b.pinshiftd.restart()
    arrives(w, PLAIN)


@rules.case("a host that the policy has in maintenance refuses guests, whatever was said to it")
def maintenance_by_policy(w: Refusals) -> None:
    w.begin(PLAIN)
    with w.b.configured(policy="[host hostb]\nmaintenance = yes\n"):
        refused(w, PLAIN, "hostb is in maintenance: the policy says so")
        set_maintenance(w.b, False)
        refused(w, PLAIN, "hostb is in maintenance")
    with w.b.configured(policy="[host hostc]\nmaintenance = yes\n"):
        arrives(w, PLAIN)


@rules.case("what is kept of maintenance and can't be read counts as maintenance, and is lost by nobody")
def damaged(w: Refusals) -> None:
    w.begin(PLAIN)
    w.b.pinshiftd.stop()
    w.b.write("/var/lib/pinshift/maintenance", "nonsense\n")
    w.b.start_product()
    refused(w, PLAIN, "hostb is in maintenance")
    w.b.wait_for_log("/var/lib/pinshift/maintenance")
    same(w.b.read("/var/lib/pinshift/maintenance"), "nonsense\n", "the file")
    set_maintenance(w.b, False)
    arrives(w, PLAIN)


@rules.case("a host in maintenance gives its guests back: saved ones are restored, and those that run are tuned")
def restored(w: Refusals) -> None:
    w.begin(PINNED, persistent=True)
    w.a.virsh("managedsave", PINNED.name)
    set_maintenance(w.a, True, "kernel")
    w.a.pinshiftd.restart()
    w.a.virsh("start", PINNED.name)
    runs_only_on(w.a, PINNED)
    wait_until(lambda: w.a.run("pinshift", "repin", PINNED.name, check=False).ok, "it can be pinned anew")
    saved = "/var/tmp/saved"
    w.a.virsh("save", PINNED.name, saved)
    w.a.virsh("restore", saved)
    runs_only_on(w.a, PINNED)
    plan = w.a.run("pinshift", "plan", PINNED.name, check=False)
    expect(plan.rc in (0, 10), "a guest that is here can be planned", plan)
    migrate(PINNED, w.a, w.c)
    runs_only_on(w.c, PINNED, w.a)


# Assigned hosts, groups

@rules.case("a guest that is assigned to other hosts is refused")
def assigned(w: Refusals) -> None:
    w.a.create(DB1)
    with w.b.configured(policy="[domain db-*]\nhosts = hosta; hostc\n"):
        refused(w, DB1, "the policy assigns the guest to hosta, hostc, not to hostb")
    with w.b.configured(policy="[domain db-*]\nhosts = hosta; hostb\n"):
        arrives(w, DB1)


@rules.case("a guest is refused where another of its strict anti-affinity group runs")
def apart(w: Refusals) -> None:
    w.a.create(DB1)
    with w.b.configured(policy=APART):
        w.b.create(DB2)
        wait_until(lambda: DB2.uuid in call(w.b, "Domains", "a{sv}", "0"), "pinshiftd knows the other")
        refused(w, DB1, "db-2")
        w.b.virsh("destroy", DB2.name)
        wait_until(lambda: DB2.uuid not in call(w.b, "Domains", "a{sv}", "0"), "pinshiftd knows that it has gone")
        arrives(w, DB1)


@rules.case("and where another of them is still on its way")
def apart_on_the_way(w: Refusals) -> None:
    other = laden(DB2)
    w.a.create(DB1)
    w.a.create(other)
    with w.b.configured(policy=APART):
        under = Underway(other, w.a, w.b, *SLOW)
        under.wait_for_stream()
        done = migrate(DB1, w.a, w.b, check=False)
        expect(not done.ok and "db-2" in done.err, "virsh names the other", done)
        same(w.a.state(DB1), "running", "the state of db-1 on hosta")
        under.hurry()
        same(under.end().err, "", "what virsh says of the other")
        runs_only_on(w.b, other, w.a)


@contextmanager
def heard(host: Host) -> Iterator[list[str]]:
    """The lines about groups that HOST has logged within."""
    before, lines = len(host.said()), list[str]()
    yield lines
    lines += [line for line in host.said()[before:].splitlines() if "strict group" in line]


@rules.case("the first of a strict affinity group comes with a warning, the second without")
def together(w: Refusals) -> None:
    w.a.create(DB1)
    w.a.create(DB2)
    with w.b.configured(policy=TOGETHER):
        with heard(w.b) as lines:
            arrives(w, DB1)
        same(len(lines), 1, f"lines about the group: {lines}")
        expect("WARNING" in lines[0] and "db-1" in lines[0], "it is a warning", lines)
        wait_until(lambda: DB1.uuid in call(w.b, "Domains", "a{sv}", "0"), "pinshiftd knows the first")
        with heard(w.b) as lines:
            arrives(w, DB2)
        same(lines, [], "lines about the group")


# What is asked of a host

@rules.case("a host tells what a guest is, without its passwords, and how busy it is itself")
def told(w: Refusals) -> None:
    guest = Guest("told", vcpupin={0: "1"}, extra_devices="<graphics type='vnc' port='-1' autoport='yes' passwd='open-it'/>")
    w.begin(guest, persistent=True)
    expect("open-it" in w.a.dumpxml(guest, "--security-info"), "there is a password")
    for state in ("running", "shut off"):
        for name in (guest.name, guest.uuid):
            xml = json.loads(call(w.a, "Guest", "sa{sv}", name, "0"))["data"][0]
            expect("<vcpupin vcpu='0' cpuset='1'/>" in xml and guest.uuid in xml and "urn:pinshift:record:1" in xml, "its XML", xml)
            expect("open-it" not in xml, f"no password of a guest that is {state}", xml)
            same("<alias" in xml, state == "running", f"whether it is what runs: {state}")
        if state == "running":
            w.a.virsh("destroy", guest.name)
            wait_until(lambda: '"defined"' in json.loads(call(w.a, "Domains", "a{sv}", "0"))["data"][0].replace('\\"', '"'),
                       "pinshiftd knows that it has ended")
    missing = w.a.run("busctl", "--system", "call", BUS_NAME, OBJECT, BUS_NAME, "Guest", "sa{sv}", "nobody", "0", check=False)
    expect("no domain 'nobody' here" in missing.err, "who is not there is said not to be", missing)
    load_permille = int(w.a.ask("Load").removeprefix("(<").removesuffix(">,)"))
    expect(load_permille >= 0, "the load is known", load_permille)
    snapshot = json.loads(json.loads(call(w.a, "Snapshot"))["data"][0])
    expect(snapshot["host"]["load_permille"] >= 0, "the snapshot has it too", snapshot["host"])
