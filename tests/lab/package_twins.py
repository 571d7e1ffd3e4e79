# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two installed hosts that are not alike, and a tuned guest that goes to and fro.

Both have libvirtd: Debian 12 has no virtqemud, so hosts whose libvirt is split are for another release.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from pinlab import Guest, Lab, xml_without
from pinlab.away import STORED, move, same_elements, wait_for, wait_for_original
from pinlab.cases import Suite, expect, same
from pinlab.deb import deb, renumbered, version
from pinlab.element import Elements, elements, originals
from pinlab.installed import InstalledHost
from pinlab.trio import TUNED, recorded, runs_only_on
from pinlab.underway import SLOW, Underway, laden, load
from pinlab.wait import wait_until

PAGES = 64
RESERVE = "[reserve]\ncpus = 0\n"
DROP_IN = "/etc/pinshift/pinshift.conf.d/50-hostb.conf"
PACKAGES = ("pinshift", "pinshift-policyd")
NEWER = "9.1-1"
LADEN = laden(replace(TUNED, name="laden"))


class Twins:
    """hosta has hugepages; hostb has none, and keeps CPU 0 to itself: of what TUNED has, only vCPU 1 may stay as it is."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.a = lab.host("hosta", InstalledHost, hugepages=PAGES)
        self.b = lab.host("hostb", InstalledHost)
        lab.up()
        self.on_both(load)
        self.clean()

    @property
    def hosts(self) -> tuple[InstalledHost, InstalledHost]:
        return self.a, self.b

    def on_both(self, action: Callable[[InstalledHost], object]) -> None:
        """ACTION for each host, side by side."""
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(action, self.hosts))

    def clean(self) -> None:
        self.on_both(self._clean)

    def _clean(self, host: InstalledHost) -> None:
        host.settle()
        host.clear()
        host.forget_logs()
        if any(host.version(package) != version(deb(package)) for package in PACKAGES):
            host.purge_ours()
            host.install(*(deb(package) for package in PACKAGES))
        if host is self.b:
            host.write(DROP_IN, RESERVE)
        host.reset_product()

    def begin(self, guest: Guest, persistent: bool = False) -> Elements:
        """GUEST runs on hosta, and its records say what its owner wrote, which is returned."""
        (self.a.start if persistent else self.a.create)(guest)
        recorded(self.a, guest)
        written = elements(self.a.dumpxml(guest))
        if persistent:
            wait_for_original(self.a, guest, written, *STORED)
        return written


twins = Suite("twins", Twins)


def is_adapted(w: Twins, guest: Guest, written: Elements) -> None:
    """On hostb no page and no pin on CPU 0 is left, and the original is not forgotten."""
    seen = elements(w.b.dumpxml(guest))
    expect("hugepages" not in seen and seen["vcpupin 0"] == "1", "the guest is adapted on hostb", seen)
    same(originals(w.b.dumpxml(guest)), written, "the original in its record")


def comes_home(w: Twins, guest: Guest, written: Elements, persistent: bool = False) -> None:
    move(guest, w.b, w.a, persistent)
    runs_only_on(w.a, guest, w.b)
    same_elements(w.a, guest, written)
    if persistent:
        same_elements(w.a, guest, written, *STORED)


def unclaimed(w: Twins, guest: Guest) -> None:
    for host in w.hosts:
        wait_until(lambda: guest.uuid not in host.ask("Claims"), f"nothing is claimed on {host.name}")


@twins.each("a {0} tuned guest is adapted on the other host, and home as its owner wrote it", ["transient", "persistent"])
def there_and_back(w: Twins, kind: str) -> None:
    persistent = kind == "persistent"
    written = w.begin(TUNED, persistent)
    before = xml_without(w.a.dumpxml(TUNED, "--migratable"))
    move(TUNED, w.a, w.b, persistent)
    runs_only_on(w.b, TUNED, w.a)
    is_adapted(w, TUNED, written)
    comes_home(w, TUNED, written, persistent)
    same(xml_without(w.a.dumpxml(TUNED, "--migratable")), before, "the rest of the XML")
    unclaimed(w, TUNED)


DAEMONS = ("pinshiftd", "pinshift-policyd", "libvirtd", "virtlogd", "polkit", "dbus")


@twins.case("a guest away from home does not mind that one daemon after the other restarts on both hosts")
def restarts(w: Twins) -> None:
    written = w.begin(TUNED, persistent=True)
    move(TUNED, w.a, w.b, persistent=True)
    before = w.b.qemu_pid(TUNED.name)
    for daemon in DAEMONS:
        w.on_both(lambda host, daemon=daemon: host.unit(daemon).restart())
        w.on_both(InstalledHost.settle)
        same(w.b.qemu_pid(TUNED.name), before, f"the process of the guest, after {daemon}")
        is_adapted(w, TUNED, written)
    comes_home(w, TUNED, written, persistent=True)


@twins.case("both hosts boot again while a guest is away: it starts there as adapted, and at home as written")
def reboots(w: Twins) -> None:
    written = w.begin(TUNED, persistent=True)
    move(TUNED, w.a, w.b, persistent=True)
    adapted = elements(w.b.dumpxml(TUNED))
    w.on_both(InstalledHost.reboot)
    same((w.a.state(TUNED), w.b.state(TUNED)), ("none", "shut off"), "the guest on both hosts")
    w.b.virsh("start", TUNED.name)
    same_elements(w.b, TUNED, adapted)
    wait_for_original(w.b, TUNED, written)
    comes_home(w, TUNED, written, persistent=True)
    w.a.reboot()
    w.a.virsh("start", TUNED.name)
    same_elements(w.a, TUNED, written)


@twins.each("both packages are replaced by {0} ones on both hosts in the middle of a migration, which ends well",
            ["newer", "older"])
def replaced_underway(w: Twins, kind: str) -> None:
    newer = [renumbered(deb(package), w.lab.dir, NEWER) for package in PACKAGES]
    if kind == "older":
        w.on_both(lambda host: host.install(*newer))
    written = w.begin(LADEN, persistent=True)
    underway = Underway(LADEN, w.a, w.b, *SLOW, "--persistent", "--undefinesource")
    underway.wait_for_stream()
    expect(LADEN.uuid in w.b.ask("Claims"), "what the guest will have is claimed on hostb")
    w.on_both(lambda host: host.install(*(newer if kind == "newer" else [deb(package) for package in PACKAGES])))
    underway.hurry()
    done = underway.end()
    expect(done.ok, "virsh migrate says nothing", done)
    runs_only_on(w.b, LADEN, w.a)
    is_adapted(w, LADEN, written)
    wait_for(lambda: elements(w.b.dumpxml(LADEN, *STORED)), elements(w.b.dumpxml(LADEN)),
             "the persistent definition on hostb is as the guest runs")
    unclaimed(w, LADEN)
    comes_home(w, LADEN, written, persistent=True)
