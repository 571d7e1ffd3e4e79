# SPDX-License-Identifier: LGPL-2.1-or-later
"""The root of an installed host: Debian with systemd, libvirt and QEMU, and nothing of ours.

It is made once a run, and never written to: each host has an overlay of its own.
"""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
import threading
from pathlib import Path

from . import result

RELEASE = "bookworm"
# A release that is older than its mirror's promise is as good for us.
APT = ('Acquire::Check-Valid-Until "false"', 'Acquire::Check-Date "false"')
SYSTEM = ("acl", "dbus", "iproute2", "libglib2.0-bin", "libpam-systemd", "libvirt-clients", "libvirt-daemon-driver-qemu",
          "libvirt-daemon-system", "openssh-client", "openssh-server", "polkitd", "procps", "prometheus-node-exporter", "qemu-system-x86",
          "rpm", "socat", "systemd", "systemd-sysv", "util-linux")
# What our packages depend on: a host is offline.
LIBRARIES = ("libdbus-1-3", "libglib2.0-0", "libjson-glib-1.0-0", "libnuma1", "libvirt0", "libxml2")

# A server as Debian's installer leaves it, more or less: no libvirt, no compiler.
SERVER = ("ca-certificates", "dbus", "iproute2", "libpam-systemd", "openssh-client", "openssh-server", "procps", "systemd",
          "systemd-sysv")

ONE_AT_A_TIME = threading.Lock()  # Hosts boot side by side, and ask for the same root.


def bootstrap(target: Path, *packages: str) -> None:
    """Debian with PACKAGES at TARGET: a directory, or a tarball if the name says so."""
    result.run(["mmdebstrap", "--mode=root", "--variant=minbase", *(f"--aptopt={option}" for option in APT),
                *([f"--include={','.join(packages)}"] if packages else []), RELEASE, str(target)], timeout=900)


def system_root() -> Path:
    """The root with libvirt, as a directory; it goes when this program ends."""
    with ONE_AT_A_TIME:
        return _made("root", *SYSTEM, *LIBRARIES)


def server_root() -> Path:
    """The root of a server that nobody has made a host of guests yet; it goes when this program ends."""
    with ONE_AT_A_TIME:
        return _made("server", *SERVER)


def bare_tarball() -> Path:
    """A tarball of Debian with what our packages depend on, and no libvirt.

    Without systemd in it, what systemd leaves behind would be held against us.
    """
    with ONE_AT_A_TIME:
        return _made("bare.tar.gz", "dbus", "systemd", *LIBRARIES)


@functools.cache
def _made(name: str, *packages: str) -> Path:
    directory = Path(tempfile.mkdtemp(prefix="pinlab-root-"))
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    bootstrap(directory / name, *packages)
    return directory / name
