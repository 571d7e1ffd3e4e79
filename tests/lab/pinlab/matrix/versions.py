# SPDX-License-Identifier: LGPL-2.1-or-later
"""Which programs take part: those of this machine, whose root the NUMA hosts have."""

from __future__ import annotations

import re
from pathlib import Path

from .. import result
from ..numa_image import newest_kernel

SOURCE = Path(__file__).resolve().parents[4]
NUMBER = re.compile(r"\d+(?:\.\d+)+")


def versions() -> dict[str, str]:
    """{"libvirt": "9.0.0", ...}; of pinshift that of the tree."""
    return {"pinshift": _number((SOURCE / "meson.build").read_text().partition("version:")[2]),
            "libvirt": _number(result.run(["libvirtd", "--version"]).out),
            "QEMU": _number(result.run(["qemu-system-x86_64", "--version"]).out),
            "Linux": newest_kernel()[0]}


def _number(text: str) -> str:
    found = NUMBER.search(text)
    return found[0] if found else "unknown"
