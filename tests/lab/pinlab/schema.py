# SPDX-License-Identifier: LGPL-2.1-or-later
"""Schemas of what pinshift prints as JSON: where they are installed, and what they say of an output."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from .cases import expect, same

SOURCE = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(SOURCE / "tests" / "style"))

from schema import DIRECTORY, OF_DOCS, SUFFIX, Judge, name_of  # noqa: E402

INSTALLED = "/usr/share/pinshift/schema"
FILES = sorted(f"{INSTALLED}/{path.name}" for path in DIRECTORY.iterdir() if path.name.removesuffix(SUFFIX) not in OF_DOCS)
JUDGE = Judge()


def valid(verb: str, words: Sequence[str], said: str) -> None:
    """SAID, all that `pinshift WORDS` has printed, which is about VERB, is one object of its schema."""
    same(len(said.splitlines()), 1, f"lines of JSON\n{said}")
    complaints = list(JUDGE.complaints(name_of(verb, words), said))
    expect(not complaints, f"what `pinshift {' '.join(words)}` prints is as its schema says", *complaints, said)
