# SPDX-License-Identifier: LGPL-2.1-or-later
"""A guest as large as QEMU's own interrupt controller carries, between two hosts many times."""

from __future__ import annotations

import re

from pinlab import Guest, Host, Lab, PairHost, migrate, placement
from pinlab.cases import Suite, expect, same, stage
from pinlab.trio import recorded, same_placement

# 256 need an interrupt controller in the kernel, so KVM. Without a guest system, those that are not plugged cost nothing.
LARGE = Guest("large", vcpus=255, plugged=2, vcpupin={n: f"{n % 2}" for n in range(255)}, emulatorpin="0-1")
MOST_BYTES = 64 * 1024
RECORD = re.compile(r" *<pinshift:record.*</pinshift:record>\n", re.S)


class Two:
    def __init__(self, lab: Lab) -> None:
        self.home = lab.host("hosta", PairHost, stage=stage())
        self.away = lab.host("hostb", PairHost, stage=stage())
        lab.up()

    def clean(self) -> None:
        for host in (self.home, self.away):
            host.clear()
            host.reset_product()
            host.forget_logs()


large = Suite("pair large", Two)


def record(host: Host) -> str:
    found = RECORD.search(host.dumpxml(LARGE))
    expect(found, f"a record on {host.name}", host.dumpxml(LARGE))
    assert found
    return found[0]


def round_trip(w: Two) -> tuple[int, int]:
    """The record's size in bytes away and at home."""
    migrate(LARGE, w.home, w.away)
    visit = len(record(w.away).encode())
    migrate(LARGE, w.away, w.home)
    return visit, len(record(w.home).encode())


@large.case("the record of a guest with 255 vCPUs is as large after 20 migrations as after 2, and it is at home as written")
def twenty(w: Two) -> None:
    with w.away.configured(policy="[reserve]\ncpus = 0\n"):
        w.home.create(LARGE)
        recorded(w.home, LARGE)
        original = placement(w.home, LARGE)
        first = round_trip(w)
        same_placement(w.home, LARGE, original)
        expect(max(first) < MOST_BYTES, "it is one that readers take", first)
        expect(first[0] > first[1], "away it says more: what was given", first)
        for _ in range(9):
            last = round_trip(w)
        same(last, first, "its size in bytes, away and at home")
        same_placement(w.home, LARGE, original)
