# SPDX-License-Identifier: LGPL-2.1-or-later
"""Chains of hosts that differ: in what they have, in their policies, in whether pinshift is there at all."""

from __future__ import annotations

from pinlab import Host, Lab, PairHost, migrate, placement, wait_until, xml_without
from pinlab.cases import Suite, same, stage
from pinlab.fault import FAULTS
from pinlab.trio import PINNED, TUNED, Trio, same_placement
from pinlab.trip import (MOVE, STORED, Parts, adapted, arrived, begin, is_home, listed, pins, record,
                         unclaimed)

RESERVED = "[reserve]\ncpus = {}\n"
PASS = "on-failure = pass\n"


class Quartet(Trio):
    """A trio, and hostd: without hugepages, and without pinshift."""

    def __init__(self, lab: Lab) -> None:
        self.d = lab.host("hostd", PairHost)
        super().__init__(lab, stage())

    def clean(self) -> None:
        super().clean()
        self.d.clear()


chains = Suite("chains", Quartet)


def settled(host: Host, wanted: Parts, hugepages: bool) -> None:
    """TUNED came to HOST, and both its sides have the pins WANTED, and HUGEPAGES or not."""
    host.wait_for_log(f"{TUNED.name}: arrived")
    unclaimed(host, TUNED)
    for flags in ((), STORED):
        wait_until(lambda: pins(host, TUNED, *flags) == wanted, f"{host.name} gives the pins {wanted} {flags}")
        same("memoryBacking" in placement(host, TUNED, *flags), hugepages, f"hugepages on {host.name} {flags}")


@chains.case("a guest that two hosts adapt in different ways ends a chain over both as it began")
def adapted_twice(w: Quartet) -> None:
    home = begin(w, TUNED)
    with w.b.configured(policy=RESERVED.format(0)), w.c.configured(policy=RESERVED.format(1)):
        migrate(TUNED, w.a, w.b, *MOVE)
        settled(w.b, {"0": "1", "1": "1"}, hugepages=False)
        migrate(TUNED, w.b, w.c, *MOVE)
        settled(w.c, {"0": "0", "1": "0"}, hugepages=True)
        migrate(TUNED, w.c, w.a, *MOVE)
    is_home(w, TUNED, home)


def sides(host: Host) -> list[str]:
    """What HOST has of TUNED on both sides: the records, and all else."""
    both = (("--migratable",), STORED)
    return ([record(host, TUNED, *flags) for flags in both]
            + [xml_without(host.dumpxml(TUNED, *flags)) for flags in both])


@chains.case("a record passes a host whose service is dead, is left alone when that is back, and goes home")
def through_the_dead(w: Quartet) -> None:
    home = begin(w, TUNED)
    with w.c.configured(hook=PASS):
        migrate(TUNED, w.a, w.b, *MOVE)
        arrived(w.b, TUNED, adapted(home.live), adapted(home.stored))
        with FAULTS["pinshiftd stopped"](w.c):
            migrate(TUNED, w.b, w.c, *MOVE)
            came = sides(w.c)
        listed(w.c, TUNED)
        for seen, wanted in zip(sides(w.c), came, strict=True):
            same(seen, wanted, "record or XML after the service has seen it")
        migrate(TUNED, w.c, w.a, *MOVE)
    is_home(w, TUNED, home)


@chains.case("a guest that came without a record while the service was dead never gets an original there")
def found_away(w: Quartet) -> None:
    with FAULTS["pinshiftd stopped"](w.a), w.b.configured(hook=PASS):
        w.a.start(PINNED)
        with FAULTS["pinshiftd stopped"](w.b):
            migrate(PINNED, w.a, w.b, *MOVE)
        listed(w.b, PINNED)
        same((record(w.b, PINNED), record(w.b, PINNED, *STORED)), ("", ""), "its records")


@chains.case("an adapted guest passes a host without pinshift with its record, and is its original at home")
def through_stock(w: Quartet) -> None:
    home = begin(w, TUNED)
    migrate(TUNED, w.a, w.b, *MOVE)
    arrived(w.b, TUNED, adapted(home.live), adapted(home.stored))
    there = record(w.b, TUNED)
    migrate(TUNED, w.b, w.d, *MOVE)
    same_placement(w.d, TUNED, adapted(home.live))
    same(record(w.d, TUNED), there, "its record on the host without pinshift")
    migrate(TUNED, w.d, w.a, *MOVE)
    is_home(w, TUNED, home)
