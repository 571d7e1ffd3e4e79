# SPDX-License-Identifier: LGPL-2.1-or-later
"""Migrations that are caught on their way, in the phase that a case is about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from .guest import Guest
from .host import HOOK_LINK, URI, Host
from .migrate import uri
from .piece import Piece
from .result import Result
from .wait import wait_until

# At 1 MiB/s, libvirt's least, the ballast takes this many seconds: a stream that nobody has to stop.
BALLAST = "/var/lib/libvirt/ballast"
BALLAST_MIB = 40
BALLAST_AT = 16 << 20
SLOW = ("--bandwidth", "1")

# A hook after ours.
OTHER_HOOK = f"{HOOK_LINK.rpartition('/')[0]}/90-other"
HOLD, HELD = "/run/pinlab/hold", "/run/pinlab/held"
HOLDING = f"""\
#!/bin/sh
test "$2 $3" = "{{phase}}" || exit 0
: >{HELD}
while test -e {HOLD}; do sleep 0.02; done
"""
REFUSING = """\
#!/bin/sh
test "$2 $3" = "{phase}" || exit 0
echo "another hook says no" >&2
exit 1
"""
STREAMING = re.compile(r"Memory processed: +(\d+\.\d+) ")


def laden(guest: Guest) -> Guest:
    """GUEST with memory that takes a while to move: random bytes, which a host must hold."""
    loader = f"loader,file={BALLAST},addr={BALLAST_AT:#x},force-raw=on"
    return replace(guest, arguments=("-device", loader))


def load(host: Host) -> None:
    host.run("sh", "-c", f"head -c {BALLAST_MIB}M /dev/urandom >{BALLAST}")


class Underway(Piece):
    """`virsh migrate` that runs by itself, by default with --live: else the guest pauses for it."""

    def __init__(self, guest: Guest, source: Host, target: Host, *flags: str, live: bool = True) -> None:
        how = ["--live"] if live else []
        super().__init__(source, "virsh-migrate", [
            "virsh", "-q", "-c", URI, "migrate", *how, *flags, "--domain", guest.name,
            "--desturi", uri(target)])
        self.guest = guest
        source.write(self.log, "")
        self.spawn()

    def wait_for_stream(self) -> None:
        """Waits until memory goes over."""
        wait_until(self._streams, f"{self.guest.name} is in the stream")

    def _streams(self) -> bool:
        done = self.host.virsh("domjobinfo", "--domain", self.guest.name, check=False)
        found = STREAMING.search(done.out)
        if not found and not self.alive:
            raise RuntimeError(f"the migration ended at once:\n{self.host.read(self.log)}")
        return found is not None and float(found[1]) > 0

    def hurry(self) -> None:
        """The rest of the stream goes as fast as it can."""
        self.host.virsh("migrate-setspeed", "--domain", self.guest.name, "4096")

    def end(self) -> Result:
        """Waits until virsh has ended; what it said is an error, since it says nothing else."""
        wait_until(lambda: not self.alive, "virsh migrate ends", 120)
        said = self.host.read(self.log)
        return Result(tuple(self.argv), 1 if said.strip() else 0, "", said)


@contextmanager
def other_hook(host: Host, script: str, phase: str) -> Iterator[None]:
    """Another hook of HOST's libvirtd, that runs after ours and means PHASE, `migrate begin` say."""
    host.write(OTHER_HOOK, script.format(phase=phase), 0o755)
    try:
        yield
    finally:
        host.run("rm", "-f", OTHER_HOOK)


@contextmanager
def held(host: Host, phase: str) -> Iterator[None]:
    """Who reaches PHASE waits there until this is left."""
    host.run("mkdir", "-p", "/run/pinlab")
    host.run("rm", "-f", HELD)
    host.write(HOLD, "")
    try:
        with other_hook(host, HOLDING, phase):
            yield
    finally:
        host.run("rm", "-f", HOLD)


def wait_for_held(host: Host) -> None:
    wait_until(lambda: host.exists(HELD), f"a hook of {host.name} is held")
