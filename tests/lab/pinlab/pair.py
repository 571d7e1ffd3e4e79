# SPDX-License-Identifier: LGPL-2.1-or-later
"""A host in namespaces: seconds to boot, one kernel with its twin.

It has its own processes, network, name and mounts. What it writes goes to a tmpfs: /usr, /etc, /var
and /dev are overlays of the machine's, with the stage between, so that it is an installed host;
/run and libvirt's directories are empty ones of its own. Only the kernel is shared: CPUs, memory,
the hugepage pool.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from .host import URI, Host
from .piece import Piece
from .pool import Pool
from .switch import Held

if TYPE_CHECKING:
    from .lab import Lab

NAMESPACES = ("--mount", "--net", "--uts", "--ipc", "--pid", "--fork", "--kill-child")
PAGES_2M = "hugepages-2048kB"

MOUNTS = """
set -eu
own=$1 stage=$2 name=$3
mount -t tmpfs -o mode=0755 pinlab "$own"
mount -t proc proc /proc

umount -a -l -t hugetlbfs  # Where systemd mounts it: libvirtd reads of it, and would look for it in vain.

over () {   # over DIR LOWER: DIR becomes LOWER, written to a tmpfs
  mkdir -p "$own$1" "$own/.work$1"
  mount -t overlay -o "lowerdir=$2,upperdir=$own$1,workdir=$own/.work$1" overlay "$1"
}
fresh () {  # fresh DIR: DIR becomes an empty one
  mkdir -p "$own/fresh$1" "$1"
  mount --bind "$own/fresh$1" "$1"
}
staged () { # staged DIR: the stage's DIR, if it has one, and the machine's
  if test -n "$stage" && test -d "$stage$1"; then echo "$stage$1:$1"; else echo "$1"; fi
}

for dir in /usr /etc /var; do over "$dir" "$(staged "$dir")"; done
mkdir "$own/devices"
mount --rbind /dev "$own/devices"
over /dev "$own/devices"
for dir in pts shm; do mount --rbind "$own/devices/$dir" "/dev/$dir"; done
rm -f /dev/log  # Where systemd runs, a link to what it hears.

fresh /etc/libvirt
if test -n "$stage" && test -d "$stage/etc/libvirt"; then cp -a "$stage/etc/libvirt/." /etc/libvirt; fi
for dir in /run /tmp /var/log /var/lib/libvirt /var/cache/libvirt /var/lib/pinshift /var/lib/pinshift-policyd; do fresh "$dir"; done
chmod 1777 /tmp
mkdir -p /etc/libvirt/hooks /run/dbus /var/log/libvirt/qemu
hostname "$name"
ip link set lo up
"""

HIDE_PAGES = """
mkdir -p "$1/none"
for dir in /sys/kernel/mm/hugepages /sys/devices/system/node/node[0-9]*/hugepages; do
  mount --bind "$1/none" "$dir"
done
"""

# Only the driver that is wanted: the others look at the machine's devices and complain.
DRIVERS = "/run/pinlab/drivers"
LINK_DRIVER = f"""
mkdir -p {DRIVERS}
ln -s /usr/lib/*/libvirt/connection-driver/libvirt_driver_qemu.so {DRIVERS}
"""

LIBVIRTD_CONF = """\
listen_tls = 0
listen_tcp = 1
auth_tcp = "none"
auth_unix_ro = "none"
auth_unix_rw = "none"
host_uuid = "{uuid}"
log_filters = "4:util 4:cgroup"
log_outputs = "3:file:/var/log/libvirt/libvirtd.log"
"""

QEMU_CONF = """\
security_driver = "none"
user = "root"
group = "root"
remember_owner = 0
namespaces = []
cgroup_controllers = []
"""


class PairHost(Host):
    """HUGEPAGES: how many pages of 2 MiB it adds to the machine's pool; without, it has no pool."""

    kind: ClassVar[str] = "pair"

    def __init__(self, lab: Lab, name: str, index: int, stage: str | None = None,
                 hugepages: int = 0) -> None:
        super().__init__(lab, name, index, stage)
        self.hugepages = hugepages
        self.syslogd = Piece(self, "syslogd", ["busybox", "syslogd", "-n", "-O", "/var/log/syslog"],
                             lambda: self.exists("/dev/log"))
        self.bus = Piece(self, "dbus", ["dbus-daemon", "--system", "--nofork", "--nopidfile"],
                         lambda: self.exists("/run/dbus/system_bus_socket"))
        self.virtlogd = Piece(self, "virtlogd", ["virtlogd"],
                              lambda: self.exists("/run/libvirt/virtlogd-sock"))
        self.libvirtd = Piece(self, "libvirtd", ["env", f"LIBVIRT_DRIVER_DIR={DRIVERS}", "libvirtd", "-l"],
                              self._libvirtd_answers)

    def command(self, argv: tuple[str, ...]) -> list[str]:
        return ["nsenter", "-t", str(self.held.pid), "--mount", "--net", "--uts", "--ipc", "--pid",
                "--wd=/", "--", *argv]

    def boot(self) -> None:
        own = self.lab.dir / self.name
        own.mkdir()
        if self.hugepages:  # Before the namespaces: given back after they have ended.
            Pool(self.lab, self.hugepages)
        self.held = Held(self.lab, *NAMESPACES)
        self.run("sh", "-c", MOUNTS, "sh", str(own), self.stage or "", self.name)
        self.lab.switch.plug(self.index, self.held.pid)
        self.run("ip", "addr", "add", f"{self.address}/24", "dev", "eth0")
        self.run("ip", "link", "set", "eth0", "up")
        self._pages(str(own))
        self._configure()
        for piece in (self.syslogd, self.bus, self.virtlogd, self.libvirtd):
            piece.start()
        self.start_product()

    def _pages(self, own: str) -> None:
        if self.hugepages:
            self.run("sh", "-c", "mkdir -p /dev/hugepages && "
                     "mount -t hugetlbfs -o pagesize=2M hugetlbfs /dev/hugepages")
        else:
            self.run("sh", "-c", HIDE_PAGES, "sh", own)

    def _configure(self) -> None:
        self.run("sh", "-c", LINK_DRIVER)
        self.write("/etc/hosts", self.lab.hosts_file())
        self.write("/etc/libvirt/libvirtd.conf", LIBVIRTD_CONF.format(uuid=self.uuid))
        self.write("/etc/libvirt/qemu.conf", QEMU_CONF)

    def _libvirtd_answers(self) -> bool:
        return self.run("virsh", "-c", URI, "uri", check=False).ok
