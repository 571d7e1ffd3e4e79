# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two hosts that are as their doctor wants them, and what he says of them.

Both have huge pages and TLS, see the same disks, know each other by name, and one has room for the guest of the other. There is no KVM,
whatever machine they are on.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

from .cases import expect, stage
from .cluster import REMOTE_BUS, Cluster
from .guest import Guest
from .host import DAEMON, Host
from .lab import Lab
from .pair import PairHost
from .pki import Authority, install
from .result import Result
from .trio import recorded

SOURCE = Path(__file__).resolve().parent.parent / "pretend.c"
PRETEND = "/usr/lib/pinlab/pretend.so"
SERVICE = "/usr/share/dbus-1/system-services/org.pinshift.Host1.service"
PAGES = 64  # 128 MiB on each host
DISK_MIB = 1

Finding = dict[str, Any]


class WardHost(PairHost):
    """Its daemons pretend what they are told to: pretend.c."""

    def __init__(self, lab: Lab, name: str, index: int, stage: str | None = None, hugepages: int = 0) -> None:
        super().__init__(lab, name, index, stage, hugepages)
        self.libvirtd.argv[1:1] = [f"LD_PRELOAD={PRETEND}"]

    def _configure(self) -> None:
        super()._configure()
        self.run("rm", "-f", "/dev/kvm")
        self.write("/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n")
        self.write(PRETEND, (self.lab.dir / "pretend.so").read_bytes())
        self.run("sed", "-i", f"s|^Exec=.*|Exec=/usr/bin/env LD_PRELOAD={PRETEND} {DAEMON}|", SERVICE)


class Ward:
    """The world of the cases. Whoever breaks something in it mends it."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", lab.dir / "pretend.so", SOURCE], check=True)
        self.a, self.b = (lab.host(name, WardHost, stage=stage(), hugepages=PAGES) for name in ("hosta", "hostb"))
        self.all = (self.a, self.b)
        lab.up()
        self.authority = Authority(lab.dir / "pki")
        for host in self.all:
            install(host, self.authority)
        self.images = shared_directory(lab)
        self.cluster = Cluster(*self.all)
        self.cluster.reach({host.name: REMOTE_BUS.format(host.address) for host in self.all})
        self.guest = Guest("db1", vcpus=1, hugepages=2048, vcpupin={0: "1"}, extra_devices=self.disk("db1"))
        self.other = Guest("web1", vcpus=1, vcpupin={0: "0"})
        for host, guest in ((self.a, self.guest), (self.b, self.other)):
            host.start(guest)
            recorded(host, guest)
        self.machine = machine(self.a, self.guest)

    def clean(self) -> None:
        for host, guest in ((self.a, self.guest), (self.b, self.other)):
            expect(host.bus.alive and host.libvirtd.alive and host.pinshiftd.alive, f"{host.name} has its bus and daemons")
            expect(host.virsh("list", "--all", "--name").out.split() == [guest.name], f"{guest.name} alone is on {host.name}")
            host.forget_logs()

    def disk(self, name: str) -> str:
        """A disk for a guest, where both hosts see it."""
        path = Path(self.images, f"{name}.img")
        path.write_bytes(bytes(DISK_MIB << 20))
        return f"<disk type='file'><driver name='qemu' type='raw'/><source file='{path}'/><target dev='vda' bus='virtio'/></disk>"


def machine(host: Host, guest: Guest) -> str:
    """The machine type that libvirt has made of what the guest asked for."""
    found = ET.fromstring(host.dumpxml(guest)).find("os/type")
    assert found is not None
    return found.attrib["machine"]


def shared_directory(lab: Lab) -> str:
    """A directory that is the same on all hosts: /dev/shm is the machine's."""
    path = Path("/dev/shm", lab.dir.name)
    path.mkdir()
    lab.undo(lambda: shutil.rmtree(path, ignore_errors=True))
    return str(path)


def doctor(host: Host, *words: str) -> tuple[Result, list[Finding]]:
    """What `pinshift doctor WORDS` on HOST finds."""
    done = host.run("pinshift", "--json", "doctor", *words, check=False)
    expect(done.rc in (0, 1), "the doctor comes to a finding", done)
    return done, json.loads(done.out)["findings"]


def shown(findings: list[Finding]) -> str:
    return "\n".join(f"{f['level']} {f['check']} ({f['subject']}): {f.get('reason')} -- {f.get('remedy')}" for f in findings)
