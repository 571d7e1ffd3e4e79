# SPDX-License-Identifier: LGPL-2.1-or-later
"""Cases side by side: each in a laboratory of its own, several of which are there at once. They wait more than they work."""

from __future__ import annotations

import asyncio
import re
import signal
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import Callable, Sequence

from .cases import MOST_AGAIN, SECOND

OUTCOME = re.compile(r"^(not ok|ok) \d+ - ", re.M)
PLAN = re.compile(r"^(1\.\.\d+|# lab: on [^\n]*)\n", re.M)  # and the occasion: of one run, not of each case
# The command that runs the one case with a sentence, `suite: ...`, and prints its TAP.
Command = Callable[[str], Sequence[str]]


class Tap:
    """One of those of many; as in one run no more than MOST_AGAIN cases have a second try."""

    def __init__(self, total: int) -> None:
        self.number = self.again = 0
        self.failed = False
        print(f"1..{total}", flush=True)

    def take(self, sentence: str, said: str) -> None:
        """What the run of one case SAID, which may have ended before its outcome."""
        self.number += 1
        text = PLAN.sub("", said)
        if not OUTCOME.search(text):
            text += f"not ok 1 - {sentence} # it has no outcome\n"
        if f", {SECOND}" in text:
            self.again += 1
            text = text if self.again <= MOST_AGAIN else text.replace("\nok ", "\nnot ok ")
        text = OUTCOME.sub(rf"\1 {self.number} - ", text)
        self.failed = self.failed or bool(re.search(r"^not ok", text, re.M))
        print(text, end="", flush=True)


async def _one(sentence: str, command: Command, turn: asyncio.Semaphore) -> tuple[str, str]:
    async with turn:
        child = await asyncio.create_subprocess_exec(*command(sentence), stdout=PIPE, stderr=STDOUT)
        try:
            said, _ = await child.communicate()
        finally:
            if child.returncode is None:
                child.terminate()
                await child.wait()
        return sentence, said.decode(errors="replace")


async def _all(sentences: Sequence[str], command: Command, at_once: int) -> bool:
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    tap, turn = Tap(len(sentences)), asyncio.Semaphore(at_once)
    ones = [asyncio.create_task(_one(sentence, command, turn)) for sentence in sentences]
    try:
        for one in asyncio.as_completed(ones):
            tap.take(*await one)
    finally:
        for one in ones:
            one.cancel()
        await asyncio.gather(*ones, return_exceptions=True)
    return not tap.failed


def run(sentences: Sequence[str], command: Command, at_once: int) -> bool:
    """Whether all went well; who ends it by a signal ends all that it has begun."""
    try:
        return asyncio.run(_all(sentences, command, at_once))
    except asyncio.CancelledError:
        return False
