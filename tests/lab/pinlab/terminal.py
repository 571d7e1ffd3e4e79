# SPDX-License-Identifier: LGPL-2.1-or-later
"""Somebody who sits at a terminal of a host."""

from __future__ import annotations

import os
import pty
import re
import select
import termios
from typing import TYPE_CHECKING

from .result import ENVIRONMENT
from .wait import wait_until

if TYPE_CHECKING:
    from .host import Host


class Terminal:
    """A login of USER, without being asked for the password; ends with the laboratory."""

    def __init__(self, host: Host, user: str) -> None:
        argv = host.command(("login", "-f", user))
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execvpe(argv[0], argv, ENVIRONMENT | {"TERM": "dumb"})
        self.said = ""
        self._ended = False
        host.lab.undo(self.leave)

    def wait_for(self, pattern: str, timeout: float = 180) -> str:
        """Waits for text that matches; forgets what was said up to there, and returns it."""
        found = wait_until(lambda: self._listen() and re.search(pattern, self.said), f"the terminal says {pattern!r}", timeout)
        said, self.said = self.said[:found.end()], self.said[found.end():]
        return said

    def type(self, line: str) -> None:
        self.press(f"{line}\n")

    def press(self, keys: str) -> None:
        os.write(self.fd, keys.encode())

    def type_secret(self, secret: str) -> None:
        """Waits until the terminal shows no more what is typed: what comes before that is thrown away."""
        wait_until(lambda: not termios.tcgetattr(self.fd)[3] & termios.ECHO, "the terminal hides what is typed")
        self.type(secret)

    def leave(self) -> None:
        """Hangs up."""
        if not self._ended:
            self._ended = True
            os.close(self.fd)
            os.waitpid(self.pid, 0)

    def _listen(self) -> bool:
        while select.select([self.fd], [], [], 0)[0]:
            self.said += os.read(self.fd, 4096).decode(errors="replace")
        return True
