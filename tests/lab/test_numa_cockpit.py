# SPDX-License-Identifier: LGPL-2.1-or-later
"""The page in Cockpit, of a cluster of three hosts that are not alike: how it looks, and the picture in docs/cockpit.md."""

from __future__ import annotations

import os

from pinlab import Guest, Lab, PairHost, migrate
from pinlab.browser import Browser
from pinlab.cases import Suite, expect, stage
from pinlab.cockpit import FRAME, Cockpit
from pinlab.firmware import install, that
from pinlab.guest import Cell
from pinlab.host import POLICY
from pinlab.policyd import Policyd
from pinlab.unlike import Unlike

NARROW = "[migrate]\nbandwidth = 4MiB\n"
NODES = {"hosta": 2, "hostb": 1, "hostc": 4}
DB = Guest("db1", vcpus=4, memory_mib=128, hugepages=2048, vcpupin={0: "0", 1: "1", 2: "4", 3: "5"},
           cells=(Cell("0-1", 64), Cell("2-3", 64)), memnode={0: ("strict", "0"), 1: ("strict", "1")})
WEB, CACHE = Guest("web1", vcpupin={0: "2", 1: "3"}), Guest("cache1", vcpupin={0: "6", 1: "7"})
APP = that("writes", Guest("app1", vcpupin={0: "6", 1: "7"}))


class Desk(Unlike):
    """Beside the hosts, one in namespaces that is none of the cluster: with a service that leads to all of it, Cockpit and a browser."""

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab, NARROW)
        self.cluster.set_policy(NARROW, self.cluster.everywhere())
        self.desk = lab.host("desk", PairHost, stage=stage())
        self.desk.boot()
        self.desk.write(POLICY, self.a.read(POLICY))
        self.policyd = Policyd(self.desk)
        self.cockpit = Cockpit(self.desk)
        self.browser = Browser(self.desk, 1280, 1900)
        for piece in (self.policyd, self.browser):
            piece.start()
        self.policyd.wait_for_state("reachable", *self.cluster.hosts)


cockpit = Suite("numa cockpit", Desk)


@cockpit.case("the page draws each host with the nodes that it has, and says what a guest misses where there are fewer")
def drawn(w: Desk) -> None:
    for host in (w.a, w.c):
        install(host)
    for host, guest in ((w.a, DB), (w.a, WEB), (w.c, CACHE), (w.a, APP)):
        w.begin(host, guest)
    migrate(DB, w.a, w.b)
    w.policyd.knows(DB, w.b)
    w.cockpit.start()
    w.browser.open(w.cockpit.url("pinshift"))
    w.browser.enter(FRAME)
    for name, nodes in NODES.items():
        said = w.browser.wait_for(f"[data-host={name}] [data-picture=host] svg", f"node {nodes - 1}")
        expect(f"node {nodes}" not in said, f"{name} has no more than {nodes} nodes", said)
    w.browser.wait_for("tr[data-guest=db1]", "hugepages", "numa-memory", "hostb")
    job = w.policyd.migrate(APP, "hostc")
    job.wait_for_stream()
    w.browser.wait_for("[data-job][data-state=running]", "app1", "hostc")
    if "PINSHIFT_SCREENSHOT" in os.environ:  # For docs/cockpit.md.
        w.browser.picture(os.environ["PINSHIFT_SCREENSHOT"])
    job.cancel()
    job.end()
    w.cockpit.stop()
