# SPDX-License-Identifier: LGPL-2.1-or-later
"""Where the world can be stopped: the calls by which a program on a host acts on it, each a point, counted by point.c."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .host import HOOK_LINK
from .lab import Lab
from .pair import PairHost
from .wait import wait_until

SOURCE = Path(__file__).resolve().parent.parent / "point.c"
LIBRARY = "/usr/lib/pinlab/point.so"
SERVICES = "/usr/share/dbus-1/system-services/org.pinshift.*.service"
PRELOAD = f"sed -i 's|^Exec=|Exec=/usr/bin/env LD_PRELOAD={LIBRARY} |' {SERVICES}"
POINT, CALLS = "/run/pinlab/point", "/run/pinlab/calls"
ARM = f"mkdir -p /run/pinlab; : >{CALLS}; chmod 666 {CALLS}; echo \"$1 $2 $3 $4\" >{POINT}.new; mv {POINT}.new {POINT}"

# As point.c calls them.
HOOK, SERVICE_PROGRAM, CLUSTER_PROGRAM, LIBVIRTD = Path(HOOK_LINK).name, "pinshiftd", "pinshift-policyd", "libvirtd"


@dataclass(frozen=True)
class Call:
    """What process PID was about to do when it was there the NUMBERth time."""

    number: int
    pid: int
    what: str


class PointHost(PairHost):
    """All that its bus and its libvirtd start can be stopped at each point."""

    def _configure(self) -> None:
        super()._configure()
        self.write(LIBRARY, (self.lab.dir / "point.so").read_bytes())
        self.run("sh", "-c", PRELOAD)
        self.libvirtd.argv[1:1] = [f"LD_PRELOAD={LIBRARY}"]

    def calls(self) -> list[Call]:
        """What there was to be stopped at, since the last armed() began."""
        lines = [line.split(" ", 2) for line in self.read(CALLS).splitlines()]
        return [Call(int(number), int(pid), what.strip()) for number, pid, what in lines]

    @contextmanager
    def armed(self, program: str, number: int, deed: str, place: str = "") -> Iterator[None]:
        """Within, DEED happens to PROGRAM at its NUMBERth call from now on; with PLACE, at its NUMBERth on what has that in its name.

        Who comes to that in the last moment does not stand still for ever.
        """
        self.run("sh", "-c", ARM, "sh", program, str(number), deed, place)
        try:
            yield
        finally:
            self.run("rm", "-f", POINT)
            for call in self.calls() if deed == "stop" else ():
                self.go_on(call)

    def reached(self, number: int) -> Call | None:
        """The call with NUMBER, once it has come to that."""
        return next((call for call in self.calls() if call.number == number), None)

    def go_on(self, call: Call) -> None:
        """Who stands still at CALL goes on, if it lives."""
        self.run("kill", "-CONT", str(call.pid), check=False)

    def wait_until_still(self, call: Call) -> None:
        wait_until(lambda: self._state(call.pid) in "TtXZ", f"{call.what} waits")

    def _state(self, pid: int) -> str:
        stat = self.run("cat", f"/proc/{pid}/stat", check=False)
        return stat.out.rpartition(")")[2].split()[0] if stat.ok else "X"


def build(lab: Lab) -> None:
    """Before PointHosts of LAB boot."""
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", lab.dir / "point.so", SOURCE], check=True)
