# SPDX-License-Identifier: LGPL-2.1-or-later
"""A shell in a real terminal of 80 columns, by tmux: what is typed there, and what it shows.

    screen = Screen(host)
    shown = screen.run("pinshift status")       # types it, waits for the prompt
    shown.lines, shown.code
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import result
from .wait import wait_until

if TYPE_CHECKING:
    from .host import Host

COLUMNS, ROWS = 80, 24
CONF = """\
set -g default-terminal screen
set -g history-limit 50000
set -g status off
set -g escape-time 0
"""
# The number of the command to come, and how the last one ended.
PROMPT = re.compile(r"^(\d+):(\d+)>$")
SHELL = ["bash", "--noprofile", "--norc", "-i"]
ENVIRONMENT = {"PS1": r"\#:$?> ", "HISTFILE": ""}
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Shown:
    """What stands below the command: LINES as they are on the screen, JOINED where the terminal has not broken them."""

    lines: list[str]
    joined: list[str]
    coloured: bool
    code: int

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def words(self) -> str:
        """All of it, as if there were no lines."""
        return " ".join(self.text.split())


class Screen:
    """Ends with the laboratory."""

    def __init__(self, host: Host, columns: int = COLUMNS, rows: int = ROWS, name: str = "tmux") -> None:
        self._socket = host.lab.dir / f"{host.name}.{name}"
        conf = host.lab.dir / f"{host.name}.{name}.conf"
        conf.write_text(CONF)
        shell = host.command(("env", *(f"{name}={value}" for name, value in ENVIRONMENT.items()), *SHELL))
        self._tmux("-f", str(conf), "new-session", "-d", "-x", str(columns), "-y", str(rows), *shell)
        host.lab.undo(lambda: self._tmux("kill-server", check=False))
        self._number = self._wait_for_prompt(1)[0]

    # What is done at the keyboard

    def run(self, line: str) -> Shown:
        """Types LINE on a clean screen, and waits for the next prompt."""
        self.start(line)
        return self.end()

    def start(self, line: str) -> None:
        """Types LINE on a clean screen."""
        self.prepare(line)
        self.press("Enter")

    def prepare(self, text: str) -> None:
        """TEXT stands behind the prompt of a clean screen, and nobody has pressed Enter."""
        self._clean()
        self.type(text)

    def type(self, text: str) -> None:
        self._tmux("send-keys", "-l", text)

    def press(self, *keys: str) -> None:
        """Keys as tmux names them: Enter, Tab, C-c."""
        self._tmux("send-keys", *keys)

    def end(self) -> Shown:
        """Waits for the prompt after the command that was typed last."""
        self._number, code = self._wait_for_prompt(self._number + 1)
        lines, joined = (_below(self._capture(*how)) for how in ((), ("-J",)))
        return Shown(lines, joined, bool(COLOUR.search("\n".join(self._capture("-e")))), code)

    def wait_for(self, seen: Callable[[list[str]], object], what: str) -> None:
        """Waits until the lines of the screen are as SEEN wants them."""
        wait_until(lambda: seen(self._capture()), what, 120)

    def _clean(self) -> None:
        self.press("C-l")
        wait_until(lambda: [bool(PROMPT.match(line)) for line in self._capture("-S", "0")] == [True], "the screen is clean", 60)
        self._tmux("clear-history")

    # What stands there

    def _wait_for_prompt(self, number: int) -> tuple[int, int]:
        """The number and the code in the prompt, once it is at least of command NUMBER."""
        def seen() -> tuple[int, int] | None:
            lines = self._capture("-S", "0")
            found = PROMPT.match(lines[-1]) if lines else None
            return (int(found[1]), int(found[2])) if found and int(found[1]) >= number else None

        try:
            return wait_until(seen, f"prompt {number}", 120)
        except Exception:
            print("\n".join(f"#   | {line}" for line in self._capture()), flush=True)
            raise

    def _capture(self, *how: str) -> list[str]:
        """All lines from the first, without the empty ones at the end."""
        where = () if "-S" in how else ("-S", "-")
        text = self._tmux("capture-pane", "-p", *where, *how).out
        return [line.rstrip() for line in text.rstrip().splitlines()]

    def _tmux(self, *args: str, check: bool = True) -> result.Result:
        return result.run(["tmux", "-S", str(self._socket), *args], check=check)


def _below(lines: list[str]) -> list[str]:
    """Without the command and the prompt."""
    return lines[1:-1]
