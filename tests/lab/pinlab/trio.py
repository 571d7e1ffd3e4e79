# SPDX-License-Identifier: LGPL-2.1-or-later
"""The world of the namespace cases: hosta with hugepages, hostb without, hostc like hosta."""

from __future__ import annotations

from .cases import expect, same
from .guest import Guest
from .host import Host
from .lab import Lab
from .pair import PairHost
from .wait import wait_until
from .xml import RECORD, placement

PAGES = 64  # 128 MiB on each of the hosts that have any

PLAIN = Guest("plain")
PINNED = Guest("pinned", vcpupin={0: "0", 1: "1"}, emulatorpin="0-1")
TUNED = Guest("db1", hugepages=2048, vcpupin={0: "0", 1: "1"}, emulatorpin="0-1", iothreads=1,
              iothreadpin={1: "1"})
NO_HUGETLBFS = "hugetlbfs filesystem is not mounted"


class Trio:
    def __init__(self, lab: Lab, stage: str | None, kind: type[PairHost] = PairHost) -> None:
        self.lab = lab
        self.a = lab.host("hosta", kind, stage=stage, hugepages=PAGES)
        self.b = lab.host("hostb", kind, stage=stage)
        self.c = lab.host("hostc", kind, stage=stage, hugepages=PAGES)
        lab.up()

    def clean(self) -> None:
        for host in (self.a, self.b, self.c):
            expect(host.bus.alive and host.libvirtd.alive, f"{host.name} has its bus and libvirtd")
            host.clear()
            host.reset_product()
            host.forget_logs()

    def begin(self, guest: Guest, persistent: bool = False) -> None:
        """GUEST runs on hosta and, where pinshift is installed, its record is written."""
        (self.a.start if persistent else self.a.create)(guest)
        if self.a.pinshiftd.alive and guest != PLAIN:
            recorded(self.a, guest)


def recorded(host: Host, guest: Guest) -> None:
    wait_until(lambda: RECORD in host.dumpxml(guest), f"{guest.name} has a record on {host.name}")


def runs_only_on(host: Host, guest: Guest, *others: Host) -> None:
    same(host.state(guest), "running", f"the state of {guest.name} on {host.name}")
    for other in others:
        same(other.state(guest) in ("none", "shut off"), True, f"{guest.name} is not on {other.name}")


def same_placement(host: Host, guest: Guest, wanted: dict[str, str]) -> None:
    seen = placement(host, guest)
    for part in sorted(seen.keys() | wanted.keys()):
        same(seen.get(part, ""), wanted.get(part, ""), f"{part} of {guest.name} on {host.name}")
