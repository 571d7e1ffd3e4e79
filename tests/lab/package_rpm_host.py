# SPDX-License-Identifier: LGPL-2.1-or-later
"""RPMs on a host with systemd and libvirt: nothing changes there before somebody enables the service.

The host is Debian; what Fedora's rpm and its triggers do around a package is done here by hand.
"""

from __future__ import annotations

import json
import re
import time

from pinlab import Guest, Lab, wait_until
from pinlab.cases import Suite, expect, same
from pinlab.element import elements
from pinlab.hookcalls import hook_called
from pinlab.host import BUS_NAME, HOOK, HOOK_LINK, OBJECT
from pinlab.installed import InstalledHost
from pinlab.result import Result
from pinlab.rpm import PACKAGING, later, packages
from pinlab.trio import recorded

PINNED = Guest("pinned", vcpupin={0: "0", 1: "1"}, emulatorpin="0-1")
# Under this policy vCPU 0 can't stay where it is pinned: a guest that is asked about does not come out as it went in.
RESERVE = "[reserve]\ncpus = 0\n"
DROP_IN = "/etc/pinshift/pinshift.conf.d/50-case.conf"
# As on Fedora: services are for the administrator to enable.
PRESET = "/usr/lib/systemd/system-preset/99-default-disable.preset"


