# SPDX-License-Identifier: LGPL-2.1-or-later
"""When, of what and with how many CPUs something is run: a line of TAP, which tests/record reads."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LINE = re.compile(r"# (\w+): on (\d{4}-\d\d-\d\d), of (\S+), with (\d+) CPUs(, a part)?$")
UNKNOWN = "?"


@dataclass(frozen=True)
class Occasion:
    """Of a run of @kind; @part: not of all that there is of it."""

    kind: str
    day: str
    commit: str
    cpus: int
    part: bool

    def __str__(self) -> str:
        return f"# {self.kind}: on {self.day}, of {self.commit}, with {self.cpus} CPUs{', a part' if self.part else ''}"


def of_line(line: str) -> Occasion | None:
    found = LINE.match(line)
    return Occasion(found[1], found[2], found[3], int(found[4]), found[5] is not None) if found else None


def commit() -> str:
    """What the tree is that this file is in, "-dirty" if it was changed."""
    try:
        said = subprocess.run(["git", "-C", str(ROOT), "describe", "--always", "--dirty"], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, text=True).stdout
    except FileNotFoundError:
        said = ""
    return said.strip() or UNKNOWN


def now(kind: str, part: bool = False) -> Occasion:
    return Occasion(kind, datetime.now(timezone.utc).date().isoformat(), commit(), len(os.sched_getaffinity(0)), part)


def tell(kind: str, part: bool = False) -> None:
    print(now(kind, part), flush=True)
