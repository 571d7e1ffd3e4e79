# SPDX-License-Identifier: LGPL-2.1-or-later
"""Somebody who types what a page says, line for line, at a terminal of each host."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from .host import Host
from .terminal import Terminal

PROMPT = re.compile(r"(\w+)# ")
HEREDOC = re.compile(r"<<'?(\w+)'?$")
# What people are asked, and answer.
ANSWERS = {r"\[Y/n\] $": "y", r"\(yes/no(/\[fingerprint\])?\)\? $": "yes"}
DONE = r"\[(\d+)\]# $"
PASTE = re.compile(r"cat >>?\S+$")
END_OF_FILE = "\x04"
# Packages come from far, and compilers take their time; this is for what hangs.
PATIENCE = 1800


@dataclass(frozen=True)
class Typed:
    """A command of a page: WHERE is what stands before its "#", empty where nothing does; SHOWN is what the page has below it."""

    where: str
    command: str
    shown: tuple[str, ...] = ()


def commands(text: str, prompts: bool) -> list[Typed]:
    """The commands in the indented lines of TEXT; with PROMPTS those behind one, without them all that is no comment."""
    lines = iter(re.findall(r"^    (.*)$", text, re.M))
    found: list[Typed] = []
    for line in lines:
        prompt = PROMPT.match(line) if prompts else None
        if prompts and not prompt:
            found[-1] = replace(found[-1], shown=(*found[-1].shown, line))
            continue
        command = _whole(line[prompt.end():] if prompt else line, lines)
        if not command.lstrip().startswith("#"):
            found.append(Typed(prompt[1] if prompt else "", command))
    return found


def _whole(command: str, lines: Iterator[str]) -> str:
    """COMMAND with those of LINES that it goes on in."""
    while command.endswith("\\"):
        command += "\n" + next(lines)
    if end := HEREDOC.search(command):
        for more in lines:
            command += "\n" + more
            if more == end[1]:
                break
    return command


def unseen(shown: Iterable[str], said: str) -> list[str]:
    """Those of SHOWN that are no lines of SAID, in that order; in them, "..." is anything, and a space any number of them."""
    rest = iter(said.splitlines())
    return [line for line in shown
            if not any(re.fullmatch(_pattern(line), seen.strip()) for seen in rest)]


def _pattern(line: str) -> str:
    return re.escape(" ".join(line.split())).replace(r"\.\.\.", ".*").replace(r"\ ", r"\s+")


class Typist:
    """At HOST, in directory WHERE."""

    def __init__(self, host: Host, where: str) -> None:
        self.host = host
        self.terminal = Terminal(host, "root")
        self.terminal.wait_for(r"# $")
        # Without an editor of lines: what is typed ahead waits for whoever reads next.
        self.terminal.type(f"set +o emacs; PS1='[$?]# '; cd {where}")
        self.terminal.wait_for(DONE)

    def type(self, command: str, pasted: str = "") -> tuple[int, str]:
        """Types COMMAND, answers what it asks, and gives its exit status and what was seen; PASTED goes to one that reads."""
        self.terminal.type(command)
        if PASTE.match(command):
            self.terminal.press(f"{pasted}\n{END_OF_FILE}")
        seen = ""
        while True:
            seen += self.terminal.wait_for("|".join([*ANSWERS, DONE]), PATIENCE)
            if done := re.search(DONE, seen):
                return int(done[1]), seen[:done.start()].replace("\r", "")
            self.terminal.type(next(answer for question, answer in ANSWERS.items() if re.search(question, seen)))