class Fedoresque:
    """A host with rpm, where packages don't enable services."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.host = lab.host("hosta", InstalledHost)
        lab.up()
        self.host.write(PRESET, "disable *\n")

    def clean(self) -> None:
        self.host.settle()
        self.host.clear()
        self.host.run("systemctl", "unmask", "pinshiftd.service", "dbus-org.pinshift.Host1.service", check=False)
        ours = [name for name in self.host.run("rpm", "--query", "--all", "--queryformat=%{NAME}\n").out.split()
                if name.startswith("pinshift")]
        if ours:
            self.rpm("--erase", *ours)
        self.host.run("rm", "-rf", "/run/pinshift", "/var/lib/pinshift", "/etc/pinshift")
        self.host.run("systemctl", "reset-failed")
        self.host.forget_logs()

    def rpm(self, *arguments: str) -> Result:
        # What it would depend on is Debian's here.
        return self.host.run("rpm", "--nodeps", *arguments)

    def install(self, *names: str) -> None:
        for name in names:
            self.host.run("systemd-sysusers", "-", input=(PACKAGING.parent / "systemd" / f"{name}.sysusers").read_text())
            self.rpm("--install", self.host.give(packages()[name]))
        self.host.run("systemd-tmpfiles", "--create", "--prefix=/run/pinshift", "--prefix=/var/lib/pinshift")
        self.host.write(DROP_IN, RESERVE)

    def enable(self) -> None:
        """What the manual says."""
        self.host.run("systemctl", "enable", "--now", "pinshiftd")
        self.host.run("systemctl", "reload", "libvirtd")

    def come_back(self, guest: Guest, check: bool = True) -> Result:
        """Saves the guest and has libvirt restore it, of which the hook is told."""
        self.host.virsh("managedsave", guest.name)
        return self.host.virsh("start", guest.name, check=check)

    def hook_lines(self) -> list[dict[str, str]]:
        return [json.loads(line) for line in self.host.journal("--identifier=pinshift-hook", "--output=json").splitlines()]


rpm_host = Suite("rpm-host", Fedoresque)


def inert(w: Fedoresque) -> None:
    """Nothing runs, nothing can be started by a call, nothing was written."""
    unit = w.host.pinshiftd
    same((unit.show("ActiveState"), unit.show("UnitFileState")), ("inactive", "disabled"), "the states of the service")
    called = w.host.run("busctl", "introspect", BUS_NAME, OBJECT, check=False)
    expect(not called.ok, "the bus can't start it", called)
    same(unit.show("ActiveState"), "inactive", "the state of the service when it was called")
    same(w.host.run("find", "/var/lib/pinshift", "/run/pinshift", "-type", "f").out, "", "files of the service")


def passed(w: Fedoresque, why: str) -> None:
    """The guest comes back as it was, and the journal has one line of information about it, which says WHY."""
    w.host.start(PINNED)
    w.host.run("systemctl", "reload", "libvirtd")
    before = w.host.dumpxml(PINNED)
    w.come_back(PINNED)
    same(live(w.host.dumpxml(PINNED)), live(before), "the guest's XML")
    lines = wait_until(w.hook_lines, "the hook says something")
    same([line["PRIORITY"] for line in lines], ["6"], f"how much its lines matter: {lines}")
    said = lines[0]["MESSAGE"]
    expect(said.startswith("restore of pinned: pinshiftd is not enabled: ") and why in said
           and said.endswith("; passed as it is"), "it says what became of the guest", said)


def live(xml: str) -> str:
    """Without what libvirt gives to each process anew."""
    return re.sub(r" id='\d+'|<(label|imagelabel)>.*</\1>|/domain-\d+-|source path='/dev/pts/\d+'|tty='[^']*'", "", xml)


@rpm_host.case("installed, it is inert: libvirtd goes on, no service runs or can be called, guests start")
def installed(w: Fedoresque) -> None:
    w.host.start(PINNED)
    daemon = w.host.libvirtd.show("MainPID")
    w.install("pinshift", "pinshift-policyd")
    inert(w)
    same(w.host.run("readlink", "-e", HOOK_LINK).out.strip(), HOOK, "where the link of the hook leads")
    same(w.host.unit("pinshift-policyd").show("UnitFileState"), "disabled", "the state of pinshift-policyd")
    same(w.host.libvirtd.show("MainPID"), daemon, "libvirtd's process")
    w.host.create(Guest("other", vcpupin={0: "0"}))
    same(w.host.state(PINNED), "running", "the guest that ran before")
    w.rpm("--verify", "pinshift", "pinshift-policyd")


@rpm_host.case("a tuned guest is passed as libvirt alone would have it, at once, with a line of information")
def not_enabled(w: Fedoresque) -> None:
    w.install("pinshift")
    passed(w, "dbus-org.pinshift.Host1.service not found")
    inert(w)
    with w.host.configured(hook="deadline = 60s\n"):
        start = time.monotonic()
        done = w.host.hook(PINNED.name, "migrate", PINNED.xml())
        took = time.monotonic() - start
    same((done.rc, done.out, done.err), (0, "", ""), "what libvirt is told")
    expect(took < 60, "it is told before the deadline", took)


@rpm_host.each("of {0} that is masked the hook says no more than of one that was never enabled",
               [("a unit", "pinshiftd.service", "failed to load"),
                ("an alias", "dbus-org.pinshift.Host1.service", "is masked")])
def masked(w: Fedoresque, _what: str, name: str, word: str) -> None:
    w.install("pinshift")
    if name == "pinshiftd.service":
        w.host.run("systemctl", "enable", name)
    w.host.run("systemctl", "mask", name)
    passed(w, word)


@rpm_host.case("who wants refusals gets one, and is told what to enable")
def refused(w: Fedoresque) -> None:
    w.install("pinshift")
    w.host.start(PINNED)
    w.host.run("systemctl", "reload", "libvirtd")
    with w.host.configured(hook="on-failure = refuse\n"):
        done = w.come_back(PINNED, check=False)
    expect(not done.ok and "pinshiftd is not enabled" in done.err and "systemctl enable --now pinshiftd" in done.err,
           "virsh says why, and what to do", done)
    same([line["PRIORITY"] for line in w.hook_lines()], ["4"], "how much it matters")


@rpm_host.case("enabled, and libvirtd reloaded, guests are recorded and adapted")
def enabled(w: Fedoresque) -> None:
    w.install("pinshift")
    w.host.start(PINNED)
    w.enable()
    same(w.host.run("ps", "-o", "user:32=", "-p", w.host.pinshiftd.show("MainPID")).out.strip(), "pinshift", "its user")
    recorded(w.host, PINNED)
    w.come_back(PINNED)
    same(elements(w.host.dumpxml(PINNED))["vcpupin 0"], "1", "the pin of vCPU 0")
    w.host.pinshiftd.stop()
    expect(w.host.run("busctl", "introspect", BUS_NAME, OBJECT).ok, "stopped and called, it is started by the bus")
    w.host.run("systemctl", "disable", "--now", "pinshiftd")
    inert_again = w.host.run("busctl", "introspect", BUS_NAME, OBJECT, check=False)
    expect(not inert_again.ok, "disabled, it is not", inert_again)


@rpm_host.case("an upgrade puts a new process and a new hook in place, and the hook never fails amid it")
def upgraded(w: Fedoresque) -> None:
    w.install("pinshift")
    w.enable()
    w.host.start(PINNED)
    recorded(w.host, PINNED)
    before = w.host.pinshiftd.show("MainPID"), w.host.run("stat", "--format=%i", HOOK).out
    link = w.host.run("stat", "--format=%i %z", HOOK_LINK).out
    newer = w.host.give(later(w.lab.dir / "later")["pinshift"])
    with hook_called(w.host, HOOK_LINK, PINNED.name) as calls:
        w.rpm("--upgrade", newer)
        w.rpm("--upgrade", "--oldpackage", w.host.give(packages()["pinshift"]))
        w.rpm("--upgrade", newer)
    same(calls.failures, "", "what the hook said when it failed")
    expect(calls.count > 20, "it was called again and again", calls.count)
    after = w.host.pinshiftd.show("MainPID"), w.host.run("stat", "--format=%i", HOOK).out
    expect("0" not in after and before[0] != after[0] and before[1] != after[1], "both are others", before, after)
    # libvirt runs whatever it finds beside the link.
    same(w.host.run("stat", "--format=%i %z", HOOK_LINK).out, link, "the link, which nobody touched")
    same(w.host.pinshiftd.show("UnitFileState"), "enabled", "the service")
    same(w.host.read(DROP_IN), RESERVE, "the policy")
    w.come_back(PINNED)
    same(elements(w.host.dumpxml(PINNED))["vcpupin 0"], "1", "the pin of vCPU 0, by the new service")


@rpm_host.case("an upgrade of what nobody has enabled enables and starts nothing")
def upgraded_inert(w: Fedoresque) -> None:
    w.install("pinshift")
    w.rpm("--upgrade", w.host.give(later(w.lab.dir / "later")["pinshift"]))
    inert(w)


@rpm_host.case("removal ends the service and leaves libvirt, guests and what is known of them as they were")
def removed(w: Fedoresque) -> None:
    w.install("pinshift")
    w.enable()
    w.host.start(PINNED)
    recorded(w.host, PINNED)
    process = w.host.qemu_pid(PINNED.name)
    said = w.rpm("--erase", "pinshift")
    expect("warning" not in said.err, "rpm misses nothing", said)
    expect(not w.host.run("test", "-L", HOOK_LINK, check=False).ok and not w.host.exists(HOOK), "link and hook are gone")
    same(w.host.run("pgrep", "-x", "pinshiftd", check=False).out, "", "processes of the service")
    same(w.host.run("find", "/etc/systemd", "-name", "*pinshift*").out, "", "links of the service")
    expect(w.host.exists(f"/var/lib/pinshift/{PINNED.uuid}"), "the record stays")
    expect(not w.host.exists("/run/pinshift"), "claims go")
    w.host.libvirtd.restart()
    w.host.settle()
    same((w.host.state(PINNED), w.host.qemu_pid(PINNED.name)), ("running", process), "the guest")
    w.host.create(Guest("other", vcpupin={0: "0"}))
