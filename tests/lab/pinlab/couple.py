# SPDX-License-Identifier: LGPL-2.1-or-later
"""The world of faults: hosta with hugepages, which is the home of guests, and hostb without."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from .away import STORED, wait_for_original
from .cases import expect, stage
from .element import Elements, elements
from .guest import Guest
from .lab import Lab
from .pair import PairHost
from .piece import BusPiece
from .point import PointHost, build
from .trio import PAGES, TUNED, recorded
from .wait import answers, wait_until

# A hook's patience where something is struck: who stands still for longer is not waited for.
QUICK = "deadline = 1s\non-failure = pass\n"
# Where a guest can be when all is over; libvirt leaves a definition at one end where a migration fails late.
RESTS = (["none", "running"], ["running", "shut off"], ["none", "shut off"])


class Couple:
    """KIND: of both hosts; of PointHosts each program can be struck."""

    def __init__(self, lab: Lab, kind: type[PairHost] = PointHost) -> None:
        if issubclass(kind, PointHost):
            build(lab)
        self.lab = lab
        self.a = lab.host("hosta", kind, stage=stage(), hugepages=PAGES)
        self.b = lab.host("hostb", kind, stage=stage())
        self.all = (self.a, self.b)
        lab.up()

    @contextmanager
    def impatient(self) -> Iterator[None]:
        """Within, hooks wait for no more than a second, which on a busy machine is too little for what nobody strikes."""
        with ExitStack() as stack:
            for host in self.all:
                stack.enter_context(host.configured(hook=QUICK))
            yield

    def clean(self) -> None:
        for host in self.all:
            expect(host.bus.alive and host.libvirtd.alive, f"{host.name} has its bus and libvirtd")
            host.clear()
            host.reset_product()
            host.forget_logs()

    def begin(self, guest: Guest = TUNED) -> Elements:
        """GUEST is at home, on hosta, and its original is known, on both sides; that."""
        self.a.start(guest)
        recorded(self.a, guest)
        original = elements(self.a.dumpxml(guest))
        self.settled(self.a, guest, original)
        return original

    def mend(self) -> None:
        """What was ended runs again, what had no memory has it, what stood still goes on, and each service has its libvirt, which it asks ever more seldom."""
        for host in self.all:
            if not host.libvirtd.alive:
                host.libvirtd.start()
            with_memory(host.pinshiftd)
            host.start_product()
            wait_until(lambda host=host: answers(lambda: "true" in host.ask("LibvirtConnected")), f"pinshiftd of {host.name} has libvirt")

    def settled(self, host: PairHost, guest: Guest, original: Elements) -> None:
        """The original of GUEST is known, in both definitions."""
        for flags in ((), STORED):
            wait_for_original(host, guest, original, *flags)

    def whereabouts(self, guest: Guest = TUNED) -> PairHost:
        """The one host on which GUEST runs; where it does not run it is started."""
        wait_until(lambda: self.states(guest) in RESTS, f"one host has {guest.name}")
        if "running" not in self.states(guest):
            here = next(host for host in self.all if host.state(guest) == "shut off")
            wait_until(lambda: here.virsh("start", guest.name, check=False).ok, f"{guest.name} can be started on {here.name}", 60)
        here, other = (self.a, self.b) if self.a.state(guest) == "running" else (self.b, self.a)
        if other.state(guest) == "shut off":
            other.virsh("undefine", guest.name)
        return here

    def states(self, guest: Guest = TUNED) -> list[str]:
        return sorted(host.state(guest) for host in self.all)

    def unclaimed(self, *guests: Guest) -> None:
        wait_until(lambda: all(guest.uuid not in host.ask("Claims") for host in self.all for guest in guests), "no claim outlives its lease")


def with_memory(service: BusPiece) -> None:
    if service.alive:
        service.host.run("prlimit", "--pid", str(service.pid), "--as=unlimited", check=False)
