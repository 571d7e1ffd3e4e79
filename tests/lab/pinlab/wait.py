# SPDX-License-Identifier: LGPL-2.1-or-later
"""Waiting for what must come."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from .result import CommandFailed

T = TypeVar("T")


class Late(Exception):
    """Something did not come in time."""


def wait_until(predicate: Callable[[], T], what: str, timeout: float = 180) -> T:
    """The first true value of PREDICATE; Late with WHAT when none comes within TIMEOUT seconds: on any machine, however busy."""
    deadline = time.monotonic() + timeout
    pause = 0.005
    while True:
        value = predicate()
        if value:
            return value
        if time.monotonic() > deadline:
            raise Late(f"{what}: not within {timeout:g} s")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.25)


def answers(question: Callable[[], bool]) -> bool:
    """Whether it is so, as far as anybody answers: who stands still meanwhile says nothing."""
    try:
        return question()
    except CommandFailed:
        return False
