# SPDX-License-Identifier: LGPL-2.1-or-later
"""The doctor of two hosts finds nothing where nothing is wrong, and of each ailment just that, with its remedy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pinlab import Guest, ailment, fault
from pinlab.ailment import Ailment
from pinlab.breaking import covered, defined, pretending, running, together, without_libvirtd
from pinlab.cases import Suite, expect, same
from pinlab.piece import Piece
from pinlab.pki import Authority
from pinlab.wait import wait_until
from pinlab.ward import Ward, doctor, shown

ward = Suite("ward", Ward)

A, B, PAIR = "hosta", "hostb", "hosta and hostb"
THERE, BACK = "hosta to hostb", "hostb to hosta"
NOTE, WARN, FAIL = "NOTE", "WARN", "FAIL"
MANY = ("many",)


@dataclass(frozen=True)
class Way:
    """How something is wrong, and which check finds that, of whom; WORDS are in its reason and remedy.

    ASKED: what the doctor is asked about. UNSEEN: other checks that it leaves nothing to look at.
    """

    make: Callable[[Ward], Ailment]
    level: str
    check: str
    subject: str
    words: tuple[str, ...]
    asked: tuple[str, ...] = (B,)
    unseen: tuple[str, ...] = ()


WAYS: dict[str, Way] = {
    # The hook, and who may be in its way.
    "the hook is absent": Way(
        lambda w: ailment.no_hook(w.a), FAIL, "hook-present", A, ("60-pinshift", "ln -s"), unseen=("hook-executable", "hook-known")),
    "the hook leads to nothing": Way(
        lambda w: ailment.hook(w.b, "/nowhere/pinshift-hook"), FAIL, "hook-present", B, ("60-pinshift", "ln -s"),
        unseen=("hook-executable", "hook-known")),
    "the hook can't be executed": Way(
        lambda w: ailment.hook_not_executable(w.b), FAIL, "hook-executable", B, ("/usr/sbin/pinshift-hook", "chmod 755")),
    "the hook is newer than libvirtd": Way(
        lambda w: ailment.hook(w.a, "/usr/sbin/pinshift-hook"), WARN, "hook-known", A, ("libvirtd", "systemctl reload")),
    "SELinux lacks the module": Way(
        lambda w: ailment.selinux(w.b), FAIL, "selinux", B, ("enforcing", "semodule -i")),
    "AppArmor keeps libvirtd from the hook": Way(
        lambda w: ailment.apparmor(w.b), FAIL, "apparmor", B, ("/opt/pinshift/pinshift-hook", "/usr/sbin")),
    # Daemons and policy.
    "pinshiftd is gone here": Way(
        lambda w: fault.stopped(w.a), FAIL, "service", A, ("systemctl enable --now pinshiftd",), unseen=MANY),
    "pinshiftd is gone there": Way(
        lambda w: fault.stopped(w.b), FAIL, "service", B, ("systemctl enable --now pinshiftd",), unseen=MANY),
    "libvirtd is stopped": Way(
        lambda w: without_libvirtd(w.b), FAIL, "libvirt-daemon", B, ("systemctl start libvirtd",), unseen=MANY),
    "the policy is invalid": Way(
        lambda w: ailment.policy(w, "[fit]\nnonsense\n", w.b), FAIL, "policy-valid", B, ("nonsense", "pinshift config check"),
        unseen=("policy-same",)),
    "the policies differ": Way(
        lambda w: ailment.policy(w, "[fit]\nvcpu-pins = keep\n", w.b), WARN, "policy-same", PAIR, ("pinshift config cat",)),
    "a host is in maintenance": Way(
        lambda w: ailment.maintenance(w.b, "new disks"), WARN, "maintenance", B, ("new disks", "pinshift maintenance hostb off")),
    "there is no space for records": Way(
        lambda w: ailment.no_space(w.b), FAIL, "space", B, ("/var/lib/pinshift", "df -h")),
    # Names, and the way from one to the other.
    "a host's name leads to itself": Way(
        lambda w: ailment.knows(w.b, "127.0.1.1 hostb", f"{w.a.address} hosta"), WARN, "host-name", B, ("127.0.1.1", "/etc/hosts")),
    "a host calls itself localhost": Way(
        lambda w: ailment.called(w.b, "localhost"), FAIL, "host-name", B, ("localhost", "hostnamectl"), unseen=("name-resolves",)),
    "two hosts have one name": Way(
        lambda w: ailment.called(w.b, "hosta"), FAIL, "host-names", PAIR, ("hosta", "hostnamectl")),
    "the other's name is not known here": Way(
        lambda w: ailment.knows(w.a, f"{w.a.address} hosta"), FAIL, "name-resolves", THERE, ("hostb", "/etc/hosts"), unseen=("migration-ports",)),
    "this host's name is not known there": Way(
        lambda w: ailment.knows(w.b, f"{w.b.address} hostb"), FAIL, "name-resolves", BACK, ("hosta", "/etc/hosts")),
    "the other's name leads to this host": Way(
        lambda w: ailment.knows(w.a, f"{w.a.address} hosta", "127.0.0.1 hostb"), FAIL, "name-resolves", THERE, ("127.0.0.1", "/etc/hosts")),
    "two hosts have one UUID": Way(
        lambda w: ailment.same_uuid(w.b, w.a), FAIL, "host-uuids", PAIR, ("host_uuid",)),
    "a firewall drops what comes for migration ports": Way(
        lambda w: ailment.filtered(w.b), FAIL, "migration-ports", THERE, ("49152",)),
    "guests are told to come by loopback": Way(
        lambda w: ailment.qemu_conf(w.b, 'migration_address = "127.0.0.1"'), FAIL, "migration-address", THERE, ("127.0.0.1", "qemu.conf")),
    "the clocks are apart": Way(
        lambda w: pretending(w.b, "clock 300"), WARN, "clocks", PAIR, ("clocks", "timedatectl set-ntp")),
    # TLS.
    "a certificate has expired": Way(
        lambda w: ailment.certificate(w.b, w.authority, B, until=-1), FAIL, "certificates", B, ("servercert.pem",)),
    "a certificate is not signed by the CA beside it": Way(
        lambda w: ailment.certificate(w.b, Authority(w.lab.dir / "stranger"), B), FAIL, "certificates", B, ("servercert.pem",)),
    "a certificate is for another host": Way(
        lambda w: ailment.certificate(w.b, w.authority, "elsewhere"), FAIL, "tls-name", THERE, ("elsewhere", B)),
    "each host has a CA of its own": Way(
        lambda w: ailment.other_authority(w.b, Authority(w.lab.dir / "other")), FAIL, "tls-authority", PAIR, ("cacert.pem",)),
    # libvirt and QEMU.
    "libvirt is older there": Way(
        lambda w: pretending(w.b, "libvirt-version 8000000"), WARN, "libvirt-version", THERE, ("8.0.0",)),
    "QEMU is older there": Way(
        lambda w: pretending(w.b, "qemu-version 6002000"), WARN, "qemu-version", THERE, ("6.2.0",)),
    "a machine type is not known there": Way(
        lambda w: pretending(w.b, f"no-machine {w.machine}"), FAIL, "machine-types", THERE, ("db1",)),
    "a guest of KVM has none there": Way(
        lambda w: ailment.with_kvm(w.a), FAIL, "guest-type", THERE, ("quick", "kvm"), asked=("quick", B)),
    # Guests that are there already.
    "another guest there has the name": Way(
        lambda w: defined(w.b, Guest("db1")), FAIL, "twins", THERE, ("db1", "virsh domrename")),
    "a definition was left there": Way(
        lambda w: defined(w.b, Guest("db1", uuid=w.guest.uuid)), NOTE, "twins", THERE, ("db1", "on hostb", "virsh undefine")),
    # Storage and memory.
    "a disk is not seen there": Way(
        lambda w: covered(w.b, w.images), FAIL, "storage", THERE, ("db1.img",)),
    "there is another disk of that name": Way(
        lambda w: covered(w.b, w.images, {"db1.img": "another"}), FAIL, "storage", THERE, ("db1.img",)),
    "huge pages are not mounted": Way(
        lambda w: ailment.pages_not_mounted(w.b), WARN, "pages-mounted", B, ("2 MiB", "mount")),
    "huge pages are missing there": Way(
        lambda w: ailment.no_pages(w.b), WARN, "pages-there", THERE, ("db1", "2 MiB", "hugepages")),
    "a guest wants more huge pages than there are": Way(
        lambda w: ailment.wants_pages(w.b), WARN, "pools", B, ("large", "hugepages")),
    "memory that is shared would be on a disk": Way(
        lambda w: together(ailment.memory_in_files(w.b), defined(w.b, ailment.shares_memory())), WARN, "memory-backing", B, ("/var/ram",)),
    "shared memory would be on a disk there": Way(
        lambda w: together(ailment.memory_in_files(w.b), defined(w.a, ailment.shares_memory())), WARN, "memory-backing-there", THERE,
        ("/var/ram",), asked=("shared", B)),
    # CPUs.
    "irqbalance puts interrupts on isolated CPUs": Way(
        lambda w: ailment.isolated(w.a, "1", ailment.irqbalance(w.a, "0")), WARN, "irqbalance", A, ("1", "IRQBALANCE_BANNED_CPULIST")),
    "tuned isolates other CPUs than the kernel": Way(
        lambda w: ailment.isolated(w.a, "1", ailment.tuned(w.a, "0")), WARN, "tuned", A, ("isolated_cores",)),
    "a guest is pinned to CPUs of the host": Way(
        lambda w: ailment.isolated(w.a, "0"), WARN, "housekeeping", A, ("db1", "1")),
    "two guests have the same CPU for their own": Way(
        lambda w: ailment.second_owner(w.a), WARN, "one-owner", A, ("db1", "db2")),
    "a guest needs numad": Way(
        lambda w: together(ailment.without_numad(w.b), ailment.placed_by_numad(w.b)), WARN, "numad", B, ("auto", "numad")),
    "a guest needs resctrl": Way(
        lambda w: ailment.with_cache(w.b), WARN, "resctrl", B, ("cached", "resctrl")),
    "a guest needs numad there": Way(
        lambda w: together(ailment.without_numad(w.b), ailment.placed_by_numad(w.a)), WARN, "numad-there", THERE, ("auto", "numad"), asked=("auto", B)),
    "the CPU there has fewer features": Way(
        lambda w: together(ailment.lacks_feature(w.b, "sse4_2"), defined(w.a, ailment.passthrough())), FAIL, "cpu-features", THERE,
        ("fast", "sse4_2"), asked=("fast", B)),
    "the TSC there counts otherwise": Way(
        lambda w: together(ailment.clocked(w.a, 2000000), ailment.clocked(w.b, 3000000), defined(w.a, ailment.passthrough())), WARN, "tsc", THERE,
        ("fast",), asked=("fast", B)),
    "guests of guests can't run there": Way(
        lambda w: together(ailment.nests(w.a), defined(w.a, ailment.passthrough("<feature policy='require' name='vmx'/>"))), FAIL, "nested", THERE,
        ("fast", "nested"), asked=("fast", B)),
    # One guest.
    "a guest would lose something there": Way(
        lambda w: ailment.no_pages(w.b), WARN, "plan", "db1 to hostb", ("hugepages", "pinshift rank db1"), asked=("db1", B)),
    "a guest would be refused there": Way(
        lambda w: together(running(w.b, ailment.on_cpu_1()), ailment.policy(w, "[fit]\nvcpu-pins = keep\n", *w.all)), FAIL, "plan", "db1 to hostb",
        ("vcpu-pins",), asked=("db1", B)),
    "a guest has a device of its host": Way(
        lambda w: ailment.with_card(w.a), FAIL, "devices", "card to hostb", ("host device of type pci", "--offline"), asked=("card", B)),
}

HEALTHY = ((), (B,), ("db1", B))


@ward.each("of a healthy pair all is well: doctor {0}", [(" ".join(words), words) for words in HEALTHY])
def healthy(w: Ward, _said: str, words: tuple[str, ...]) -> None:
    is_healthy(w, *words)


def is_healthy(w: Ward, *words: str) -> None:
    done, findings = doctor(w.a, *words)
    same(shown([finding for finding in findings if finding["level"] != "PASS"]), "", "what is not well")
    same(done.rc, 0, "the exit status")


@ward.each("{0}: that is found, with its remedy, and nothing else", WAYS)
def found(w: Ward, name: str) -> None:
    way = WAYS[name]
    with way.make(w):
        done, findings = doctor(w.a, *way.asked)
    bad = [finding for finding in findings if finding["level"] in ("NOTE", "WARN", "FAIL")]
    hits = [finding for finding in bad if (finding["check"], finding["subject"], finding["level"]) == (way.check, way.subject, way.level)]
    expect(hits, f"{way.check} of {way.subject} is {way.level}", shown(bad))
    for word in way.words:
        expect(word in shown(hits), f"{word!r} is said", shown(hits))
    expect(all(hit.get("remedy") for hit in hits), "there is a remedy", shown(hits))
    same(shown([finding for finding in bad if finding not in hits]), "", "what else is found")
    unseen = {finding["check"] for finding in findings if finding["level"] == "UNSEEN"}
    expect(unseen == set(way.unseen) or way.unseen == MANY, f"what can't be seen is {way.unseen}", unseen)
    same(done.rc, 1 if any(finding["level"] == "FAIL" for finding in bad) else 0, "the exit status")


@ward.case("a guest that is just arriving is left in peace: who waits on the first of the ports is not called")
def undisturbed(w: Ward) -> None:
    port = ailment.PORTS.partition(":")[0]
    waiting = Piece(w.b, "arrival", ["busybox", "nc", "-l", "-p", port], lambda: port in w.b.run("ss", "-Hltn").out)
    waiting.start()
    try:
        is_healthy(w, B)
        expect(waiting.alive, "it waits on")
        w.a.run("busybox", "nc", "-w", "5", w.b.name, port, input="")
        wait_until(lambda: not waiting.alive, "a call would have ended it")
    finally:
        waiting.stop("KILL")


@ward.case(f"these are {len(WAYS)} ways, and after all of them the pair is healthy")
def counted(w: Ward) -> None:
    expect(len(WAYS) >= 30, "the ways are many")
    is_healthy(w, B)
