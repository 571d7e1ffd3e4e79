# SPDX-License-Identifier: LGPL-2.1-or-later
"""What pinshift's record in a guest's metadata says, setting by setting."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass

from .guest import Guest
from .host import Host
from .xml import RECORD, canonical


@dataclass(frozen=True)
class Setting:
    """Placements are canonical texts; None where the record has none."""

    home: str | None
    action: str
    reason: str | None
    original: str | None
    given: str | None
    next: str | None


def record(host: Host, guest: Guest, *flags: str) -> dict[str, Setting]:
    """Settings by name; FLAGS choose the definition, as of dumpxml. Without a record, none."""
    root = ET.fromstring(host.dumpxml(guest, *flags)).find(f"metadata/{{{RECORD}}}record")
    if root is None:
        return {}
    homes = {home.get("id"): home.get("name") for home in root.iterfind(_name("home"))}
    return {found.attrib["name"]: _setting(found, homes) for found in root.iterfind(_name("setting"))}


def originals(host: Host, guest: Guest, *flags: str) -> dict[str, str | None]:
    """What the owner wrote, by setting."""
    return {name: setting.original for name, setting in record(host, guest, *flags).items()}


def _setting(element: ET.Element, homes: dict[str | None, str | None]) -> Setting:
    return Setting(homes.get(element.get("home")), element.get("action", "keep"), element.get("reason"),
                   *(_placement(element, part) for part in ("original", "given", "next")))


def _placement(element: ET.Element, part: str) -> str | None:
    found = element.find(_name(part))
    return None if found is None else "".join(canonical(child) for child in found).replace(f"{{{RECORD}}}", "")


def _name(tag: str) -> str:
    return f"{{{RECORD}}}{tag}"
