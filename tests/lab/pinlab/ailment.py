# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a pair can suffer from. Each ailment is a context, and healed on leaving it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from .breaking import beside, covered, defined, has, lacks, reads, running, seen_afresh, served_afresh, stored, together
from .guest import Guest
from .host import HOOK, HOOK_LINK, POLICY, Host
from .piece import Piece
from .pki import CA, PKI, Authority
from .ward import Ward

Ailment = AbstractContextManager[None]
HOOKS = HOOK_LINK.rpartition("/")[0]
LIBVIRTD_CONF = "/etc/libvirt/libvirtd.conf"
QEMU_CONF = "/etc/libvirt/qemu.conf"
CPUS = "/sys/devices/system/cpu"
POOLS = "/sys/kernel/mm/hugepages /sys/devices/system/node/node[0-9]*/hugepages"
PORTS = "49152:49215"
CARD = "<hostdev mode='subsystem' type='pci' managed='yes'><source><address domain='0' bus='0x3b' slot='0' function='0'/></source></hostdev>"
CACHE = "<cachetune vcpus='0'><cache id='0' level='3' type='both' size='3' unit='MiB'/></cachetune>"
BALANCER = "/run/pinlab/irqbalance"


# The hook, and who may be in its way

@contextmanager
def hook(host: Host, target: str) -> Iterator[None]:
    """The link is new, and leads to TARGET."""
    with covered(host, HOOKS):
        host.run("ln", "-s", target, HOOK_LINK)
        yield


def no_hook(host: Host) -> Ailment:
    return covered(host, HOOKS)


def hook_not_executable(host: Host) -> Ailment:
    return reads(host, HOOK, "", 0o644)


def selinux(host: Host) -> Ailment:
    """It enforces a policy that has other modules."""
    return together(covered(host, "/sys/fs", {"selinux/enforce": "1"}),
                    covered(host, "/etc/selinux", {"config": "SELINUX=enforcing\nSELINUXTYPE=targeted\n"}),
                    covered(host, "/var/lib/selinux", {"targeted/active/modules/100/virt/lang_ext": "cil"}))


@contextmanager
def apparmor(host: Host) -> Iterator[None]:
    """It confines libvirtd, and the hook is where that may run nothing."""
    elsewhere = "/opt/pinshift/pinshift-hook"
    profile = {"current": "libvirtd (enforce)\n", "apparmor/current": "libvirtd (enforce)\n"}
    with covered(host, "/opt/pinshift"):
        host.run("cp", HOOK, elsewhere)
        with served_afresh(host, hook(host, elsewhere)), \
                covered(host, "/sys/module", {"apparmor/parameters/enabled": "Y\n"}), \
                covered(host, f"/proc/{host.libvirtd.pid}/attr", profile):
            yield


# Daemons and policy

@contextmanager
def policy(w: Ward, more: str, *hosts: Host) -> Iterator[None]:
    """The policy of HOSTS has MORE at its end, and pinshiftd there has read it."""
    before = {host: host.read(POLICY) for host in hosts}
    for host, text in before.items():
        w.cluster.write(host, text + more)
    try:
        yield
    finally:
        for host, text in before.items():
            w.cluster.write(host, text)


@contextmanager
def maintenance(host: Host, reason: str) -> Iterator[None]:
    host.run("pinshift", "maintenance", "on", reason)
    try:
        yield
    finally:
        host.run("pinshift", "maintenance", "off")


def no_space(host: Host) -> Ailment:
    return covered(host, "/var/lib/pinshift", options="mode=0755,size=64k")


# Names, and the way from one to the other

def knows(host: Host, *lines: str) -> Ailment:
    """What HOST's /etc/hosts has."""
    return reads(host, "/etc/hosts", "".join(f"{line}\n" for line in ("127.0.0.1 localhost", *lines)))


@contextmanager
def called(host: Host, name: str) -> Iterator[None]:
    host.run("hostname", name)
    try:
        yield
    finally:
        host.run("hostname", host.name)


def same_uuid(host: Host, other: Host) -> Ailment:
    text = host.read(LIBVIRTD_CONF).replace(host.uuid, other.uuid)
    return served_afresh(host, reads(host, LIBVIRTD_CONF, text))


@contextmanager
def filtered(host: Host) -> Iterator[None]:
    """A firewall drops what comes for the ports that guests come by."""
    rule = ["INPUT", "-p", "tcp", "--dport", PORTS, "-j", "DROP"]
    host.run("iptables", "-w", "-A", *rule)
    try:
        yield
    finally:
        host.run("iptables", "-w", "-D", *rule)


