# SPDX-License-Identifier: LGPL-2.1-or-later
"""The program that guests of the matrix run: it fills memory with a pattern, and looks for it when asked."""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path

from ..guest import Guest
from ..host import Host

SOURCE = Path(__file__).resolve().parent.parent.parent / "pattern.S"
ROM = "/var/lib/pinlab/pattern.rom"
BASE = "0xffff0000"  # where a ROM of 64 KiB ends at 4 GiB

ANSWERS = re.compile(r"<serial type='file'><source path='([^']+)'/></serial>")
# The first that a program says is that it has filled its memory.
FILLED = 'until [ -s "$1" ]; do [ -e "/run/libvirt/qemu/$2.pid" ] || exit; usleep 50000; done'


def program() -> bytes:
    """The content of ROM."""
    with tempfile.TemporaryDirectory(prefix="pinlab-") as scratch:
        made = Path(scratch, "rom")
        subprocess.run(["cc", "-m32", "-nostdlib", "-static", f"-Wl,-Ttext={BASE},--oformat=binary,--build-id=none",
                        "-o", str(made), str(SOURCE)], check=True)
        return made.read_bytes()


def reader(name: str) -> str:
    """The device by which the guest called NAME answers."""
    return f"<serial type='file'><source path='/run/pinlab/{name}.serial'/></serial>\n"


def answers(guest: Guest) -> str:
    """The file that the answers of GUEST, which has a reader(), are in: on each host those to questions asked there."""
    found = ANSWERS.search(guest.extra_devices)
    if found is None:
        raise ValueError(f"{guest.name} does not run the program")
    return found[1]


def wait_until_filled(host: Host, guest: Guest) -> None:
    """GUEST has been started on HOST; on return its memory has the pattern."""
    host.run("busybox", "sh", "-c", FILLED, "sh", answers(guest), guest.name)
