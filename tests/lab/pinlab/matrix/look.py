# SPDX-License-Identifier: LGPL-2.1-or-later
"""All that is to be seen of a guest on one host, in one round trip."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from ..guest import Guest
from ..host import URI, Host
from ..kernel import GATHER, facts, sections
from .pattern import answers

# One virsh, for that is what costs. The guest is asked first, and looks while the rest is gathered. What pinshiftd keeps room
# for is in a file, so that nobody need ask the bus.
LOOK = f"""name=$1 answer=$2
: >"$answer"
stored=
[ ! -e "/etc/libvirt/qemu/$name.xml" ] || stored="dumpxml --inactive $name;"
echo "== xml"
virsh -q -k 0 -c {URI} "inject-nmi $name; $stored dumpxml --migratable $name" || exit
{GATHER}echo "== claims"
[ ! -e /run/pinshift/claims ] || cat /run/pinshift/claims
echo "== answer"
tries=0
until [ -s "$answer" ] || [ $tries -eq 1200 ]; do usleep 50000; tries=$((tries + 1)); done
cat "$answer"
"""
DOMAIN = re.compile(r"^<domain .*?^</domain>$", re.MULTILINE | re.DOTALL)
INTACT = "."


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
    done = host.run("busybox", "sh", "-c", LOOK, "sh", guest.name, answers(guest))
    said = sections(done.out)
    *stored, live = DOMAIN.findall("\n".join(said["xml"]))
    return Look(live, "".join(stored), facts(guest, said), _claims(said["claims"]), said["answer"] == [INTACT])


def _claims(lines: list[str]) -> frozenset[str]:
    """The first line names the format; each other begins with a UUID."""
    return frozenset(line.partition("\t")[0] for line in lines[1:])
