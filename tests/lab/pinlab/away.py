# SPDX-License-Identifier: LGPL-2.1-or-later
"""A guest away from home: on hostb, which has no hugepages and keeps CPU 0 to itself, so that nothing is as its owner wrote it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from .cases import expect, same
from .element import Elements, elements, homes, migration_id, originals
from .guest import Guest
from .host import POLICY, Host
from .migrate import migrate
from .trio import Trio, recorded
from .wait import Late, wait_until
from .xml import RECORD

RESERVE = "[reserve]\ncpus = 0\n"
STORED = ("--inactive", "--security-info")
SETTINGS = ("hugepages", "vcpu-pins", "emulator-pins", "iothread-pins")
AT_HOSTA = {setting: "hosta" for setting in SETTINGS}


@contextmanager
def away(w: Trio, guest: Guest, persistent: bool = False) -> Iterator[Elements]:
    """Within, GUEST, at home on hosta, is on hostb; with its definition, which is in no other place, if PERSISTENT.

    Yields its original.
    """
    with w.b.configured(policy=RESERVE):
        w.begin(guest, persistent)
        original = elements(w.a.dumpxml(guest))
        if persistent:
            wait_for_original(w.a, guest, original, *STORED)
        move(guest, w.a, w.b, persistent)
        expect(elements(w.b.dumpxml(guest)) != original, "the guest is adapted on hostb")
        yield original


def move(guest: Guest, source: Host, target: Host, persistent: bool = False) -> None:
    """GUEST moves, and TARGET has finished with its arrival."""
    before = migration_id(source.dumpxml(guest))
    migrate(guest, source, target, *(["--persistent", "--undefinesource"] if persistent else []))
    wait_until(lambda: migration_id(target.dumpxml(guest)) not in ("", before),
               f"{target.name} renews the record of {guest.name}")
    if persistent:
        wait_until(lambda: elements(target.dumpxml(guest, *STORED)) == elements(target.dumpxml(guest)),
                   f"the persistent definition of {guest.name} on {target.name} is as it runs")


def wait_for_original(host: Host, guest: Guest, wanted: Elements, *flags: str) -> None:
    """The record of GUEST (of its persistent definition, with STORED) comes to say that its owner wrote WANTED."""
    wait_for(lambda: originals(host.dumpxml(guest, *flags)), wanted,
             f"the original of {guest.name} on {host.name} {' '.join(flags)}".rstrip())


def wait_for(look: Callable[[], object], wanted: object, what: str) -> None:
    """What LOOK sees becomes WANTED; where it does not, the difference is told."""
    try:
        wait_until(lambda: look() == wanted, what)
    except Late:
        same(look(), wanted, what)


def same_original(host: Host, guest: Guest, wanted: Elements, *flags: str) -> None:
    same(originals(host.dumpxml(guest, *flags)), wanted, f"the original of {guest.name} {' '.join(flags)}")


def same_elements(host: Host, guest: Guest, wanted: Elements, *flags: str) -> None:
    same(elements(host.dumpxml(guest, *flags)), wanted,
         f"the placement of {guest.name} on {host.name} {' '.join(flags)}")


def same_homes(host: Host, guest: Guest, wanted: dict[str, str], *flags: str) -> None:
    same(homes(host.dumpxml(guest, *flags)), wanted, f"where {guest.name} is at home, in its record on {host.name}")


def reload_policy(host: Host, text: str) -> None:
    """TEXT becomes the policy while the service runs."""
    before = host.ask("PolicyDigest")
    host.write(POLICY, text)
    host.pinshiftd.signal("HUP")
    wait_until(lambda: host.ask("PolicyDigest") != before, f"{host.name} has read its policy")


def look_again(host: Host) -> None:
    """The service of HOST looks at all its domains, and has written what it has to write about them."""
    witness = Guest("witness", emulatorpin="0-1")
    host.pinshiftd.stop()
    host.create(witness)
    host.pinshiftd.start()
    recorded(host, witness)
    # What it wrote for other guests may come behind that; what it writes now comes behind all.
    host.virsh("metadata", witness.name, RECORD, "--remove", "--live")
    recorded(host, witness)
    host.virsh("destroy", witness.name)
