# SPDX-License-Identifier: LGPL-2.1-or-later
"""A guest away from hosta: what it was at home, and what holds where it arrives."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass, field, replace
from typing import Any

from .cases import same
from .guest import Guest
from .host import Host
from .trio import PINNED, Trio, recorded, same_placement
from .wait import wait_until
from .xml import RECORD, canonical, placement, xml_without

STORED = ("--inactive", "--security-info")
MOVE = ("--persistent", "--undefinesource")

Parts = dict[str, str]


@dataclass(frozen=True)
class Home:
    """A guest as it is at home; STORED and what follows: of its persistent definition, where it has one."""

    live: Parts = field(default_factory=dict)
    record: str = ""
    stored: Parts = field(default_factory=dict)
    definition: str = ""
    stored_record: str = ""


def record(host: Host, guest: Guest, *flags: str) -> str:
    """The guest's record but for the id of its migration, which is made anew on each; empty for none."""
    found = ET.fromstring(host.dumpxml(guest, *flags)).find(f"metadata/{{{RECORD}}}record")
    if found is None:
        return ""
    found.attrib.pop("migration", None)
    return canonical(found)


def begin(w: Trio, guest: Guest, persistent: bool = True) -> Home:
    """GUEST runs on hosta, with its records written."""
    w.begin(guest, persistent)
    return as_at_home(w.a, guest, persistent)


def as_at_home(host: Host, guest: Guest, persistent: bool = True) -> Home:
    """GUEST runs on HOST, where it is at home."""
    live = Home(placement(host, guest), record(host, guest))
    if not persistent:
        return live
    written = wait_until(lambda: record(host, guest, *STORED), "the persistent definition has a record")
    return replace(live, **_defined(host, guest), stored_record=written)


def defined(w: Trio, guest: Guest) -> dict[str, Any]:
    """The part of a Home that is the definition on hosta."""
    return _defined(w.a, guest)


def _defined(host: Host, guest: Guest) -> dict[str, Any]:
    return {"stored": placement(host, guest, *STORED), "definition": xml_without(host.dumpxml(guest, *STORED))}


def adapted(parts: Parts) -> Parts:
    """What TUNED has on hostb, a host without hugepages."""
    return {part: text for part, text in parts.items() if part != "memoryBacking"}


def pins(host: Host, guest: Guest, *flags: str) -> Parts:
    """The masks of the guest's vCPUs."""
    found = ET.fromstring(host.dumpxml(guest, *flags)).iterfind("cputune/vcpupin")
    return {pin.attrib["vcpu"]: pin.attrib["cpuset"] for pin in found}


def unclaimed(host: Host, guest: Guest) -> None:
    wait_until(lambda: guest.uuid not in host.ask("Claims"),
               f"nothing is claimed for {guest.name} on {host.name}")


def is_stored(host: Host, guest: Guest, wanted: Parts) -> None:
    wait_until(lambda: placement(host, guest, *STORED) == wanted,
               f"the persistent definition of {guest.name} on {host.name} has the placement {wanted}")


def is_there(host: Host, guest: Guest, live: Parts, stored: Parts | None = None, state: str = "running") -> None:
    """GUEST is here with these placements, and nothing is claimed any more."""
    same(host.state(guest), state, f"the state of {guest.name} on {host.name}")
    same_placement(host, guest, live)
    unclaimed(host, guest)
    if stored is not None:
        is_stored(host, guest, stored)


def arrived(host: Host, guest: Guest, live: Parts, stored: Parts | None = None, state: str = "running") -> None:
    """GUEST came here with these placements, and people were told."""
    is_there(host, guest, live, stored, state)
    host.wait_for_log(f"{guest.name}: arrived")


def is_home(w: Trio, guest: Guest, home: Home) -> None:
    """GUEST is on hosta as it was in the beginning, on both sides, and its records are no longer than then."""
    is_back(w.a, guest, home)


def is_back(host: Host, guest: Guest, home: Home) -> None:
    """GUEST is on HOST as it was there in the beginning."""
    is_there(host, guest, home.live, home.stored or None)
    same(record(host, guest), home.record, "the live record at home again")
    if home.stored:
        same(xml_without(host.dumpxml(guest, *STORED)), home.definition, "the persistent definition at home again")
        same(record(host, guest, *STORED), home.stored_record, "the stored record at home again")


LATER = replace(PINNED, name="later", uuid="7d3c1c5e-5d3d-4b0e-9d8e-2c1f6a7b8c9d")


def listed(host: Host, guest: Guest) -> None:
    """The service knows GUEST and has written what it meant to: it has written the record of a later one."""
    wait_until(lambda: guest.uuid in host.run("pinshift", "status", "--json", check=False).out,
               f"{host.name} knows {guest.name}")
    host.create(LATER)
    recorded(host, LATER)
    host.virsh("destroy", LATER.name)
