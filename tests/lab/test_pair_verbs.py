# SPDX-License-Identifier: LGPL-2.1-or-later
"""What an administrator asks of pinshift by hand: adapt, adopt, forget, repin."""

from __future__ import annotations

from dataclasses import replace

from pinlab import Guest, Host, Result, wait_until, xml_without
from pinlab.away import (AT_HOSTA, RESERVE, SETTINGS, STORED, away, look_again, move, reload_policy, same_elements,
                         same_homes, same_original, wait_for, wait_for_original)
from pinlab.cases import Suite, expect, same, stage
from pinlab.element import actions, elements, has_record
from pinlab.trio import NO_HUGETLBFS, PINNED, TUNED, Trio, recorded
from pinlab.xml import without_record

verbs = Suite("verbs", lambda lab: Trio(lab, stage()))

SIDES = {"running": (), "stored": STORED}
AT_HOSTB = {setting: "hostb" for setting in SETTINGS if setting != "hugepages"}
PASSWORD = "<graphics type='vnc' port='-1' autoport='yes' passwd='open-it'/>"


def one_line(done: Result, *words: str) -> None:
    """It failed, and said why in one line that has WORDS."""
    same((done.rc, done.out), (1, ""), f"exit status and output\n{done}")
    lines = done.err.splitlines()
    same(len(lines), 1, f"lines on stderr\n{done}")
    for word in ("pinshift: ", *words):
        expect(word in lines[0], f"the line has {word!r}", done)


# adapt

@verbs.each("a guest {0} a record is adapted from a file, starts on the unlike host, and is whole at home",
            ["with", "without"])
def adapt_file(w: Trio, record: str) -> None:
    w.begin(TUNED)
    original = elements(w.a.dumpxml(TUNED))
    xml = w.a.dumpxml(TUNED, *STORED)
    w.a.virsh("destroy", TUNED.name)
    w.b.write("/tmp/guest.xml", xml if record == "with" else without_record(xml))
    done = w.b.virsh("create", "/tmp/guest.xml", check=False)
    expect(not done.ok and NO_HUGETLBFS in done.err, "libvirt alone does not start it", done)
    adapted = w.b.run("pinshift", "adapt", "/tmp/guest.xml").out
    w.b.virsh("create", "/dev/stdin", input=adapted)
    expect("hugepages" not in elements(w.b.dumpxml(TUNED)), "hugepages are stripped on hostb")
    same_original(w.b, TUNED, original)
    same_homes(w.b, TUNED, AT_HOSTA if record == "with" else {})
    move(TUNED, w.b, w.a)
    same_elements(w.a, TUNED, original)


@verbs.case("a defined guest is adapted with its password, and starts")
def adapt_domain(w: Trio) -> None:
    guest = replace(TUNED, extra_devices=PASSWORD)
    w.b.define(guest)
    before = xml_without(w.b.dumpxml(guest, *STORED))
    done = w.b.virsh("start", guest.name, check=False)
    expect(not done.ok and NO_HUGETLBFS in done.err, "libvirt alone does not start it", done)
    adapted = w.b.run("pinshift", "adapt", guest.name).out
    expect("passwd='open-it'" in adapted or 'passwd="open-it"' in adapted, "the password is there", adapted)
    same(xml_without(w.b.dumpxml(guest, *STORED)), before, "the definition, which adapt only reads")
    w.b.virsh("create", "/dev/stdin", input=adapted)
    expect("passwd='open-it'" in w.b.dumpxml(guest, "--security-info"), "the guest runs with its password")
    move(guest, w.b, w.a)
    same_elements(w.a, guest, elements(guest.xml()))


@verbs.case("XML from the standard input that fits is printed as it is")
def adapt_nothing(w: Trio) -> None:
    xml = PINNED.xml()
    done = w.b.run("pinshift", "adapt", "-", input=xml)
    same((done.out, done.err), (xml, ""), "what is printed")


@verbs.case("a guest that can't start as its policy wants is refused in one line")
def adapt_refused(w: Trio) -> None:
    guest = replace(PINNED, name="rt-1")
    with w.b.configured(policy=f"{RESERVE}[domain rt-*]\nvcpu-pins = keep; remap\n"):
        one_line(w.b.run("pinshift", "adapt", "-", input=guest.xml(), check=False), "vcpu-pins", "2", "1")
        expect(guest.uuid not in w.b.ask("Claims"), "nothing is claimed", w.b.ask("Claims"))


@verbs.case("what an adapted guest is to use is claimed until it runs")
def adapt_claims(w: Trio) -> None:
    w.a.run("pinshift", "adapt", "-", input=TUNED.xml())
    expect(TUNED.uuid in w.a.ask("Claims"), "there is a claim", w.a.ask("Claims"))
    w.a.create(TUNED)
    wait_until(lambda: TUNED.uuid not in w.a.ask("Claims"), "the claim ends when the guest runs")


# adopt

@verbs.case("the placement that is adopted away from home is the original from then on, there and at the old home")
def adopt(w: Trio) -> None:
    with away(w, TUNED, persistent=True):
        given = elements(w.b.dumpxml(TUNED))
        w.b.run("pinshift", "adopt", TUNED.name)
        for flags in SIDES.values():
            wait_for_original(w.b, TUNED, given, *flags)
            same_homes(w.b, TUNED, AT_HOSTB, *flags)
            same(actions(w.b.dumpxml(TUNED, *flags)), {}, "what was done to it")
        move(TUNED, w.b, w.a, persistent=True)
        for flags in SIDES.values():
            same_elements(w.a, TUNED, given, *flags)
            same_original(w.a, TUNED, given, *flags)
            same_homes(w.a, TUNED, AT_HOSTB, *flags)


