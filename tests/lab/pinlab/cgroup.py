# SPDX-License-Identifier: LGPL-2.1-or-later
"""A control group for a host that manages its own: systemd in two hosts must not share one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from .wait import wait_until

if TYPE_CHECKING:
    from .lab import Lab

ROOT = Path("/sys/fs/cgroup")
UNIFIED = (ROOT / "cgroup.controllers").exists()
# What systemd-nspawn is told to give its guest: the kind that this machine has.
ENVIRONMENT = ("SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=" + ("1" if UNIFIED else "0"),)


class Cgroups:
    """Groups of host NAME, one for each time that it boots, in each hierarchy that systemd uses here.

    They go when the laboratory ends, after the processes in them: so they are declared before the host.
    """

    def __init__(self, lab: Lab, name: str) -> None:
        self.name = f"{lab.dir.name}-{name}"
        self.tops = [top for top in ((ROOT,) if UNIFIED else (ROOT / "systemd", ROOT / "unified"))
                     if (top / "cgroup.procs").exists()]
        self.boots = 0
        lab.undo(self._remove)

    def add(self, pid: int) -> None:
        """Moves process PID, and what it starts from then on, to a new group."""
        self.boots += 1
        for path in self._paths(self.boots):
            path.mkdir()
            (path / "cgroup.procs").write_text(str(pid))

    def _paths(self, boot: int) -> list[Path]:
        return [top / f"{self.name}-{boot}" for top in self.tops]

    def _remove(self) -> None:
        paths = [path for boot in range(1, self.boots + 1) for path in self._paths(boot)]
        wait_until(lambda: not any([_busy(path) for path in paths]), "the control groups of a host are empty")


def _busy(path: Path) -> bool:
    """Whether the group is still there; groups within go first, which the kernel may delay a moment."""
    for group in _leaves_first(path):
        try:
            group.rmdir()
        except OSError:
            return True
    return False


def _leaves_first(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        return
    for child in path.iterdir():
        if child.is_dir():
            yield from _leaves_first(child)
    yield path
