# SPDX-License-Identifier: LGPL-2.1-or-later
"""What was seen, as plain data: starts of a guest on one host, and trips from home to another host and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Union

STOCK, PINSHIFT = "stock", "pinshift"  # who is on all hosts: libvirt alone, or pinshift too
LIVE = "live"                          # the mode of a plain trip: live, with the definition

# How a trip ended at the other host.
KEPT = "kept"          # there, placed as its owner wrote it
ADAPTED = "adapted"    # there, placed otherwise
REFUSED = "refused"    # not there, before a QEMU was started for it
FAILED = "failed"      # not there, after that


@dataclass(frozen=True)
class Start:
    """Whether the guest of a kind starts on a host: as it is WRITTEN, or stripped of its placement."""

    kind: str
    host: str
    written: bool
    said: str = ""  # what virsh said, on one line; empty: it started

    @property
    def ok(self) -> bool:
        return not self.said


@dataclass(frozen=True)
class Trip:
    """One guest's way from HOME to AWAY and back. Hosts, kinds and modes are keys of HOSTS, KINDS and MODES."""

    side: str
    kind: str
    mode: str
    home: str
    away: str
    outcome: str
    said: str = ""                                            # what virsh said to it, on one line
    actions: Mapping[str, str] = field(default_factory=dict)  # by setting, as the record has them at AWAY
    harm: tuple[str, ...] = ()                                # what is worse at AWAY than at home, in words
    faults: tuple[str, ...] = ()                              # what had to hold and did not, in words
    seconds: float = 0

    @property
    def arrived(self) -> bool:
        return self.outcome in (KEPT, ADAPTED)


Seen = Union[Start, Trip]
KINDS_OF_LINES = {"start": Start, "trip": Trip}


def as_json(seen: Seen) -> dict[str, Any]:
    """SEEN as an object of one line of a file of results: `what` is start or trip."""
    return {"what": type(seen).__name__.lower(), **asdict(seen)}


def from_json(line: Mapping[str, Any]) -> Seen:
    """The inverse of as_json(); a line of another form is a KeyError or TypeError."""
    fields = {key: tuple(value) if isinstance(value, list) else value for key, value in line.items() if key != "what"}
    return KINDS_OF_LINES[line["what"]](**fields)


def key(seen: Seen) -> tuple[str, ...]:
    """What a run does once: two things seen with one key are the same cell of the matrix."""
    if isinstance(seen, Start):
        return ("start", seen.kind, seen.host, "written" if seen.written else "stripped")
    return ("trip", seen.side, seen.kind, seen.mode, seen.home, seen.away)
