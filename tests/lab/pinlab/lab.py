# SPDX-License-Identifier: LGPL-2.1-or-later
"""A laboratory: hosts on a switch of their own, and an end for all of it."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from .host import Host
from .result import ENVIRONMENT, UMASK
from .switch import Switch

H = TypeVar("H", bound=Host)


class Lab:
    """Hosts that know each other by name. Leaving the context ends them all, however it is left.

    Hosts are declared with host() and come up side by side with up(). What a kind of host starts
    or changes outside itself, it registers with spawn() or undo().
    """

    def __init__(self, quiet: bool = False) -> None:
        """QUIET: an error that leaves the context does not bring the hosts' logs."""
        self.quiet = quiet
        self.hosts: list[Host] = []
        self._ends = ExitStack()

    def __enter__(self) -> Lab:
        try:
            self._catch_signals()
            self.dir = Path(tempfile.mkdtemp(prefix="pinlab-"))
            self.undo(lambda: shutil.rmtree(self.dir, ignore_errors=True))
            self.switch = Switch(self)
        except BaseException:
            self._ends.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        try:
            if isinstance(error, Exception) and not self.quiet:
                print(self.logs(), file=sys.stderr)
        finally:  # Nobody may be there to read.
            self._ends.close()

    def host(self, name: str, kind: type[H], **shape: Any) -> H:
        """Declares a host; SHAPE is the business of its kind."""
        host = kind(self, name, len(self.hosts), **shape)
        self.hosts.append(host)
        return host

    def up(self) -> None:
        """Boots all declared hosts, side by side."""
        with ThreadPoolExecutor(max(1, len(self.hosts))) as pool:
            for boot in [pool.submit(host.boot) for host in self.hosts]:
                boot.result()

    def hosts_file(self) -> str:
        """The /etc/hosts of every host."""
        names = "".join(f"{host.address} {host.name}\n" for host in self.hosts)
        return f"127.0.0.1 localhost\n{names}"

    def logs(self) -> str:
        return "\n".join(_quietly(host.logs) for host in self.hosts)

    def undo(self, action: Callable[[], object]) -> None:
        """ACTION runs when the laboratory ends; last registered, first run."""
        self._ends.callback(action)

    def spawn(self, argv: Sequence[str], **how: Any) -> subprocess.Popen[bytes]:
        """A process that ends with the laboratory at the latest."""
        process = subprocess.Popen(list(argv), env=ENVIRONMENT, umask=UMASK, **how)
        self.undo(lambda: _end(process))
        return process

    def _catch_signals(self) -> None:
        def leave(number: int, _frame: object) -> None:
            raise SystemExit(128 + number)

        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            old = signal.signal(number, leave)
            self.undo(lambda number=number, old=old: signal.signal(number, old))


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()


def _quietly(action: Callable[[], str]) -> str:
    try:
        return action()
    except Exception as error:  # A host that is half up has no logs to show.
        return f"(no logs: {error})"
