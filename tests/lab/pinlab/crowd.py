# SPDX-License-Identifier: LGPL-2.1-or-later
"""Guests of the three twins, several at once: who is where, and who was moved."""

from __future__ import annotations

from typing import Any

from .cases import expect, same
from .guest import Guest
from .host import Host
from .migrate import migrate
from .policyd import Properties
from .three import Three
from .wait import wait_until

# With vcpu-pins = keep; remap, each guest with a pin takes a CPU that no other has.
PINS_STAY = "[fit]\nvcpu-pins = keep; remap\n"


def on_cpu(name: str, cpu: int) -> Guest:
    return Guest(name, vcpus=1, vcpupin={0: f"{cpu}"})


ONE, TWO = on_cpu("one", 0), on_cpu("two", 1)
RED, BLUE = on_cpu("red", 0), on_cpu("blue", 1)
GREEN = on_cpu("green", 1)
PLAIN = Guest("plain", vcpus=1)


def where(w: Three, guest: Guest) -> str:
    """The one host where GUEST runs."""
    states = {host.name: host.state(guest) for host in w.all}
    running = [name for name, state in states.items() if state == "running"]
    same(len(running), 1, f"hosts where {guest.name} runs: {states}")
    return running[0]


def is_empty(host: Host) -> None:
    same(host.virsh("list", "--name").out.split(), [], f"guests that run on {host.name}")


def is_closed(w: Three, host: Host) -> None:
    """HOST is in maintenance, which the service hears from it a moment later than it is so."""
    wait_until(lambda: w.policyd.hosts()[host.name]["Maintenance"], f"{host.name} is in maintenance")


def is_drained(w: Three, host: Host, *guests: Guest) -> None:
    """HOST is in maintenance and has no guest; each of GUESTS runs on one other host."""
    is_closed(w, host)
    is_empty(host)
    for guest in guests:
        expect(where(w, guest) != host.name, f"{guest.name} has left {host.name}")


def destinations(moves: list[Properties]) -> dict[str, str]:
    """Of each guest, which is moved once."""
    names = [move["Guest"] for move in moves]
    same(sorted(names), sorted(set(names)), f"who was moved, each once\n{moves}")
    return {move["Guest"]: move["Destination"] for move in moves}


def picture(w: Three) -> Any:
    """All that must not change where nothing is to be done."""
    return {name: (host["Maintenance"], host["Claims"]) for name, host in w.policyd.hosts().items()}, {
        host.name: host.virsh("list", "--all").out for host in w.all}, len(w.policyd.jobs("migrate"))


def put(w: Three, guest: Guest, source: Host, target: Host) -> None:
    """GUEST, which is transient, moves as by an administrator's hand."""
    migrate(guest, source, target)
    w.policyd.knows(guest, target)


def in_maintenance(w: Three, host: Host, on: bool = True) -> None:
    w.policyd.set_maintenance(host.name, on, "disks are replaced" if on else "")
