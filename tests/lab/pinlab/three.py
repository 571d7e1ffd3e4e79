# SPDX-License-Identifier: LGPL-2.1-or-later
"""Three twins that are a cluster, and what cases say of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from .cases import expect, same, stage
from .cluster import Cluster
from .guest import Guest
from .host import Host
from .lab import Lab
from .pair import PairHost
from .policyd import Properties
from .trio import recorded, runs_only_on
from .underway import load


class Three:
    """The world of the cases: pinshift-policyd runs on hosta.

    PAGES: {host: how many pages of 2 MiB it has}; hosts that are not named have none.
    """

    def __init__(self, lab: Lab, **pages: int) -> None:
        self.a, self.b, self.c = (lab.host(name, PairHost, stage=stage(), hugepages=pages.get(name, 0))
                                  for name in ("hosta", "hostb", "hostc"))
        self.all = (self.a, self.b, self.c)
        lab.up()
        for host in self.all:
            load(host)
        self.cluster = Cluster(*self.all)
        self.policyd = self.cluster.policyd
        self.cluster.start()

    def clean(self) -> None:
        self.cluster.stop()
        self.cluster.set_policy()
        with ThreadPoolExecutor() as pool:
            list(pool.map(_clean, self.all))
        self.cluster.start_services(self.a)

    def begin(self, host: Host, *guests: Guest, persistent: bool = False) -> None:
        """GUESTS run on HOST, and the cluster knows it."""
        for guest in guests:
            (host.start if persistent else host.create)(guest)
            if guest.vcpupin:
                recorded(host, guest)
        for guest in guests:
            self.policyd.knows(guest, host)

    def others(self, host: Host) -> list[Host]:
        return [other for other in self.all if other is not host]

    def is_on(self, host: Host, guest: Guest) -> None:
        runs_only_on(host, guest, *self.others(host))

    def named(self, name: str) -> Host:
        return self.cluster.hosts[name]


def _clean(host: Host) -> None:
    expect(host.bus.alive and host.libvirtd.alive, f"{host.name} has its bus and libvirtd")
    host.clear()
    host.reset_product()
    host.forget_logs()


def one_line(text: str, *words: str) -> None:
    same(len(text.strip().splitlines()), 1, f"lines in {text!r}")
    for word in words:
        expect(word in text, f"the line has {word!r}", text)


def done(job: Properties) -> None:
    same((job["State"], job["Progress"]), ("done", 1000), f"how it ended: {job}")
