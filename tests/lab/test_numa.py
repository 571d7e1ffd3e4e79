#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tuned guests between hosts of unlike NUMA shape, without pinshift and with it.

    tests/lab/test_numa.py [--stage DIR] [-v] [NAME...]

DIR is a tree that `DESTDIR=DIR meson install` wrote (or the variable PINSHIFT_STAGE). Without it only
the cases on stock libvirt run, and the others count as skipped.
"""

from __future__ import annotations

import functools
import os
import sys
import unittest
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from pinlab import Guest, Host, Lab, canonical, difference, everything, migrate, placement, wait_until, xml_without
from pinlab.guest import Cell
from pinlab.numa import Node, NumaHost, Shape, expand

# hosta and its twin: 2 nodes of 4 CPUs, pages on both. hostb: 1 node of 4 CPUs, no pages.
TWO_NODES = Shape((Node("0-3", 1024, huge_2m=96), Node("4-7", 1024, huge_2m=96)), sockets=2)
ONE_NODE = Shape((Node("0-3", 1536),))

# What each guest is tuned with, and what stock libvirt says when it is to leave for hostb.
NO_PAGES = "hugetlbfs filesystem is not mounted or disabled by administrator config"
NO_CPU = "cpuset.cpus': Numerical result out of range"
NO_NODE = "NUMA node 1 is unavailable"
TWO_CELLS = (Cell("0", 64), Cell("1", 64))
TUNED = {
    "pages": (Guest("pages", hugepages=2048), NO_PAGES),
    "vcpupin": (Guest("vcpupin", vcpupin={0: "6", 1: "5"}), f"vcpu0/{NO_CPU}"),
    "emulatorpin": (Guest("emulatorpin", emulatorpin="7"), f"emulator/{NO_CPU}"),
    "strict": (Guest("strict", memory=("strict", "1")), NO_NODE),
    "preferred": (Guest("preferred", memory=("preferred", "1")), NO_NODE),
    "memnode": (Guest("memnode", memory_mib=128, cells=TWO_CELLS, memnode={1: ("strict", "1")}), NO_NODE),
}
ALL_AT_ONCE = Guest(
    "all-at-once", memory_mib=128, cells=TWO_CELLS, hugepages=2048, vcpupin={0: "6", 1: "5"},
    emulatorpin="7", iothreads=1, iothreadpin={1: "4"}, memory=("strict", "1"),
    memnode={1: ("strict", "1")})
GUESTS = {name: guest for name, (guest, _said) in TUNED.items()} | {"all-at-once": ALL_AT_ONCE}

STAGE = os.environ.get("PINSHIFT_STAGE")
ENDS = ExitStack()


# Laboratories: brought up by the first case that needs one, kept for the others


@dataclass(frozen=True)
class Hosts:
    lab: Lab
    a: NumaHost
    twin: NumaHost
    b: NumaHost

    def clear(self) -> None:
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda host: host.clear(), self.lab.hosts))


@functools.cache
def hosts(stage: str | None) -> Hosts:
    lab = ENDS.enter_context(Lab())
    made = Hosts(lab, lab.host("hosta", NumaHost, shape=TWO_NODES, stage=stage),
                 lab.host("twin", NumaHost, shape=TWO_NODES, stage=stage),
                 lab.host("hostb", NumaHost, shape=ONE_NODE, stage=stage))
    lab.up()
    return made


def stock() -> Hosts:
    return hosts(None)


def staged() -> Hosts:
    if STAGE is None:
        raise unittest.SkipTest("no stage: neither --stage nor PINSHIFT_STAGE names one")
    return hosts(STAGE)


def case(lab: Callable[[], Hosts]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A case gets its hosts, without guests; when it fails, their logs are shown."""

    def wrap(method: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(method)
        def run(self: unittest.TestCase, *args: Any) -> None:
            try:
                at = lab()
                try:
                    method(self, at, *args)
                except Exception:
                    print(at.lab.logs(), file=sys.stderr)
                    raise
                finally:
                    at.clear()
            except SystemExit as end:  # A signal: unittest would go on to the next case.
                raise KeyboardInterrupt from end

        return run

    return wrap


def for_each(guests: dict[str, Guest]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A method of a guest becomes one case for each of GUESTS."""

    def wrap(method: Callable[..., None]) -> Callable[..., None]:
        method.guests = guests  # type: ignore[attr-defined]
        return method

    return wrap


class Cases(unittest.TestCase):
    maxDiff = None

    def __init_subclass__(cls) -> None:
        for name, method in list(vars(cls).items()):
            for key, guest in getattr(method, "guests", {}).items():
                one = functools.partialmethod(method, guest)
                setattr(cls, f"{name}_{key.replace('-', '_')}", _named(one, cls, method, key))
            if hasattr(method, "guests"):
                delattr(cls, name)


def _named(one: functools.partialmethod, cls: type, method: Callable[..., None], key: str) -> Callable[..., None]:
    def run(self: unittest.TestCase) -> None:
        one.__get__(self, cls)()

    run.__doc__ = f"{method.__doc__} [{key}]"
    return run


# Trips


@dataclass(frozen=True)
class Seen:
    """A guest on a host, as libvirt and the kernel have it."""

    placement: dict[str, str]
    kernel: dict[str, Any]
    rest: str


def look(host: Host, guest: Guest) -> Seen:
    kernel = everything(host, guest)
    return Seen(placement(host, guest), settled(kernel), xml_without(host.dumpxml(guest, "--migratable")))


def settled(kernel: dict[str, Any]) -> dict[str, Any]:
    """What placement decides: not which ordinary pages happen to be touched, nor where an unbound one lies."""
    memory = []
    for mapping in kernel["memory"]:
        policy, pages = mapping["policy"], mapping["pages"]
        bound = policy.startswith(("bind:", "prefer:", "prefer=", "bind="))
        memory.append((policy, mapping["page_kib"], sorted(pages) if bound and pages else "-"))
    used: dict[str, int] = {}
    for node, sizes in kernel["pages_in_use"].items():
        for size, count in sizes.items():
            used[size] = used.get(size, 0) + count
    return {"threads": kernel["threads"], "memory": sorted(memory), "pages": used}


def there_and_back(guest: Guest, home: Host, away: Host) -> tuple[Seen, Seen, Seen]:
    """The guest at home, away, and home again."""
    home.create(guest)
    before = look(home, guest)
    migrate(guest, home, away)
    visit = look(away, guest)
    migrate(guest, away, home)
    return before, visit, look(home, guest)


@functools.cache
def stock_twin_trip(name: str) -> str:
    """All of the guest's XML after the same trip between twins on stock libvirt."""
    at = stock()
    try:
        return there_and_back(GUESTS[name], at.a, at.twin)[2].rest
    finally:
        at.clear()


class OnStockLibvirt(Cases):
    @for_each({name: guest for name, (guest, _said) in TUNED.items()})
    @case(stock)
    def test_cannot_leave(self, at: Hosts, guest: Guest) -> None:
        """a tuned guest cannot leave for an unlike host"""
        at.a.create(guest)
        done = migrate(guest, at.a, at.b, check=False)
        self.assertNotEqual(done.rc, 0, done)
        self.assertIn(TUNED[guest.name][1], done.err)
        self.assertEqual(at.a.state(guest), "running")

    @case(stock)
    def test_untuned(self, at: Hosts) -> None:
        """a guest without a placement moves there and back"""
        _before, _away, after = there_and_back(Guest("untuned"), at.a, at.b)
        self.assertEqual(after.kernel["threads"]["vcpu 0"], "0-7")


def main() -> int:
    global STAGE
    argv = sys.argv[:]
    if "--stage" in argv:
        where = argv.index("--stage")
        STAGE = str(Path(argv[where + 1]).resolve())
        del argv[where:where + 2]
    try:
        program = unittest.main(argv=argv, exit=False, verbosity=2)
    except KeyboardInterrupt:
        return 130
    finally:
        ENDS.close()
    return 0 if program.result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
