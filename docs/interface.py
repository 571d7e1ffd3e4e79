# SPDX-License-Identifier: LGPL-2.1-or-later
"""Interfaces of D-Bus and what the comments in their XML say, in the way of gdbus-codegen.

gdbus-codegen itself makes pages that leave out what methods give back.
"""

from __future__ import annotations

import re
import textwrap
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

MEMBERS = ("property", "method", "signal")


@dataclass(frozen=True)
class Argument:
    name: str
    type: str
    direction: str
    text: str


@dataclass(frozen=True)
class Said:
    """A comment: whom it is about, TEXT, and what it has for each @argument."""

    subject: str = ""
    text: str = ""
    arguments: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Member:
    kind: str
    name: str
    type: str
    arguments: list[Argument]
    text: str


@dataclass(frozen=True)
class Interface:
    name: str
    summary: str
    text: str
    members: list[Member]


def interfaces(path: Path) -> list[Interface]:
    root = ET.parse(path, ET.XMLParser(target=ET.TreeBuilder(insert_comments=True))).getroot()
    return [_interface(element, said) for element, said in _commented(root) if element.tag == "interface"]


def undescribed(interface: Interface) -> Iterator[str]:
    """What nothing is said about."""
    if not interface.summary:
        yield f"{interface.name}: no @short_description"
    for member in interface.members:
        if not member.text:
            yield f"{interface.name}.{member.name}: {member.kind} without a word"
        for argument in member.arguments:
            if not argument.text:
                yield f"{interface.name}.{member.name}: @{argument.name} without a word"


def _commented(parent: ET.Element) -> Iterator[tuple[ET.Element, Said]]:
    """The elements in PARENT, each with the comment right above it."""
    said = Said()
    for child in parent:
        if child.tag is ET.Comment:
            said = _said(child.text or "")
            continue
        yield child, said
        said = Said()


def _said(comment: str) -> Said:
    head, _, rest = textwrap.dedent(comment).strip().partition("\n\n")
    subject, _, first = head.partition(":")
    arguments = {name: _line(text) for name, text in re.findall(r"^\s*@(\w+): (.*?)(?=^\s*@|\Z)", first, re.M | re.S)}
    return Said(subject, ("" if arguments else _line(first)) + textwrap.dedent(rest).strip(), arguments)


def _line(text: str) -> str:
    return " ".join(text.split())


def _interface(element: ET.Element, said: Said) -> Interface:
    name = element.attrib["name"]
    said = said if said.subject == name else Said()
    members = [_member(child, about) for child, about in _commented(element) if child.tag in MEMBERS]
    return Interface(name, said.arguments.get("short_description", ""), said.text, members)


def _member(element: ET.Element, said: Said) -> Member:
    name = element.attrib["name"]
    said = said if said.subject == name else Said()
    arguments = [Argument(child.attrib["name"], child.attrib["type"], child.get("direction", "out"),
                          said.arguments.get(child.attrib["name"], "")) for child in element if child.tag == "arg"]
    return Member(element.tag, name, element.get("type", ""), arguments, said.text)
