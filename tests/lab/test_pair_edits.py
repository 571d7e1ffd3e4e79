# SPDX-License-Identifier: LGPL-2.1-or-later
"""What owners edit, wherever their guest is, becomes original; what pinshift or libvirt did to it never does."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from pinlab import Guest, Host, wait_until
from pinlab.away import (AT_HOSTA, RESERVE, STORED, away, look_again, move, reload_policy, same_elements, same_homes,
                         same_original, wait_for, wait_for_original)
from pinlab.cases import Suite, Wrong, expect, same, stage
from pinlab.element import Elements, elements, givens, has_record, homes, is_intent, originals
from pinlab.fault import stopped
from pinlab.migrate import uri
from pinlab.piece import Piece
from pinlab.trio import TUNED, Trio, recorded
from pinlab.xml import RECORD, without_record

edits = Suite("edits", lambda lab: Trio(lab, stage()))

# What an administrator types, the element that it is about, and what that says then: neither what the owner wrote
# (vCPUs on 0 and 1, the emulator on 0-1, the I/O thread on 1) nor what a host without CPU 0 gives instead (all on 1).
PINS = {
    "vcpupin": (["1", "0"], "vcpupin 1", "0", "vcpu-pins"),
    "emulatorpin": (["0"], "emulatorpin", "0", "emulator-pins"),
    "iothreadpin": (["1", "0"], "iothreadpin 1", "0", "iothread-pins"),
}
SIDES = {"runs": (), "is defined": STORED}


def type_pin(host: Host, verb: str, *flags: str) -> Elements:
    """What it makes of the placement."""
    arguments, element, mask, _ = PINS[verb]
    host.virsh(verb, TUNED.name, *arguments, *flags)
    return {element: mask}


def home_of(verb: str) -> dict[str, str]:
    """Where settings are at home after an edit on hostb: what has something left of hosta's stays there."""
    return AT_HOSTA if verb == "vcpupin" else {**AT_HOSTA, PINS[verb][3]: "hostb"}


# While the guest is away

@edits.each("`virsh {0} --live` away from home makes just that element original, at home too", PINS)
def live(w: Trio, verb: str) -> None:
    with away(w, TUNED) as original:
        wanted = original | type_pin(w.b, verb, "--live")
        wait_for_original(w.b, TUNED, wanted)
        same_homes(w.b, TUNED, home_of(verb))
        move(TUNED, w.b, w.a)
        same_elements(w.a, TUNED, wanted)
        same_original(w.a, TUNED, wanted)


@edits.each("`virsh {0} --config` away from home makes just that element of the definition original", PINS)
def config(w: Trio, verb: str) -> None:
    with away(w, TUNED, persistent=True) as original:
        wanted = original | type_pin(w.b, verb, "--config")
        w.b.pinshiftd.restart()
        wait_for_original(w.b, TUNED, wanted, *STORED)
        same_homes(w.b, TUNED, home_of(verb), *STORED)
        same_original(w.b, TUNED, original)
        go_home(w, TUNED, original, wanted)


def go_home(w: Trio, guest: Guest, live_wanted: Elements, stored_wanted: Elements) -> None:
    """The guest moves home with its definition, and each of them gets what its owner wrote for it."""
    w.b.virsh("migrate", "--live", "--persistent", "--undefinesource", guest.name, uri(w.a))
    wait_for(lambda: elements(w.a.dumpxml(guest)), live_wanted, f"the placement of {guest.name} at home")
    wait_for(lambda: elements(w.a.dumpxml(guest, *STORED)), stored_wanted,
             f"the placement in the definition of {guest.name} at home")
    same_original(w.a, guest, stored_wanted, *STORED)


@edits.case("`virsh vcpupin` of both vCPUs away from home makes that host the home of the pins")
def all_of_a_setting(w: Trio) -> None:
    with away(w, TUNED) as original:
        w.b.virsh("vcpupin", TUNED.name, "0", "0-1", "--live")
        w.b.virsh("vcpupin", TUNED.name, "1", "0-1", "--live")
        wanted = original | {"vcpupin 0": "0-1", "vcpupin 1": "0-1"}
        wait_for_original(w.b, TUNED, wanted)
        same_homes(w.b, TUNED, AT_HOSTA | {"vcpu-pins": "hostb"})
        move(TUNED, w.b, w.a)
        same_elements(w.a, TUNED, wanted)


