# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fuzz targets, in the order in which meson knows them, with what each says of itself first."""

from __future__ import annotations

import re
from pathlib import Path

FUZZ = Path(__file__).resolve().parents[1] / "fuzz"
NAME = re.compile(r"^  '([\w-]+)': \[\[|^test\('fuzz-([\w-]+)',$", re.M)
COMMENT = re.compile(r"\A/\* SPDX-[^\n]*\n/\* (.*?) \*/", re.S)


def names() -> list[str]:
    return [listed or single for listed, single in NAME.findall((FUZZ / "meson.build").read_text(encoding="utf-8"))]


def sentence(name: str) -> str:
    """What it is fed with, and what must hold then."""
    found = COMMENT.match((FUZZ / f"fuzz-{name}.c").read_text(encoding="utf-8"))
    return re.sub(r"\s*\n \*\s*", " ", found[1]) if found else ""
