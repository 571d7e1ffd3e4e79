# SPDX-License-Identifier: LGPL-2.1-or-later
"""Three hosts that are a cluster and not alike."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from .cases import stage
from .cluster import Cluster
from .element import elements
from .guest import Guest
from .host import Host
from .lab import Lab
from .numa import Node, NumaHost, Shape
from .trio import recorded

# hosta: 2 nodes of 4 CPUs, with pages. hostb: 1 node of 4 CPUs, without. hostc: 4 nodes of one core of two threads, with pages.
TWO_NODES = Shape((Node("0-3", 1024, huge_2m=64), Node("4-7", 1024, huge_2m=64)), sockets=2)
ONE_NODE = Shape((Node("0-3", 1536),))
FOUR_NODES = Shape(tuple(Node(f"{n}-{n + 1}", 512, huge_2m=40) for n in (0, 2, 4, 6)), sockets=4, threads=2)


class Unlike:
    """The world of the cases, which go by the policy RULES: pinshift-policyd runs on the host of the name SERVED, guests are at home on hosta."""

    def __init__(self, lab: Lab, rules: str, served: str = "hosta") -> None:
        self.a = lab.host("hosta", NumaHost, shape=TWO_NODES, stage=stage())
        self.b = lab.host("hostb", NumaHost, shape=ONE_NODE, stage=stage())
        self.c = lab.host("hostc", NumaHost, shape=FOUR_NODES, stage=stage())
        self.all = (self.a, self.b, self.c)
        lab.up()
        self.cluster = Cluster(*sorted(self.all, key=lambda host: host.name != served))
        self.policyd = self.cluster.policyd
        self.cluster.start()
        self.cluster.set_policy(rules)

    def clean(self) -> None:
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda host: host.clear(), self.all))
        self.policyd.wait_for_state("reachable", "hosta", "hostb", "hostc")

    def begin(self, host: Host, guest: Guest, persistent: bool = False) -> None:
        (host.start if persistent else host.create)(guest)
        if elements(guest.xml()):
            recorded(host, guest)
        self.policyd.knows(guest, host)