def virsh_edit(host: Host, script: str) -> None:
    """SCRIPT, sed's, is what the administrator does in the editor."""
    before = elements(host.dumpxml(TUNED, *STORED))
    host.run("env", f'EDITOR=sed -i "{script}"', "virsh", "-q", "edit", TUNED.name)
    expect(elements(host.dumpxml(TUNED, *STORED)) != before, "the definition has been edited", before)


@edits.case("`virsh edit` of the definition away from home makes just the edited element original")
def edit(w: Trio) -> None:
    with away(w, TUNED, persistent=True) as original:
        virsh_edit(w.b, "s/<emulatorpin cpuset='1'/<emulatorpin cpuset='0'/")
        wanted = original | {"emulatorpin": "0"}
        wait_for_original(w.b, TUNED, wanted, *STORED)
        same_original(w.b, TUNED, original)
        go_home(w, TUNED, original, wanted)


@edits.case("an element that is taken out of the definition away from home is taken out of the original")
def removed(w: Trio) -> None:
    with away(w, TUNED, persistent=True) as original:
        virsh_edit(w.b, "/<emulatorpin/d")
        wanted = {name: value for name, value in original.items() if name != "emulatorpin"}
        wait_for_original(w.b, TUNED, wanted, *STORED)
        go_home(w, TUNED, original, wanted)


# Definitions that have lost their record

def tuned(xml: str, element: str, mask: str) -> str:
    return re.sub(rf"<{element} cpuset=(['\"]).*?\1", f"<{element} cpuset='{mask}'", xml)


# What the template is made of: the owner's own, or what hostb has; and what it says of the emulator.
TEMPLATES: dict[str, tuple[str, str | None]] = {
    "as its owner wrote it": ("own", None),
    "as it was adapted": ("adapted", None),
    "as its owner wrote it, with one edit": ("own", "0"),
    "as it was adapted, with one edit": ("adapted", "0"),
}


@edits.each("`virsh define` from a template without a record, {0}, gives back the record", TEMPLATES)
def template(w: Trio, kind: str) -> None:
    base, mask = TEMPLATES[kind]
    with away(w, TUNED, persistent=True) as original:
        xml = TUNED.xml() if base == "own" else without_record(w.b.dumpxml(TUNED, *STORED))
        wanted = original | ({"emulatorpin": mask} if mask else {})
        w.b.virsh("define", "/dev/stdin", input=tuned(xml, "emulatorpin", mask) if mask else xml)
        wait_for_original(w.b, TUNED, wanted, *STORED)
        same_homes(w.b, TUNED, home_of("emulatorpin") if mask else AT_HOSTA, *STORED)
        same_original(w.b, TUNED, original)
        go_home(w, TUNED, original, wanted)


@edits.each("`virsh define` of a guest that is shut off, {0}, gives back the record", TEMPLATES)
def template_off(w: Trio, kind: str) -> None:
    base, mask = TEMPLATES[kind]
    with away(w, TUNED, persistent=True) as original:
        xml = TUNED.xml() if base == "own" else without_record(w.b.dumpxml(TUNED, *STORED))
        wanted = original | ({"emulatorpin": mask} if mask else {})
        w.b.virsh("destroy", TUNED.name)
        w.b.virsh("define", "/dev/stdin", input=tuned(xml, "emulatorpin", mask) if mask else xml)
        wait_for_original(w.b, TUNED, wanted, *STORED)


@edits.case("a definition from a template for another placement altogether stays what it says")
def template_other(w: Trio) -> None:
    other = replace(TUNED, hugepages=1048576, vcpupin={0: "0-1", 1: "0"}, emulatorpin="0", iothreadpin={1: "0"})
    with away(w, TUNED, persistent=True):
        w.b.virsh("define", "/dev/stdin", input=other.xml())
        look_again(w.b)
        stored = w.b.dumpxml(TUNED, *STORED)
        same(originals(stored), elements(stored) if has_record(stored) else {}, "the original of the definition")


