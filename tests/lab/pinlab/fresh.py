# SPDX-License-Identifier: LGPL-2.1-or-later
"""A server as it comes, for somebody who makes a host of guests of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from .installed import InstalledHost
from .mirror import APT_CONF
from .root import APT, server_root
from .wait import wait_until

# What is changed here is the machine's: the knobs of its pool become files, as large as the share that the host has of it.
KNOBS = "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages /proc/sys/vm/nr_hugepages"
KNOBS_UNIT = f"""\
[Unit]
DefaultDependencies=no
Before=sysinit.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=sh -c 'echo 0 >/run/knob; for knob in {KNOBS}; do mount --bind /run/knob "$knob"; done'
[Install]
WantedBy=sysinit.target
"""
# The configuration of libvirt that a host in a container needs is there before libvirt, and is not asked about.
DPKG_CONF = "force-confold\nforce-unsafe-io\n"


class FreshHost(InstalledHost):
    """HUGEPAGES: as of InstalledHost; whoever sets their number on the host changes nothing any more."""

    kind: ClassVar[str] = "fresh"
    base: ClassVar[Callable[[], Path]] = staticmethod(server_root)

    def files(self) -> dict[str, str]:
        apt = "".join(f"{option};\n" for option in APT)
        return super().files() | {"/etc/apt/apt.conf.d/50-laboratory": APT_CONF + apt,
                                  "/etc/dpkg/dpkg.cfg.d/50-laboratory": DPKG_CONF,
                                  "/etc/systemd/system/knobs.service": KNOBS_UNIT}

    def enable(self) -> None:
        if self.hugepages:
            self.systemctl("enable", "knobs.service")

    def settle(self) -> None:
        """It has booted; libvirt comes later, if at all."""
        wait_until(lambda: self.run("systemctl", "is-active", "dbus.socket", check=False).ok, f"{self.name} has a bus", 120)
