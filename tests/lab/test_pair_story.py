# SPDX-License-Identifier: LGPL-2.1-or-later
"""The story that tests/lab/demo tells to people, told to nobody."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from pinlab import Lab
from pinlab.cases import Suite, expect, stage
from pinlab.result import ENVIRONMENT

STORY = Path(__file__).resolve().parent / "story.py"
PATIENCE = 900


class Alone:
    """The story brings its own hosts."""

    def __init__(self, lab: Lab) -> None:
        pass

    def clean(self) -> None:
        pass


story = Suite("story", Alone)


def told(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([STORY, *arguments], capture_output=True, text=True, timeout=PATIENCE, check=False,
                          stdin=subprocess.DEVNULL, env=ENVIRONMENT | {"PINSHIFT_STAGE": stage(), "TMPDIR": os.environ.get("TMPDIR", "/tmp")})


@story.case("the demonstration ends well, and says so")
def ends_well(w: Alone) -> None:
    done = told()
    expect(done.returncode == 0 and "PASSED" in done.stdout, "it passes", done.stdout[-2000:], done.stderr[-2000:])


@story.case("the demonstration fails without the hook, and says at which step")
def without_hook(w: Alone) -> None:
    done = told("--without-hook")
    expect(done.returncode == 1 and "FAILED: not so: db1 runs on hostb" in done.stdout, "it fails there", done.stdout[-2000:],
           done.stderr[-2000:])