def qemu_conf(host: Host, line: str) -> Ailment:
    return reads(host, QEMU_CONF, f"{host.read(QEMU_CONF)}{line}\n")


# TLS

def certificate(host: Host, authority: Authority, name: str, until: int = 500) -> Ailment:
    """The server's is for NAME, and good for so many days."""
    text, key = authority.issue(name, since=-10, until=until)
    return together(reads(host, f"{PKI}/servercert.pem", text), reads(host, f"{PKI}/private/serverkey.pem", key, 0o600))


def other_authority(host: Host, authority: Authority) -> Ailment:
    """All of HOST's TLS is AUTHORITY's."""
    text, key = authority.issue(host.name)
    return together(reads(host, CA, authority.certificate.read_text()),
                    *(reads(host, f"{PKI}/{role}cert.pem", text) for role in ("server", "client")),
                    *(reads(host, f"{PKI}/private/{role}key.pem", key, 0o600) for role in ("server", "client")))


# Memory

@contextmanager
def pages_not_mounted(host: Host) -> Iterator[None]:
    host.run("umount", "-l", "/dev/hugepages")
    try:
        yield
    finally:
        host.run("mount", "-t", "hugetlbfs", "-o", "pagesize=2M", "hugetlbfs", "/dev/hugepages")


def no_pages(host: Host) -> Ailment:
    """As if it had no pool."""
    folders = host.run("sh", "-c", f"ls -d {POOLS}").out.split()
    return seen_afresh(host, *(covered(host, folder) for folder in folders))


def wants_pages(host: Host) -> Ailment:
    """A guest wants more pages than any machine has."""
    return defined(host, Guest("large", vcpus=1, memory_mib=64 << 20, hugepages=2048))


def memory_in_files(host: Host) -> Ailment:
    """libvirt puts it on what is no tmpfs."""
    return together(qemu_conf(host, 'memory_backing_dir = "/var/ram"'), has(host, "/var/ram/.keep", ""))


def shares_memory() -> Guest:
    return Guest("shared", vcpus=1, extra_backing="<source type='file'/><access mode='shared'/>")


# CPUs

def isolated(host: Host, cpus: str, *more: Ailment) -> Ailment:
    return seen_afresh(host, reads(host, f"{CPUS}/isolated", f"{cpus}\n"), *more)


@contextmanager
def irqbalance(host: Host, banned: str) -> Iterator[None]:
    """What runs is no more than a name."""
    balancer = Piece(host, "irqbalance", [BALANCER])
    with has(host, BALANCER, "#!/usr/bin/tail -f\n", 0o755), has(host, "/etc/default/irqbalance", f"IRQBALANCE_BANNED_CPULIST={banned}\n"):
        balancer.start()
        try:
            yield
        finally:
            balancer.stop()


def tuned(host: Host, cpus: str) -> Ailment:
    return covered(host, "/etc/tuned", {"active_profile": "cpu-partitioning\n", "cpu-partitioning-variables.conf": f"isolated_cores={cpus}\n"})


def lacks_feature(host: Host, feature: str) -> Ailment:
    return seen_afresh(host, reads(host, "/proc/cpuinfo", host.read("/proc/cpuinfo").replace(f" {feature} ", " ")))


def clocked(host: Host, khz: int) -> Ailment:
    """How fast its TSC counts."""
    return seen_afresh(host, beside(host, f"{CPUS}/cpu0", {"tsc_freq_khz": f"{khz}\n"}))


def nests(host: Host) -> Ailment:
    return seen_afresh(host, covered(host, "/sys/module", {"kvm_intel/parameters/nested": "Y\n"}))


# Guests that want what not every host has

def passthrough(more: str = "") -> Guest:
    return Guest("fast", vcpus=1, cpu=f"<cpu mode='host-passthrough'>{more}</cpu>")


def without_numad(host: Host) -> Ailment:
    return lacks(host, "/usr/bin/numad")


def placed_by_numad(host: Host) -> Ailment:
    return stored(host, "auto", Guest("auto", vcpus=1).xml().replace("placement='static'", "placement='auto'"))


def with_cache(host: Host) -> Ailment:
    return stored(host, "cached", Guest("cached", vcpus=1, vcpusched=CACHE).xml())


def with_kvm(host: Host) -> Ailment:
    return stored(host, "quick", Guest("quick", vcpus=1).xml().replace("type='qemu'", "type='kvm'"))


def with_card(host: Host) -> Ailment:
    return defined(host, Guest("card", vcpus=1, extra_devices=CARD))


def on_cpu_1() -> Guest:
    return Guest("db2", vcpus=1, vcpupin={0: "1"})


def second_owner(host: Host) -> Ailment:
    return running(host, on_cpu_1())
