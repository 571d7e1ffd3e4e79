# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is wrong with the input of a host gets one clear line or the documented fall-back."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable

from pinlab import RECORD, Guest, Result, migrate, placement
from pinlab.cases import Suite, expect, same, stage
from pinlab.trio import PINNED, TUNED, Trio, recorded, runs_only_on

inputs = Suite("input", lambda lab: Trio(lab, stage()))
MIB = 1024 * 1024
DTD = '<!DOCTYPE domain [<!ENTITY secret SYSTEM "file:///etc/shadow">]>\n'
OTHER = "11111111-2222-3333-4444-555555555555"


def with_dtd(xml: str) -> bytes:
    return (DTD + xml.replace(f"<name>{TUNED.name}", "<name>&secret;")).encode()


XML: dict[str, Callable[[str], bytes]] = {
    "nothing": lambda xml: b"",
    "no XML": lambda xml: b"hello\n",
    "XML that is cut off": lambda xml: xml.encode()[:len(xml) // 2],
    "XML of something else": lambda xml: b"<network><name>x</name></network>",
    "XML with a DTD": with_dtd,
    "XML of 5 MiB": lambda xml: xml.encode() + b"<!--" + b"x" * 5 * MIB + b"-->",
    "XML with NUL": lambda xml: xml.encode().replace(b"<vcpu", b"\0<vcpu"),
    "XML that is not UTF-8": lambda xml: xml.encode().replace(TUNED.name.encode(), b"\xff\xfe", 1),
    "XML a thousand elements deep": lambda xml: b"<a>" * 1000 + b"</a>" * 1000,
}


def unharmed(w: Trio, pid: int | None) -> None:
    expect(w.b.pinshiftd.alive, "pinshiftd runs")
    same(w.b.pinshiftd.pid, pid, "the process id of pinshiftd")


def spoken(w: Trio, done: Result) -> list[str]:
    """What the hook and the service said about it: stderr and the logs."""
    return [line for line in (done.err + w.b.said()).splitlines() if "pinshift" in line]


def arriving(w: Trio) -> str:
    w.begin(TUNED)
    return w.a.dumpxml(TUNED, "--migratable", "--security-info")


@inputs.each("{0} on the hook's stdin is passed as it is, with a line in the log", XML)
def broken(w: Trio, kind: str) -> None:
    xml = XML[kind](arriving(w))
    pid = w.b.pinshiftd.pid
    done = w.b.hook(TUNED.name, "migrate", xml)
    same((done.rc, done.out), (0, ""), f"exit status and output\n{done}")
    expect(spoken(w, done), "something is said", done, w.b.said())
    expect("root:" not in w.b.said(), "nothing of the machine's files is said", w.b.said())
    unharmed(w, pid)


@inputs.each("{0} on the hook's stdin is refused in one line where on-failure = refuse", XML)
def broken_refused(w: Trio, kind: str) -> None:
    xml = XML[kind](arriving(w))
    pid = w.b.pinshiftd.pid
    with w.b.configured(hook="on-failure = refuse\n"):
        done = w.b.hook(TUNED.name, "migrate", xml)
    same((done.rc, done.out), (1, ""), f"exit status and output\n{done}")
    same(len(done.err.splitlines()), 1, f"lines on stderr\n{done}")
    expect(done.err.startswith("pinshift: "), "the line is pinshift's", done)
    unharmed(w, pid)


# Records that are not to be believed. Each is made of a true one.

def another_guest(record: str) -> str:
    return record.replace(TUNED.uuid, OTHER)


def forged(record: str) -> str:
    """CPUs that no host has, and an element that no record has."""
    masks = re.sub(r"cpuset=(['\"]).*?\1", "cpuset='99999999'", record)
    return masks.replace("</pinshift:record>", "<pinshift:emulator>/tmp/x</pinshift:emulator></pinshift:record>")


def oversized(record: str) -> str:
    homes = "".join(f"<pinshift:home id='{n}' name='elsewhere'/>" for n in range(1, 3000))
    return record.replace("</pinshift:record>", f"{homes}</pinshift:record>")


def empty(_record: str) -> str:
    return f"<pinshift:record xmlns:pinshift='{RECORD}'></pinshift:record>"


FORGERIES = {"of another guest": another_guest, "that is forged": forged, "that is oversized": oversized,
             "that has nothing in it": empty}
ELEMENT = re.compile(r"<pinshift:record.*?</pinshift:record>", re.S)


@inputs.each("a record {0} is dropped with a warning, and the present placement counts", FORGERIES)
def records(w: Trio, kind: str) -> None:
    """Arrives with pages and a pin to CPU 0; the record, if it were believed, would say otherwise."""
    present = arriving(w)
    record = ELEMENT.search(present)
    assert record, present
    bad = FORGERIES[kind](record[0])
    expect(bad != record[0], "the record is another", record[0])
    pid = w.b.pinshiftd.pid
    done = w.b.hook(TUNED.name, "migrate", present.replace(record[0], bad))
    same((done.rc, done.err), (0, ""), "exit status and stderr")
    expect(done.out, "the XML is adapted")
    same(ET.fromstring(done.out).find("memoryBacking/hugepages"), None, "hugepages in it")
    written = ELEMENT.search(done.out)
    for word in (OTHER, "99999999", "/tmp/x"):
        expect(word not in (written[0] if written else ""), f"the new record has no {word}", done.out)
    expect("hugepages" in (written[0] if written else ""), "the original is what the guest had", done.out)
    expect(any("record" in line for line in w.b.said().splitlines()), "a warning is logged", w.b.said())
    unharmed(w, pid)


@inputs.case("a record of another guest never becomes this guest's original, all the way")
def foreign(w: Trio) -> None:
    w.begin(PINNED)
    theirs = ELEMENT.search(w.a.dumpxml(PINNED))
    assert theirs
    w.a.virsh("destroy", PINNED.name)  # It would own CPUs that the other may not share.
    thief = Guest("thief", vcpupin={0: "0-1"}, metadata=theirs[0].replace(
        "<pinshift:record", f"<pinshift:record xmlns:pinshift='{RECORD}'", 1)
        if "xmlns:pinshift" not in theirs[0] else theirs[0])
    w.a.create(thief)
    recorded(w.a, thief)
    original = placement(w.a, thief)
    migrate(thief, w.a, w.b)
    migrate(thief, w.b, w.a)
    same(placement(w.a, thief), original, "the placement at home")


# The policy

BAD_POLICIES = {
    "an unknown key": ("[fit]\nvcpu-pinz = keep\n", "vcpu-pinz", 2),
    "an unknown section": ("[fit]\nthreads = home\n[fitt]\nthreads = home\n", "fitt", 3),
    "a bad value": ("[reserve]\n\ncpus = 0-x\n", "cpus", 3),
}


@inputs.each("`pinshift config check` names file and line of {0} in the policy", BAD_POLICIES)
def check(w: Trio, kind: str) -> None:
    text, word, line = BAD_POLICIES[kind]
    with w.b.configured(policy=text, load=False):
        done = w.b.run("pinshift", "config", "check", check=False)
        same(done.rc != 0, True, f"it fails\n{done}")
        same(len((done.out + done.err).strip().splitlines()), 1, f"lines\n{done}")
        for part in ("/etc/pinshift/pinshift.conf", str(line), word):
            expect(part in done.out + done.err, f"it names {part}", done)


@inputs.case("a policy that goes bad leaves the last good one in force, and says so")
def last_good(w: Trio) -> None:
    w.begin(TUNED)
    with w.b.configured(policy="[reserve]\ncpus = 0\n"):
        pid = w.b.pinshiftd.pid
        w.b.write("/etc/pinshift/pinshift.conf", BAD_POLICIES["an unknown key"][0])
        w.b.pinshiftd.signal("HUP")
        w.b.wait_for_log("pinshift.conf")
        unharmed(w, pid)
        migrate(TUNED, w.a, w.b)
        runs_only_on(w.b, TUNED, w.a)
        expect("cpuset='0'" not in placement(w.b, TUNED).get("cputune", ""), "CPU 0 is still reserved",
               placement(w.b, TUNED))
