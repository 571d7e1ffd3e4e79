# SPDX-License-Identifier: LGPL-2.1-or-later
"""The program that guests of the matrix run: it fills memory with a pattern, and looks for it when asked."""

from __future__ import annotations

ROM = "/var/lib/pinlab/pattern.rom"


def reader(name: str) -> str:
    """The device by which the guest called NAME answers."""
    return f"<serial type='file'><source path='/run/pinlab/{name}.serial'/></serial>\n"