@edits.case("`virsh metadata --remove` does not lose the record, and the guest comes home as it was")
def metadata_removed(w: Trio) -> None:
    with away(w, TUNED) as original:
        given = givens(w.b.dumpxml(TUNED))
        w.b.virsh("metadata", TUNED.name, RECORD, "--remove", "--live")
        wait_for_original(w.b, TUNED, original)
        same(givens(w.b.dumpxml(TUNED)), given, "what the record says was given instead")
        same_homes(w.b, TUNED, AT_HOSTA)
        move(TUNED, w.b, w.a)
        same_elements(w.a, TUNED, original)


@edits.case("`virsh metadata --remove --config` does not lose the record of the definition")
def stored_metadata_removed(w: Trio) -> None:
    with away(w, TUNED, persistent=True) as original:
        w.b.virsh("metadata", TUNED.name, RECORD, "--remove", "--config")
        look_again(w.b)
        wait_for_original(w.b, TUNED, original, *STORED)
        go_home(w, TUNED, original, original)


# Migrations that have lost the record

def move_without_record(guest: Guest, source: Host, target: Host) -> None:
    source.write("/tmp/without.xml", without_record(source.dumpxml(guest, "--migratable", "--security-info")))
    source.virsh("migrate", "--live", "--xml", "/tmp/without.xml", guest.name, uri(target))
    recorded(target, guest)


@edits.case("`virsh migrate --xml` home without the record gives back the original")
def xml_home(w: Trio) -> None:
    with away(w, TUNED) as original:
        move_without_record(TUNED, w.b, w.a)
        same_elements(w.a, TUNED, original)
        wait_for_original(w.a, TUNED, original)
        same_homes(w.a, TUNED, AT_HOSTA)


@edits.case("`virsh migrate --xml` away without the record does not lose the original, nor its home")
def xml_away(w: Trio) -> None:
    with w.b.configured(policy=RESERVE):
        w.begin(TUNED)
        original = elements(w.a.dumpxml(TUNED))
        move_without_record(TUNED, w.a, w.b)
        wait_for_original(w.b, TUNED, original)
        same_homes(w.b, TUNED, {})
        move(TUNED, w.b, w.a)
        same_elements(w.a, TUNED, original)
        wait_for(lambda: homes(w.a.dumpxml(TUNED)), AT_HOSTA, "where the settings are at home")


# At home, and while nobody looks

@edits.each("`virsh {0}` at home becomes original at home, also in the record on the next host", PINS)
def at_home(w: Trio, verb: str) -> None:
    w.begin(TUNED, persistent=True)
    wanted = elements(w.a.dumpxml(TUNED)) | type_pin(w.a, verb, "--live", "--config")
    wait_for_original(w.a, TUNED, wanted)
    w.a.pinshiftd.restart()
    wait_for_original(w.a, TUNED, wanted, *STORED)
    for flags in SIDES.values():
        same_homes(w.a, TUNED, AT_HOSTA, *flags)
    with w.b.configured(policy=RESERVE):
        move(TUNED, w.a, w.b, persistent=True)
        for flags in SIDES.values():
            same_original(w.b, TUNED, wanted, *flags)
            same_homes(w.b, TUNED, AT_HOSTA, *flags)
        go_home(w, TUNED, wanted, wanted)


@edits.each("`virsh {0}` while the service is stopped, away from home, makes just that element original", PINS)
def unseen(w: Trio, verb: str) -> None:
    with away(w, TUNED, persistent=True) as original:
        with stopped(w.b):
            wanted = original | type_pin(w.b, verb, "--live", "--config")
        for flags in SIDES.values():
            wait_for_original(w.b, TUNED, wanted, *flags)
            same_homes(w.b, TUNED, home_of(verb), *flags)
        go_home(w, TUNED, wanted, wanted)


@edits.case("nothing that nobody edited becomes original, however often the service looks")
def looked_at(w: Trio) -> None:
    with away(w, TUNED, persistent=True) as original:
        before = [w.b.dumpxml(TUNED, *flags) for flags in SIDES.values()]
        for _ in range(3):
            look_again(w.b)
        same([w.b.dumpxml(TUNED, *flags) for flags in SIDES.values()], before, "the XML of both sides")
        go_home(w, TUNED, original, original)


