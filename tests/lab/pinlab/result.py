# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a command did."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

UMASK = 0o022
# Nothing of whoever runs the laboratory reaches its hosts.
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LC_ALL": "C.UTF-8"}


@dataclass(frozen=True)
class Result:
    argv: tuple[str, ...]
    rc: int
    out: str
    err: str

    @property
    def ok(self) -> bool:
        return self.rc == 0

    def __str__(self) -> str:
        said = "\n".join(part for part in (self.out.rstrip(), self.err.rstrip()) if part)
        return f"$ {shlex.join(self.argv)}\n{said}\n(exit {self.rc})"


class CommandFailed(Exception):
    """A command that had to succeed did not."""

    def __init__(self, result: Result, where: str = "") -> None:
        super().__init__(f"{where + ': ' if where else ''}{result}")
        self.result = result


def run(argv: Sequence[str], *, input: str | bytes | None = None, check: bool = True,
        timeout: float = 300, shown: Sequence[str] | None = None, where: str = "") -> Result:
    """Runs ARGV here to its end; SHOWN is what messages call it instead."""
    data = input.encode() if isinstance(input, str) else input
    source = {"input": data} if data is not None else {"stdin": subprocess.DEVNULL}
    shown = tuple(shown or argv)
    try:
        done = subprocess.run(list(argv), capture_output=True, timeout=timeout,
                              env=ENVIRONMENT, umask=UMASK, **source)
        result = Result(shown, done.returncode, done.stdout.decode(errors="replace"),
                        done.stderr.decode(errors="replace"))
    except subprocess.TimeoutExpired as late:
        err = (late.stderr or b"").decode(errors="replace")
        result = Result(shown, 124, (late.stdout or b"").decode(errors="replace"),
                        f"{err}no end within {timeout:g} s")
    if check and not result.ok:
        raise CommandFailed(result, where)
    return result
