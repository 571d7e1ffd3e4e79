# SPDX-License-Identifier: LGPL-2.1-or-later
"""A service of an installed host: systemd starts and stops it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .piece import Piece

if TYPE_CHECKING:
    from .host import Host


class Unit(Piece):
    """NAME.service."""

    def __init__(self, host: Host, name: str) -> None:
        super().__init__(host, name, [])

    def show(self, key: str) -> str:
        """A property of the unit, as systemctl prints it."""
        return self.host.run("systemctl", "show", "--value", f"--property={key}", f"{self.name}.service").out.strip()

    @property
    def alive(self) -> bool:
        self.pid = int(self.show("MainPID")) or None
        return self.pid is not None

    def start(self) -> None:
        self.host.run("systemctl", "start", f"{self.name}.service")
        self.pid = int(self.show("MainPID")) or None

    def stop(self, signal: str = "TERM") -> None:
        if signal == "TERM":
            self.host.run("systemctl", "stop", f"{self.name}.service")
        else:
            super().stop(signal)

    def restart(self) -> None:
        self.host.run("systemctl", "restart", f"{self.name}.service")

    def reload(self) -> None:
        self.host.run("systemctl", "reload", f"{self.name}.service")