# What pinshift itself was doing when it died

VCPUS = 32
MANY = Guest("many", vcpus=VCPUS, vcpupin={n: str(1 - n % 2) for n in range(VCPUS)}, emulatorpin="0-1")
OWNER = Guest("owner", vcpus=1, vcpupin={0: "1"})
TRIES = 5
# Ends PID ($2) at the first vCPU that is pinned; the log tells that it listens.
KILL_AT_FIRST_PIN = """
stdbuf -oL virsh -q -c qemu:///system event --domain "$1" --event tunable --loop |
  tee /var/log/pins | { grep -q -m 1 vcpupin; kill -KILL "$2"; }
"""
# What makes the service move vCPUs that all run on CPU 1. A resident makes it move to CPU 0 even those that their owner
# wrote on CPU 1: those are then neither as written nor as they were given.
CAUSES: dict[str, Callable[[Host], object]] = {
    "given back by `pinshift repin`": lambda host: host.run("pinshift", "repin", MANY.name, check=False),
    "moved out of a resident's way": lambda host: host.create(OWNER),
}


@contextmanager
def half_moved(w: Trio, cause: str) -> Iterator[Elements]:
    """Within, MANY is on hostb and its service was killed while it moved the vCPUs, one by one.

    Yields its original.
    """
    for _ in range(TRIES):
        with away(w, MANY) as original:
            reload_policy(w.b, "")
            kill_at_first_pin(w.b, CAUSES[cause])
            if is_mix(w.b.dumpxml(MANY), cause):
                yield original
                return
        w.clean()
    raise Wrong(f"not so: within {TRIES} attempts the service is killed between two pins")


def kill_at_first_pin(host: Host, cause: Callable[[Host], object]) -> None:
    pid = host.pinshiftd.pid
    assert pid
    killer = Piece(host, "killer", ["sh", "-c", KILL_AT_FIRST_PIN, "sh", MANY.name, str(pid)])
    host.write("/var/log/pins", "")
    killer.start()
    try:
        wait_until(lambda: seen_by(host), "libvirt tells of pins")
        cause(host)
        wait_until(lambda: not host.alive(pid), "the service has moved a vCPU, and is killed")
    finally:
        host.run("kill", "-KILL", f"-{killer.pid}", check=False)


def seen_by(host: Host) -> bool:
    """Pins the emulator to where it is: an event, and no change."""
    host.virsh("emulatorpin", MANY.name, "1", "--live")
    return "emulatorpin" in host.read("/var/log/pins")


def is_mix(xml: str, cause: str) -> bool:
    """Whether some of the vCPUs that were to go to CPU 0 are there, and some are not."""
    present = elements(xml)
    masks = [present[f"vcpupin {n}"] for n in range(VCPUS) if cause == "moved out of a resident's way" or n % 2]
    return is_intent(xml) and "0" in masks and "1" in masks


@edits.each("pins that were half {0} when the service was killed are never taken for the owner's", CAUSES)
def half(w: Trio, cause: str) -> None:
    with half_moved(w, cause) as original:
        w.b.pinshiftd.start()
        wait_until(lambda: not is_intent(w.b.dumpxml(MANY)), "the service makes an end of it")
        same_original(w.b, MANY, original)
        same_homes(w.b, MANY, {"vcpu-pins": "hosta", "emulator-pins": "hosta"})
        look_again(w.b)
        same_original(w.b, MANY, original)
        move(MANY, w.b, w.a)
        same_elements(w.a, MANY, original)


@edits.each("an owner's edit among pins that were half {0} is taken as his, and only that", CAUSES)
def half_and_edited(w: Trio, cause: str) -> None:
    with half_moved(w, cause) as original:
        w.b.virsh("vcpupin", MANY.name, "2", "0-1", "--live")
        wanted = original | {"vcpupin 2": "0-1"}
        w.b.pinshiftd.start()
        wait_for_original(w.b, MANY, wanted)
        wait_until(lambda: not is_intent(w.b.dumpxml(MANY)), "the service makes an end of it")
        same_original(w.b, MANY, wanted)
        move(MANY, w.b, w.a)
        same_elements(w.a, MANY, wanted)
