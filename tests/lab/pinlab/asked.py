# SPDX-License-Identifier: LGPL-2.1-or-later
"""`pinshift` that runs by itself: what a person who has asked for something sees of it."""

from __future__ import annotations

from .host import Host
from .piece import Piece
from .result import Result

SAID = "/run/pinlab/asked"
KEEPING = f'mkdir -p /run/pinlab; rm -f {SAID}.rc; "$@" >{SAID}.out 2>{SAID}.err; echo $? >{SAID}.rc'


class Asked(Piece):
    """`pinshift WORDS` on HOST, one at a time."""

    def __init__(self, host: Host, *words: str) -> None:
        super().__init__(host, "pinshift", ["sh", "-c", KEEPING, "sh", "pinshift", *words])
        self.words = words
        self.spawn()

    def person(self) -> int | None:
        """The process of the command itself; None: it has ended."""
        children = self.host.run("cat", f"/proc/{self.pid}/task/{self.pid}/children", check=False).out
        return int(children) if children.strip() else None

    def kill(self) -> None:
        """The person is gone; whoever was asked may go on."""
        if person := self.person():
            self.host.run("kill", "-KILL", str(person), check=False)

    def said(self) -> Result:
        """Of one that has ended."""
        rc, out, err = (self.host.read(f"{SAID}.{what}") for what in ("rc", "out", "err"))
        return Result(("pinshift", *self.words), int(rc), out, err)
