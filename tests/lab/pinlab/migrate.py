# SPDX-License-Identifier: LGPL-2.1-or-later
"""Live migration, as an administrator types it."""

from __future__ import annotations

from .guest import Guest
from .host import Host
from .result import CommandFailed, Result


def uri(host: Host) -> str:
    return f"qemu+tcp://{host.name}/system"


def migrate(guest: Guest, source: Host, target: Host, *flags: str, check: bool = True,
            live: bool = True) -> Result:
    """`virsh migrate --live` to TARGET, with FLAGS; CHECK makes a failure an exception."""
    how = ["--live"] if live else []
    done = source.virsh("migrate", *how, *flags, "--domain", guest.name, "--desturi", uri(target),
                        check=False, timeout=900)
    if check and not done.ok:
        raise CommandFailed(done, source.name)
    return done
