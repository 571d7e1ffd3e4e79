# SPDX-License-Identifier: LGPL-2.1-or-later
"""The machine's pool of 2 MiB pages, which laboratories that run side by side share.

Who takes a share notes it in a ledger, under a lock; the pool shrinks by it at the end. The share of
a laboratory that was killed goes back when the next one comes.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from .wait import wait_until

if TYPE_CHECKING:
    from .lab import Lab

SIZE = Path("/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages")
LEDGER = Path("/run/pinlab-pool.json")


class Pool:
    """A share of PAGES pages until the laboratory ends."""

    def __init__(self, lab: Lab, pages: int) -> None:
        self.pages = pages
        self.owner = f"{os.getpid()}-{id(self)}"
        lab.undo(self.give_back)
        with _ledger() as shares:
            shares[self.owner] = pages
            _resize(pages)

    def give_back(self) -> None:
        with _ledger() as shares:
            if shares.pop(self.owner, None):
                _resize(-self.pages)


@contextmanager
def _ledger() -> Iterator[dict[str, int]]:
    """The shares by owner, to be changed; shares of the dead are given back first."""
    with LEDGER.open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        shares: dict[str, int] = json.loads(file.read() or "{}")
        for owner in [owner for owner in shares if not _lives(owner)]:
            _resize(-shares.pop(owner))
        try:
            yield shares
        finally:
            file.truncate(0)
            file.write(json.dumps(shares))


def _lives(owner: str) -> bool:
    return Path("/proc", owner.partition("-")[0]).exists()


def _resize(by: int) -> None:
    """Adds BY pages; the kernel gives what it can, so ask until it has given all."""
    wanted = max(0, int(SIZE.read_text()) + by)

    def grown() -> bool:
        SIZE.write_text(str(wanted))
        return int(SIZE.read_text()) == wanted

    wait_until(grown, f"the pool has {wanted} pages of 2 MiB")
