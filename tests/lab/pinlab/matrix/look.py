# SPDX-License-Identifier: LGPL-2.1-or-later
"""All that is to be seen of a guest on one host, in one round trip."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..guest import Guest
from ..host import Host


@dataclass(frozen=True)
class Look:
    """STORED is empty for a guest without a definition here. KERNEL is what everything() of pinlab.kernel gives."""

    live: str                # XML, --migratable
    stored: str              # XML, --inactive
    kernel: dict[str, Any]
    claims: frozenset[str]   # UUIDs that pinshift keeps room for here; empty without pinshift
    intact: bool             # the guest has looked at its memory now, and found its pattern


def look(host: Host, guest: Guest) -> Look:
    """GUEST, which runs on HOST."""
    raise NotImplementedError