# forget

def forgotten(host: Host, *guests: Guest) -> None:
    """Nothing of pinshift's is left of GUESTS, nor does it come back."""
    look_again(host)
    for guest in guests:
        for side, flags in SIDES.items():
            expect(not has_record(host.dumpxml(guest, *flags)), f"no record of {guest.name}, {side}, on {host.name}")
        kept = host.run("cat", f"/var/lib/pinshift/{guest.uuid}", check=False).out
        expect("setting" not in kept, f"nothing but that {guest.name} was forgotten is kept on {host.name}", kept)


FORGET = {"forget NAME": ("forget", TUNED.name), "forget UUID": ("forget", TUNED.uuid),
          "forget --all": ("forget", "--all")}


@verbs.each("`pinshift {0}` at home leaves nothing of pinshift, until the guest starts anew", FORGET)
def forget_home(w: Trio, how: str) -> None:
    w.a.define(TUNED)
    before = xml_without(w.a.dumpxml(TUNED, *STORED), record=False)
    w.a.virsh("start", TUNED.name)
    for flags in SIDES.values():
        wait_until(lambda: has_record(w.a.dumpxml(TUNED, *flags)), "the guest has a record")
    w.a.run("pinshift", *FORGET[how])
    same(xml_without(w.a.dumpxml(TUNED, *STORED), record=False), before, "the definition")
    forgotten(w.a, TUNED)
    w.a.virsh("destroy", TUNED.name)
    w.a.virsh("start", TUNED.name)
    recorded(w.a, TUNED)


@verbs.each("`pinshift {0}` away from home gives the definition its original, and leaves nothing of pinshift", FORGET)
def forget_away(w: Trio, how: str) -> None:
    w.a.define(TUNED)
    before = xml_without(w.a.dumpxml(TUNED, *STORED), record=False)
    with away(w, TUNED, persistent=True):
        given = elements(w.b.dumpxml(TUNED))
        w.b.run("pinshift", *FORGET[how])
        same(xml_without(w.b.dumpxml(TUNED, *STORED), record=False), before, "the definition")
        same_elements(w.b, TUNED, given)
        forgotten(w.b, TUNED)


@verbs.case("`pinshift forget --all` takes all guests, those that are shut off too")
def forget_all(w: Trio) -> None:
    off = Guest("off", emulatorpin="0-1")
    with away(w, TUNED, persistent=True):
        w.b.start(PINNED)
        w.b.start(off)
        for guest in (PINNED, off):
            wait_until(lambda: has_record(w.b.dumpxml(guest, *STORED)), f"{guest.name} has a record")
        w.b.virsh("destroy", off.name)
        w.b.run("pinshift", "forget", "--all")
        for guest in (TUNED, PINNED, off):
            same_elements(w.b, guest, elements(guest.xml()), *STORED)
        forgotten(w.b, TUNED, PINNED, off)


@verbs.case("a transient guest that misses something is forgotten only with --force")
def forget_transient(w: Trio) -> None:
    with away(w, TUNED) as original:
        before = w.b.dumpxml(TUNED)
        one_line(w.b.run("pinshift", "forget", TUNED.name, check=False), TUNED.name, "--force")
        same(w.b.dumpxml(TUNED), before, "the guest, and its record")
        same_original(w.b, TUNED, original)
        w.b.run("pinshift", "forget", TUNED.name, "--force")
        same(has_record(w.b.dumpxml(TUNED)), False, "whether it has a record")
        look_again(w.b)
        same(has_record(w.b.dumpxml(TUNED)), False, "whether it has a record after the service has looked again")


# repin

@verbs.case("`pinshift repin` gives back live what can be, and --dry-run changes nothing")
def repin(w: Trio) -> None:
    with away(w, TUNED) as original:
        reload_policy(w.b, "")
        before = w.b.dumpxml(TUNED)
        done = w.b.run("pinshift", "repin", "--dry-run", TUNED.name, check=False)
        expect("vcpu" in done.out, "it says what it would do", done)
        look_again(w.b)
        same(w.b.dumpxml(TUNED), before, "the guest, and its record, after --dry-run")
        w.b.run("pinshift", "repin", TUNED.name)
        back = {name: value for name, value in original.items() if name != "hugepages"}
        same_elements(w.b, TUNED, back)
        wait_for(lambda: actions(w.b.dumpxml(TUNED)), {"hugepages": "strip"}, "what is not kept")
        same_original(w.b, TUNED, original)
        move(TUNED, w.b, w.a)
        same_elements(w.a, TUNED, original)


@verbs.case("`pinshift repin` of a guest that has all its pins changes nothing")
def repin_nothing(w: Trio) -> None:
    w.begin(TUNED)
    before = w.a.dumpxml(TUNED)
    w.a.run("pinshift", "repin", TUNED.name)
    look_again(w.a)
    same(w.a.dumpxml(TUNED), before, "the guest, and its record")


@verbs.each("`pinshift {0}` of a guest that does not exist fails in one line", ["adapt", "adopt", "forget", "repin"])
def unknown(w: Trio, verb: str) -> None:
    one_line(w.a.run("pinshift", verb, "nobody", check=False), "nobody")
