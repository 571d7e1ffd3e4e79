# SPDX-License-Identifier: LGPL-2.1-or-later
"""A host as people have it: systemd is its first process, and software comes in packages.

It is a container of systemd-nspawn over a root of its own (root.py), in namespaces that end with the
laboratory. The kernel is the machine's: CPUs, memory, the hugepage pool. What it does not share is
the tree under test: packages are handed in, nothing else of it can be seen.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from subprocess import DEVNULL
from typing import TYPE_CHECKING, ClassVar

from . import cgroup, result
from .cgroup import Cgroups
from .host import URI, Host
from .pair import QEMU_CONF
from .pool import Pool
from .result import CommandFailed, Result
from .root import system_root
from .switch import Held
from .unit import Unit
from .wait import wait_until

if TYPE_CHECKING:
    from .lab import Lab

NAMESPACES = ("--mount", "--net", "--pid", "--fork", "--kill-child")

OVERLAY = """
set -eu
own=$1 lower=$2
mount -t tmpfs -o mode=0755 pinlab "$own"
mount -t proc proc /proc
mount -t tmpfs -o mode=0755 pinlab /run
mkdir "$own/upper" "$own/work" "$own/root"
mount -t overlay -o "lowerdir=$lower,upperdir=$own/upper,workdir=$own/work" overlay "$own/root"
ip link set lo up
"""

# As libvirt would find them if the kernel had no such pages; before anything looks.
PAGES = "/sys/kernel/mm/hugepages /sys/devices/system/node/node*/hugepages"
HIDE_PAGES_UNIT = f"""\
[Unit]
DefaultDependencies=no
Before=sysinit.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=sh -c 'mkdir -p /run/none; for dir in {PAGES}; do mount --bind /run/none "$dir"; done'
[Install]
WantedBy=sysinit.target
"""

# It writes to a log of the machine that a container has not.
MASKED = ("systemd-update-utmp.service", "systemd-update-utmp-runlevel.service")
# What only some cases start.
DISABLED = ("prometheus-node-exporter.service",)
# The names of our processes, as far as the kernel has room for them.
OURS = ("_COMM=pinshiftd", "+", "_COMM=pinshift-hook", "+", "_COMM=pinshift-policy", "+", "SYSLOG_IDENTIFIER=pinshift-hook")
# Guests here have no system that would shut down when asked.
GUESTS_CONF = "SHUTDOWN_TIMEOUT=1\n"
LIBVIRTD_CONF = 'auth_tcp = "none"\nhost_uuid = "{uuid}"\n'


class InstalledHost(Host):
    """HUGEPAGES: how many pages of 2 MiB it adds to the machine's pool; without, it has no pool."""

    kind: ClassVar[str] = "installed"
    base: ClassVar[Callable[[], Path]] = staticmethod(system_root)

    def __init__(self, lab: Lab, name: str, index: int, hugepages: int = 0) -> None:
        super().__init__(lab, name, index)
        self.hugepages = hugepages
        self.leader: int | None = None
        self.since = "@0"
        self.libvirtd = Unit(self, "libvirtd")
        self.virtlogd = Unit(self, "virtlogd")
        self.bus = Unit(self, "dbus")
        self.pinshiftd = Unit(self, "pinshiftd")
        self.policyd = Unit(self, "pinshift-policyd")

    # Its life

    def boot(self) -> None:
        own = self.lab.dir / self.name
        own.mkdir()
        self.root = own / "root"
        if self.hugepages:
            Pool(self.lab, self.hugepages)
        self.cgroups = Cgroups(self.lab, self.name)
        self.held = Held(self.lab, *NAMESPACES)
        self._outside("sh", "-c", OVERLAY, "sh", str(own), str(self.base()))
        self.lab.switch.plug(self.index, self.held.pid)
        self._outside("ip", "addr", "add", f"{self.address}/24", "dev", "eth0")
        self._outside("ip", "link", "set", "eth0", "up")
        self._configure()
        self.power_on()

    def power_on(self) -> None:
        """Boots, from its root as it is now."""
        self.process = self.lab.spawn(
            ["nsenter", "-t", str(self.held.pid), "--mount", "--net", "--pid", "--wd=/", "--",
             "env", *cgroup.ENVIRONMENT, "sh", "-c", 'read start; exec "$@"', "sh",
             "systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--boot", f"--directory={self.root}",
             f"--machine={self.name}", "--resolv-conf=off", "--timezone=off", "--link-journal=no", "--capability=all",
             "--console=pipe", f"--uuid={self.uuid}"],
            stdin=-1, stdout=DEVNULL)
        self.cgroups.add(wait_until(lambda: _children(self.process.pid), f"{self.name}: its starter runs")[0])
        self.process.stdin.write(b"\n")
        self.process.stdin.close()
        self.leader = wait_until(self._first_process, f"{self.name}: systemd runs", 120)
        wait_until(lambda: self._state() in ("running", "degraded"), f"{self.name} has booted", 180)
        self.settle()

    def power_off(self) -> None:
        """Shuts down in order; guests end with it."""
        self.run("systemctl", "poweroff", check=False)
        self.process.wait(180)
        self.leader = None

    def reboot(self) -> None:
        self.power_off()
        self.power_on()

    def _first_process(self) -> int | None:
        """systemd of the host, as this machine numbers it: nspawn's child, once it is systemd."""
        if self.process.poll() is not None:
            raise RuntimeError(f"{self.name}: systemd-nspawn ended at once")
        for nspawn in _children(self.process.pid):
            for pid in _children(nspawn):
                if _name(pid) == "systemd":
                    return pid
        return None

    def _state(self) -> str:
        return self.run("systemctl", "is-system-running", check=False).out.strip()

    def command(self, argv: tuple[str, ...]) -> list[str]:
        return ["nsenter", "-t", str(self.leader), "--mount", "--net", "--uts", "--ipc", "--pid", "--wd=/", "--",
                *argv]

    def _outside(self, *argv: str, input: str | None = None) -> Result:
        """Runs ARGV beside the host: where its root is mounted, and the machine's programs are."""
        return result.run(["nsenter", "-t", str(self.held.pid), "--mount", "--net", "--pid", "--wd=/", "--", *argv],
                          input=input, shown=argv, where=f"beside {self.name}")

    def files(self) -> dict[str, str]:
        """What it has before it boots, by path."""
        return {"/etc/hosts": self.lab.hosts_file(), "/etc/hostname": f"{self.name}\n",
                "/etc/libvirt/libvirtd.conf": LIBVIRTD_CONF.format(uuid=self.uuid),
                "/etc/libvirt/qemu.conf": QEMU_CONF, "/etc/default/libvirt-guests": GUESTS_CONF,
                "/etc/systemd/system/hide-pages.service": HIDE_PAGES_UNIT}

    def _configure(self) -> None:
        for path, text in self.files().items():
            self._outside("sh", "-c", 'mkdir -p "$(dirname "$1")" && cat >"$1"', "sh", f"{self.root}{path}", input=text)
        self.systemctl("mask", *MASKED)
        self.enable()
        if not self.hugepages:
            self.systemctl("mask", "dev-hugepages.mount")
            self.systemctl("enable", "hide-pages.service")

    def enable(self) -> None:
        """What systemd starts on it besides, and what not."""
        self.systemctl("disable", *DISABLED)
        self.systemctl("enable", "libvirtd-tcp.socket")

    def systemctl(self, *argv: str) -> None:
        """systemctl ARGV upon the root of a host that is off."""
        self._outside("systemctl", f"--root={self.root}", *argv)

    # Packages

    def install(self, *debs: Path) -> Result:
        """Installs packages that lie on this machine, or puts them in the place of other versions."""
        return self.dpkg("--install", *(self.give(deb) for deb in debs))

    def dpkg(self, action: str, *what: str) -> Result:
        """dpkg ACTION with packages by name, or files of the host; an edited conffile stays."""
        return self.run("env", "DEBIAN_FRONTEND=noninteractive", "dpkg", "--force-confold", action, *what)

    def give(self, file: Path) -> str:
        """A copy of FILE on the host; its path there."""
        path = f"/root/{file.name}"
        self.run("sh", "-c", 'cat >"$1"', "sh", path, input=file.read_bytes())
        return path

    def remove(self, *packages: str) -> Result:
        return self.dpkg("--remove", *packages)

    def purge(self, *packages: str) -> Result:
        return self.dpkg("--purge", *packages)

    def purge_ours(self) -> None:
        """Purges what there is of our packages, in whatever state."""
        listed = self.run("dpkg-query", "--show", "--showformat=${Package} ${db:Status-Abbrev}\\n", "pinshift*", check=False)
        ours = [line.split()[0] for line in listed.out.splitlines() if line.split()[1] != "un"]
        if ours:
            self.purge(*ours)

    def version(self, package: str) -> str:
        """What version of PACKAGE is installed, completely; empty for none."""
        shown = self.run("dpkg-query", "--show", "--showformat=${db:Status-Status} ${Version}", package, check=False).out
        return shown.partition("installed ")[2] if shown.startswith("installed ") else ""

    def reset_product(self) -> None:
        """pinshiftd ends, and starts without claims and records."""
        self.pinshiftd.stop()
        self.run("sh", "-c", "rm -rf /run/pinshift/* /var/lib/pinshift/*")
        self.pinshiftd.start()

    # Services

    def unit(self, name: str) -> Unit:
        return Unit(self, name)

    def settle(self) -> None:
        """Waits until libvirtd, which may have been restarted, knows its guests again."""
        wait_until(lambda: self.run("virsh", "-c", URI, "uri", check=False).ok, f"{self.name}: libvirtd answers", 120)

    # What it says

    def forget_logs(self) -> None:
        """What was said up to now does not count any more."""
        self.since = self.run("date", "+@%s.%6N").out.strip()

    def journal(self, *arguments: str) -> str:
        """The journal of this boot, as far as it is not forgotten."""
        return self.run("journalctl", "--no-pager", "--quiet", "--boot", f"--since={self.since}", *arguments).out

    def said(self) -> str:
        return self.journal("--output=cat", *OURS)

    def logs(self, lines: int = 30) -> str:
        try:
            said = self.journal().splitlines()[-lines:]
        except CommandFailed as failed:
            said = [str(failed)]
        return "\n".join([f"== {self.name} ==", *said])


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""
