# SPDX-License-Identifier: LGPL-2.1-or-later
"""The hook called without a pause, as libvirt calls it when it finds a running guest again.

libvirt lists what it can run in the directory, and runs that in turn: so do we, with all that begins with the hook's name.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from .host import Host
from .piece import Piece
from .wait import wait_until

GOES, FAILED, COUNT = "/run/hookcalls", "/run/hookcalls.failed", "/run/hookcalls.count"
CALLS = f"""
n=0
while test -e {GOES}; do
  for hook in "$1"*; do
    said=$("$hook" "$2" reconnect begin - </dev/null 2>&1) || echo "call $n: $hook: exit $?: $said" >>{FAILED}
  done
  n=$((n + 1))
done
echo "$n" >{COUNT}
"""


@dataclass
class Calls:
    """What came of them; to be read when they have ended."""

    count: int = 0
    failures: str = ""


@contextmanager
def hook_called(host: Host, hook: str, guest: str) -> Iterator[Calls]:
    """Within, HOOK runs again and again for GUEST."""
    host.run("rm", "-f", FAILED, COUNT)
    host.write(GOES, "")
    host.write(FAILED, "")
    caller = Piece(host, "hookcalls", ["sh", "-c", CALLS, "sh", hook, guest])
    caller.start()
    calls = Calls()
    try:
        yield calls
    finally:
        host.run("rm", "-f", GOES)
        wait_until(lambda: not caller.alive, "the hook is called no more")
    calls.count, calls.failures = int(host.read(COUNT)), host.read(FAILED)
