# SPDX-License-Identifier: LGPL-2.1-or-later
"""A daemon of a host: started, stopped, asked for by its process id."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from .wait import wait_until

if TYPE_CHECKING:
    from .host import Host

# The log gets what the daemon prints; the shell goes, the daemon stays, its id is printed.
SPAWN = 'log=$1; shift; setsid "$@" >>"$log" 2>&1 </dev/null & echo $!'
STARTED = "org.freedesktop.DBus.StartServiceByName"
ANSWER_MS = 300_000
PID_OF = "org.freedesktop.DBus.GetConnectionUnixProcessID"


class Piece:
    """A daemon that the laboratory itself starts."""

    def __init__(self, host: Host, name: str, argv: list[str],
                 ready: Callable[[], bool] = lambda: True) -> None:
        self.host = host
        self.name = name
        self.argv = argv
        self.ready = ready
        self.pid: int | None = None

    @property
    def log(self) -> str:
        return f"/var/log/{self.name}.stderr"

    @property
    def alive(self) -> bool:
        return self.pid is not None and self.host.alive(self.pid)

    def spawn(self) -> None:
        """Starts it, and does not wait until it is ready."""
        out = self.host.run("sh", "-c", SPAWN, "sh", self.log, *self.argv).out
        self.pid = int(out)

    def start(self) -> None:
        self.spawn()
        wait_until(self._answers, f"{self.host.name}: {self.name} is ready", 120)

    def _answers(self) -> bool:
        if not self.alive:
            raise RuntimeError(f"{self.host.name}: {self.name} ended at once:\n"
                               + self.host.read(self.log))
        return self.ready()

    def signal(self, signal: str) -> None:
        self.host.run("kill", f"-{signal}", str(self.pid))

    def stop(self, signal: str = "TERM") -> None:
        """Sends SIGNAL and waits for the end; stopping what is not there is no error."""
        if not self.alive:
            return
        pid = self.pid
        self.host.run("kill", f"-{signal}", str(pid), check=False)
        wait_until(lambda: not self.host.alive(pid), f"{self.host.name}: {self.name} ends")

    def restart(self) -> None:
        self.stop()
        self.start()


class BusPiece(Piece):
    """A daemon that the bus starts; its process id is the bus's knowledge."""

    def __init__(self, host: Host, name: str, bus_name: str) -> None:
        super().__init__(host, name, [])
        self.bus_name = bus_name

    def start(self) -> None:
        self._ask(STARTED, f"string:{self.bus_name}", "uint32:0", check=True)
        self._look()

    @property
    def alive(self) -> bool:
        self._look()
        return self.pid is not None

    def _look(self) -> None:
        """A daemon without its bus keeps the id under which it was last seen, while it lives."""
        answer = self._ask(PID_OF, f"string:{self.bus_name}")
        if answer.ok:
            self.pid = int(answer.out.split()[-1])
        elif self.pid is not None and not self.host.alive(self.pid):
            self.pid = None

    def _ask(self, method: str, *args: str, check: bool = False):
        return self.host.run(
            "dbus-send", "--system", "--print-reply=literal", f"--reply-timeout={ANSWER_MS}", "--dest=org.freedesktop.DBus",
            "/org/freedesktop/DBus", method, *args, check=check)
