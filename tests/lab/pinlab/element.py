# SPDX-License-Identifier: LGPL-2.1-or-later
"""A placement element by element, as an owner edits it: what a domain has, and what its record says was written.

    elements(xml)   {"vcpupin 0": "0", "emulatorpin": "0-1", "iothreadpin 1": "1", "hugepages": ...}
    originals(xml)  the same, of the record in XML
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from copy import deepcopy

from .xml import RECORD, canonical

NS = f"{{{RECORD}}}"
OF_DOMAIN = ("cputune/*", "numatune/*", "memoryBacking/hugepages")
PINS = {"vcpupins": "vcpupin", "iothreadpins": "iothreadpin"}

Elements = dict[str, str]


def elements(text: str) -> Elements:
    """The placement that the domain of XML TEXT has."""
    root = ET.fromstring(text)
    found = dict(pair for path in OF_DOMAIN for element in root.iterfind(path) for pair in _named(element))
    cpuset = root.find("vcpu[@cpuset]")
    return found if cpuset is None else {**found, "vcpu": cpuset.get("cpuset", "")}


def has_record(text: str) -> bool:
    return _record(text) is not None


def originals(text: str) -> Elements:
    """What the record in TEXT says was written; nothing without a record."""
    return _said(text, "original")


def givens(text: str) -> Elements:
    """What the record in TEXT says was written instead."""
    return _said(text, "given")


def homes(text: str) -> dict[str, str]:
    """{"vcpu-pins": "hosta"}: where the originals are at home; a setting without a home is left out."""
    record = _record(text)
    if record is None:
        return {}
    names = {home.get("id"): home.get("name", "") for home in record.iterfind(f"{NS}home")}
    return {setting.get("name", ""): names[setting.get("home")]
            for setting in record.iterfind(f"{NS}setting") if setting.get("home") in names}


def actions(text: str) -> dict[str, str]:
    """{"hugepages": "strip"}: what was done; a setting that was kept is left out."""
    return {setting.get("name", ""): setting.get("action", "")
            for setting in _settings(text) if setting.get("action")}


def is_intent(text: str) -> bool:
    """Whether the record says that pins are being changed right now."""
    return any(setting.find(f"{NS}next") is not None for setting in _settings(text))


def migration_id(text: str) -> str:
    record = _record(text)
    return "" if record is None else record.get("migration", "")


def _record(text: str) -> ET.Element | None:
    return ET.fromstring(text).find(f"metadata/{NS}record")


def _settings(text: str) -> list[ET.Element]:
    record = _record(text)
    return [] if record is None else record.findall(f"{NS}setting")


def _said(text: str, part: str) -> Elements:
    return dict(pair for setting in _settings(text) for element in setting.iterfind(f"{NS}{part}/*")
                for pair in _named(_plain(element)))


def _plain(element: ET.Element) -> ET.Element:
    plain = deepcopy(element)
    for each in plain.iter():
        each.tag = each.tag.removeprefix(NS)
    return plain


def _named(element: ET.Element) -> Iterator[tuple[str, str]]:
    if element.tag in PINS:
        yield from ((f"{PINS[element.tag]} {thread}", mask) for thread, mask in _pins(element.text or ""))
    elif element.tag in PINS.values():
        thread = element.get("vcpu") or element.get("iothread")
        yield f"{element.tag} {thread}", element.get("cpuset", "")
    elif element.tag == "emulatorpin":
        yield element.tag, element.get("cpuset", "")
    else:
        which = element.get("cellid") or element.get("vcpus") or ""
        yield f"{element.tag} {which}".rstrip(), canonical(element)


def _pins(text: str) -> Iterator[tuple[int, str]]:
    """CPUS pins the next thread, THREADS=CPUS those that it names."""
    following = 0
    for item in text.split():
        threads, equals, mask = item.rpartition("=")
        for thread in _numbers(threads) if equals else [following]:
            yield thread, mask
            following = thread + 1


def _numbers(text: str) -> Iterator[int]:
    for part in text.split(","):
        first, _, last = part.partition("-")
        yield from range(int(first), int(last or first) + 1)
