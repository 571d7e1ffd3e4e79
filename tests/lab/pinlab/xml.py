# SPDX-License-Identifier: LGPL-2.1-or-later
"""Domain XML in a form in which equal in meaning is equal as text."""

from __future__ import annotations

import difflib
import xml.etree.ElementTree as ET
from collections.abc import Iterable

from .guest import Guest
from .host import Host

RECORD = "urn:pinshift:record:1"
ET.register_namespace("pinshift", RECORD)

# What stock libvirt changes on any trip there and back.
VOLATILE = ("channel/source", "seclabel")
UNORDERED = {"devices", "cputune", "numatune", "memoryBacking", "metadata", "features", "hugepages"}
PLACEMENT = ("memoryBacking", "cputune", "numatune")
CELL_KEYS = ("memAccess", "discard")


def canonical(element: ET.Element, depth: int = 0) -> str:
    """One line per element: sorted attributes, stripped text, children sorted where order is free."""
    attributes = "".join(f" {key}={value!r}" for key, value in sorted(element.attrib.items()))
    text = (element.text or "").strip()
    head = f"{'  ' * depth}{element.tag}{attributes}{': ' + text if text else ''}\n"
    children = [canonical(child, depth + 1) for child in element]
    if element.tag in UNORDERED:
        children.sort()
    return head + "".join(children)


def xml_without(text: str, record: bool = True, volatile: bool = True) -> str:
    """Canonical TEXT without pinshift's RECORD and without what is VOLATILE on every trip."""
    root = ET.fromstring(text)
    root.attrib.pop("id", None)
    if record:
        _drop_record(root)
    if volatile:
        for path in VOLATILE:
            _drop(root, path)
    return canonical(root)


def without_record(text: str) -> str:
    """TEXT, XML of a domain, with no element of pinshift's in it."""
    root = ET.fromstring(text)
    _drop_record(root)
    return ET.tostring(root, encoding="unicode")


def difference(before: str, after: str) -> str:
    """What changed, in the style of diff -u without its head; empty for none."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return "\n".join(line for line in lines if not line.startswith(("---", "+++", "@@")))


def placement(host: Host, guest: Guest, *flags: str) -> dict[str, str]:
    """The placement in the guest's XML, by default the live migratable one, as canonical parts."""
    return placement_of(host.dumpxml(guest, *(flags or ("--migratable",))))


def placement_of(text: str) -> dict[str, str]:
    root = ET.fromstring(text)
    parts = {tag: canonical(found) for tag in PLACEMENT if (found := root.find(tag)) is not None}
    vcpu = root.find("vcpu")
    if vcpu is not None:
        parts["vcpu"] = canonical(vcpu)
    for cell in root.iterfind("cpu/numa/cell"):
        chosen = {key: cell.attrib[key] for key in CELL_KEYS if key in cell.attrib}
        if chosen:
            parts[f"cell {cell.get('id')}"] = f"{chosen}"
    for number, source in enumerate(root.iterfind("devices/memory/source")):
        parts[f"dimm {number}"] = canonical(source)
    return parts


def _drop_record(root: ET.Element) -> None:
    metadata = root.find("metadata")
    if metadata is None:
        return
    for child in list(metadata):
        if child.tag.startswith(f"{{{RECORD}}}"):
            metadata.remove(child)
    if len(metadata) == 0:
        root.remove(metadata)


def _drop(root: ET.Element, path: str) -> None:
    *parents, name = path.split("/")
    found: Iterable[ET.Element] = root.iter(parents[0]) if parents else (root,)
    for parent in found:
        for child in parent.findall(name):
            parent.remove(child)
