# SPDX-License-Identifier: LGPL-2.1-or-later
"""Migrations that end badly: the guest runs on as it was, nothing stays claimed, and a second try works."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pinlab import RECORD, Guest, Host, Lab, migrate, placement, wait_until, xml_without
from pinlab.cases import Suite, expect, same, stage
from pinlab.trio import PINNED, TUNED, Trio, runs_only_on
from pinlab.underway import (BALLAST, REFUSING, SLOW, Underway, held, laden, load, other_hook,
                             wait_for_held)

LADEN = laden(TUNED)
STORED = ("--inactive",)


class Aborts(Trio):
    def __init__(self, lab: Lab) -> None:
        super().__init__(lab, stage())
        for host in (self.a, self.b):
            load(host)


aborts = Suite("aborts", Aborts)


@dataclass(frozen=True)
class Before:
    """A guest on hosta as it was before it was to leave."""

    xml: str
    stored: str
    pid: int


def begin(w: Trio, persistent: bool = False) -> Before:
    w.begin(LADEN, persistent)
    if persistent:
        wait_until(lambda: RECORD in w.a.dumpxml(LADEN, *STORED), "the definition has a record")
    return Before(full_xml(w.a), full_xml(w.a, *STORED), w.a.qemu_pid(LADEN.name))


def full_xml(host: Host, *flags: str) -> str:
    """With the record. A transient guest has no definition: libvirt then shows what it would be."""
    return xml_without(host.dumpxml(LADEN, *(flags or ("--migratable",))), record=False)


def processes(host: Host, guest: Guest) -> int:
    """How many QEMUs the host has for GUEST."""
    done = host.run("sh", "-c", 'grep -lae "guest=$1" /proc/[0-9]*/cmdline 2>/dev/null | '
                    'while read file; do readlink "${file%cmdline}exe"; done | grep -c qemu', "sh",
                    guest.name, check=False)
    return int(done.out)


def unclaimed(*hosts: Host) -> None:
    """Long before a lease would end: somebody has said that the guest does not come."""
    for host in hosts:
        wait_until(lambda: LADEN.uuid not in host.ask("Claims"), f"nothing is claimed on {host.name}")


def unharmed(w: Trio, before: Before) -> None:
    wait_until(lambda: w.a.state(LADEN) == "running", "the guest runs on hosta")
    wait_until(lambda: w.b.state(LADEN) == "none", "hostb has given up, and keeps no definition")
    wait_until(lambda: processes(w.b, LADEN) == 0, "no QEMU is left on hostb")
    runs_only_on(w.a, LADEN, w.b)
    same((processes(w.a, LADEN), w.a.qemu_pid(LADEN.name)), (1, before.pid), "its one QEMU on hosta")
    same(full_xml(w.a), before.xml, "its XML, and the record in it")
    same(full_xml(w.a, *STORED), before.stored, "its definition, and the record in that")


def arrived(w: Trio) -> None:
    runs_only_on(w.b, LADEN, w.a)
    same((processes(w.a, LADEN), processes(w.b, LADEN)), (0, 1), "how many QEMUs each host has")
    expect("memoryBacking" not in placement(w.b, LADEN), "hugepages are stripped on hostb")
    unclaimed(w.a, w.b)


def second_try(w: Trio) -> None:
    migrate(LADEN, w.a, w.b)
    arrived(w)


def streaming(w: Trio, *flags: str, live: bool = True) -> Underway:
    under = Underway(LADEN, w.a, w.b, *flags, *SLOW, live=live)
    under.wait_for_stream()
    expect(LADEN.uuid in w.b.ask("Claims"), "its place on hostb is claimed", w.b.ask("Claims"))
    return under


def fails(w: Trio, under: Underway, before: Before) -> None:
    under.end()
    unharmed(w, before)
    unclaimed(w.a, w.b)
    second_try(w)


def arrives(w: Trio) -> None:
    wait_until(lambda: w.b.state(LADEN) == "running" and w.a.state(LADEN) in ("none", "shut off"),
               "the guest runs on hostb")
    arrived(w)


def lease_end(w: Trio) -> int:
    """When the lease of the claim on hostb ends, in ms."""
    lines = w.b.read("/run/pinshift/claims").splitlines()
    found = [line.split("\t")[1] for line in lines if line.startswith(f"{LADEN.uuid}\t")]
    return int(found[0]) if found else 0


# What happens

def job_aborted(w: Trio, _under: Underway) -> None:
    w.a.virsh("domjobabort", "--domain", LADEN.name)


def source_service_killed(w: Trio, under: Underway) -> None:
    """What comes back does not take the guest that could not leave for one that has arrived."""
    w.a.pinshiftd.stop("KILL")
    w.a.start_product()
    job_aborted(w, under)


def client_killed(_w: Trio, under: Underway) -> None:
    under.stop("KILL")


def source_killed(w: Trio, _under: Underway) -> None:
    w.a.libvirtd.stop("KILL")
    w.a.libvirtd.start()


def target_killed(w: Trio, _under: Underway) -> None:
    w.b.libvirtd.stop("KILL")
    w.b.libvirtd.start()


def qemu_killed(w: Trio, _under: Underway) -> None:
    w.b.run("kill", "-KILL", str(w.b.qemu_pid(LADEN.name)))


def service_killed(w: Trio) -> None:
    """The claim is in /run."""
    w.b.pinshiftd.stop("KILL")
    w.b.start_product()
    expect(LADEN.uuid in w.b.ask("Claims"), "the claim is there after a restart", w.b.ask("Claims"))


Happening = Callable[[Trio, Underway], None]
STREAM: dict[str, tuple[Happening, bool]] = {
    "virsh domjobabort": (job_aborted, False),
    "virsh domjobabort, p2p": (job_aborted, True),
    "the client is killed": (client_killed, False),
    "the source's libvirtd is killed": (source_killed, False),
    "the source's libvirtd is killed, p2p": (source_killed, True),
    "the destination's QEMU is killed": (qemu_killed, False),
    "the destination's QEMU is killed, p2p": (qemu_killed, True),
    "the destination's libvirtd is killed": (target_killed, False),
    "the destination's libvirtd is killed, p2p": (target_killed, True),
}
PHASES = ("prepare begin", "start begin")


@aborts.each("in the stream: {0}", STREAM)
def in_the_stream(w: Trio, what: str) -> None:
    happens, p2p = STREAM[what]
    before = begin(w, persistent=True)
    under = streaming(w, "--persistent", "--undefinesource", *(["--p2p"] if p2p else []))
    happens(w, under)
    fails(w, under, before)


PAUSED: dict[str, Happening] = {
    "virsh domjobabort": job_aborted,
    "the source's pinshiftd is killed, then virsh domjobabort": source_service_killed,
    "the source's libvirtd is killed": source_killed,
}


@aborts.each("in the stream, paused for it: {0}", PAUSED)
def paused_for_it(w: Trio, what: str) -> None:
    """The source hears of a guest that resumes from a migration, as a destination does of one that arrives."""
    before = begin(w, persistent=True)
    under = streaming(w, live=False)
    same(w.a.state(LADEN), "paused", "the guest on hosta")
    PAUSED[what](w, under)
    fails(w, under, before)


@aborts.case("in the stream, paused for it: what is its own at the source stays so, whatever comes")
def still_at_home(w: Trio) -> None:
    before = begin(w)
    under = streaming(w, live=False)
    w.a.pinshiftd.stop("KILL")
    w.a.start_product()
    wait_until(lambda: LADEN.name in w.a.run("pinshift", "status", check=False).out, "the service knows it")
    done = w.a.hook(PINNED.name, "migrate", PINNED.xml())
    expect(not done.ok or done.out, "another guest does not get the same CPUs", done)
    job_aborted(w, under)
    fails(w, under, before)


@aborts.each("{0}: the client is killed", PHASES)
def before_the_stream(w: Trio, phase: str) -> None:
    before = begin(w)
    with held(w.b, phase):
        under = Underway(LADEN, w.a, w.b)
        wait_for_held(w.b)
        client_killed(w, under)
    fails(w, under, before)


@aborts.case("in the stream: a client that is killed does not stop it, p2p")
def client_of_peers(w: Trio) -> None:
    begin(w)
    under = streaming(w, "--p2p")
    client_killed(w, under)
    under.hurry()
    arrives(w)


@aborts.case("QEMU on the destination does not start")
def no_start(w: Trio) -> None:
    before = begin(w)
    w.b.run("mv", BALLAST, f"{BALLAST}.away")
    try:
        done = migrate(LADEN, w.a, w.b, check=False)
    finally:
        w.b.run("mv", f"{BALLAST}.away", BALLAST)
    expect(not done.ok and BALLAST in done.err, "QEMU misses its file", done)
    unharmed(w, before)
    unclaimed(w.a, w.b)
    second_try(w)


# libvirt says nothing of these: the claim stays until its lease ends, and a second try may have it.

@aborts.each("{0}: the destination's libvirtd is killed", PHASES)
def before_there_is_a_domain(w: Trio, phase: str) -> None:
    before = begin(w)
    with held(w.b, phase):
        under = Underway(LADEN, w.a, w.b)
        wait_for_held(w.b)
        target_killed(w, under)
    under.end()
    unharmed(w, before)
    second_try(w)


@aborts.case("another guest of that name runs on the destination")
def same_name(w: Trio) -> None:
    before = begin(w)
    other = Guest(LADEN.name)
    w.b.create(other)
    done = migrate(LADEN, w.a, w.b, check=False)
    expect(not done.ok and "already exists" in done.err, "libvirt refuses after the hook", done)
    same(w.b.virsh("domuuid", "--domain", other.name).out.strip(), other.uuid, "who runs on hostb")
    w.b.virsh("destroy", other.name)
    unharmed(w, before)
    second_try(w)


@aborts.case("a hook after ours refuses")
def other_refuses(w: Trio) -> None:
    before = begin(w)
    with other_hook(w.b, REFUSING, "migrate begin"):
        done = migrate(LADEN, w.a, w.b, check=False)
    expect(not done.ok and "another hook says no" in done.err, "virsh has its words", done)
    unharmed(w, before)
    second_try(w)


# The service ends and comes back

@aborts.case("pinshiftd is killed before prepare: the claim holds, the guest arrives")
def service_before_prepare(w: Trio) -> None:
    begin(w)
    with held(w.b, "migrate begin"):
        Underway(LADEN, w.a, w.b)
        wait_for_held(w.b)
        service_killed(w)
    arrives(w)


@aborts.case("in the stream: pinshiftd is killed: the claim holds, the guest arrives")
def service_in_the_stream(w: Trio) -> None:
    begin(w)
    under = streaming(w)
    service_killed(w)
    under.hurry()
    arrives(w)


@aborts.case("pinshiftd is away when the guest arrives: the definition is adapted all the same")
def service_away(w: Trio) -> None:
    begin(w, persistent=True)
    original = placement(w.a, LADEN, *STORED)
    adapted = {part: text for part, text in original.items() if part != "memoryBacking"}
    under = streaming(w, "--persistent", "--undefinesource")
    pid = w.b.pinshiftd.pid
    w.b.pinshiftd.signal("STOP")
    under.hurry()
    said = under.end()
    expect(said.ok, "the guest arrives", said)
    w.b.run("kill", "-KILL", str(pid))
    wait_until(lambda: not w.b.alive(pid), "pinshiftd ends")
    same(placement(w.b, LADEN, *STORED), original, "the definition that the source had")
    w.b.start_product()
    wait_until(lambda: placement(w.b, LADEN, *STORED) == adapted, "the definition is adapted")
    arrives(w)


@aborts.case("a guest that is being received has its lease renewed")
def renewed(w: Trio) -> None:
    begin(w)
    with held(w.b, "start begin"):
        under = Underway(LADEN, w.a, w.b, *SLOW)
        wait_for_held(w.b)
        claimed = lease_end(w)
    under.wait_for_stream()
    wait_until(lambda: lease_end(w) > claimed, "the lease is renewed when the guest is there")
    once = lease_end(w)
    service_killed(w)
    wait_until(lambda: lease_end(w) > once, "the lease is renewed by those who look")
    under.hurry()
    arrives(w)
