# SPDX-License-Identifier: LGPL-2.1-or-later
"""Hosts of any NUMA shape: QEMU under TCG boots the distribution's own kernel.

Its kernel then is that of a NUMA host: real nodes, distances, page pools per node, cpusets, mbind.
Its root is the machine's own, read-only over 9p, with the stage and the host's seed on top in memory.
"""

from __future__ import annotations

import threading
import time
import weakref
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from . import numa_agent, numa_image
from .cpu_time import cpu_seconds
from .host import URI, Host
from .piece import Piece
from .result import CommandFailed, Result
from .switch import BRIDGE
from .tsc import tsc_khz

if TYPE_CHECKING:
    from .lab import Lab

# PID 1 of a PID namespace: QEMU ends with it, and it ends when the laboratory lets go of its input.
KEEPER = 'exec 3<&0; "$@" & qemu=$!; (cat >/dev/null; kill -9 $qemu) <&3 & wait $qemu'
BOOT_TIMEOUT = 900
# Seconds of CPU time for a kernel to come up, try by try: now and then TCG leaves one spinning before its first line. How long
# that is by the clock, who else wants the CPUs decides; so much longer at the most.
PATIENCE = (75, 100, 150, 300)
SHARE = 15

# CPUs without AVX, which TCG is slow to emulate. Of what KVM needs TCG knows AMD's, of threads that share a core Intel's.
INTEL = "Nehalem,vendor=GenuineIntel"
AMD = "Opteron_G3,-misalignsse,+svm,+npt"


@dataclass(frozen=True)
class Node:
    """A NUMA node; without CPUs or without memory if so wished.

    HUGE_1G: the kernel takes them before it has freed what it boots from, so that in a host of 3 GiB, which has the third at 4 GiB,
    only that one can be had, on a node that has a little more.
    ABSENT: CPUs that could be plugged in. A node of such alone the kernel numbers, and has not: its number is missing.
    """

    cpus: str = ""
    memory_mib: int = 0
    huge_2m: int = 0
    huge_1g: int = 0
    absent: str = ""


@dataclass(frozen=True)
class Shape:
    """A host's hardware. DISTANCES maps (from, to) to a distance: all of them, or none for 10 and 20.

    Nodes without CPUs come last, for that is how the kernel numbers them, and before them those whose CPUs are absent.
    A CPU that is like AMD has KVM. ISOLATED CPUs are none of the kernel's scheduler's, OFFLINE ones are so before libvirtd starts.
    """

    nodes: tuple[Node, ...]
    sockets: int = 1
    threads: int = 1
    distances: dict[tuple[int, int], int] = field(default_factory=dict)
    cpu: str = INTEL
    isolated: str = ""
    offline: str = ""

    def __post_init__(self) -> None:
        bare = [not node.cpus + node.absent for node in self.nodes]
        if bare != sorted(bare):
            raise ValueError("nodes without CPUs must come last: the kernel numbers the others first")

    @property
    def cpu_count(self) -> int:
        return sum(len(expand(node.cpus)) for node in self.nodes)

    @property
    def most_cpus(self) -> int:
        return self.cpu_count + sum(len(expand(node.absent)) for node in self.nodes)

    @property
    def memory_mib(self) -> int:
        return sum(node.memory_mib for node in self.nodes)

    def arguments(self) -> list[str]:
        """QEMU's view of the shape."""
        cores = self.most_cpus // (self.sockets * self.threads)
        flags = ",+pdpe1gb" if any(node.huge_1g for node in self.nodes) else ""
        argv = ["-cpu", self.cpu + flags, "-m", str(self.memory_mib), "-smp",
                f"{self.cpu_count},maxcpus={self.most_cpus},sockets={self.sockets},cores={cores},threads={self.threads}"]
        for number, node in enumerate(self.nodes):
            option = f"node,nodeid={number}"
            option += "".join(f",cpus={span}" for span in f"{node.cpus},{node.absent}".split(",") if span)
            if node.memory_mib:
                argv += ["-object", f"memory-backend-ram,id=m{number},size={node.memory_mib}M"]
                option += f",memdev=m{number}"
            argv += ["-numa", option]
        for (source, target), distance in self.distances.items():
            argv += ["-numa", f"dist,src={source},dst={target},val={distance}"]
        return argv

    def kernel_words(self) -> list[str]:
        """The page pools, which only a freshly booted kernel is sure to fill, and what it does not do with CPUs."""
        words = self._pool("2M", [node.huge_2m for node in self.nodes]) + self._pool("1G", [node.huge_1g for node in self.nodes])
        words += [f"isolcpus={self.isolated}"] if self.isolated else []
        words += ["lab_kvm"] if "+svm" in self.cpu else []
        return words + [f"lab_offline={cpu}" for cpu in expand(self.offline)]

    @staticmethod
    def _pool(size: str, pages: list[int]) -> list[str]:
        counts = [f"{node}:{count}" for node, count in enumerate(pages) if count]
        return [f"hugepagesz={size}", f"hugepages={','.join(counts)}"] if counts else []


def expand(cpus: str) -> list[int]:
    """The numbers in a list such as `0-3,8`."""
    numbers: list[int] = []
    for span in filter(None, cpus.split(",")):
        first, _, last = span.partition("-")
        numbers += range(int(first), int(last or first) + 1)
    return numbers


class Materials:
    """What the NUMA hosts of one laboratory share; made by the first that asks."""

    _made: ClassVar[weakref.WeakKeyDictionary[Lab, Materials]] = weakref.WeakKeyDictionary()
    _lock: ClassVar[threading.Lock] = threading.Lock()

    def __init__(self, lab: Lab) -> None:
        self.release, self.kernel = numa_image.newest_kernel()
        self.base = numa_image.base_image(self.release, numa_image.build_agent(lab.dir))
        self.capabilities = numa_image.capabilities()
        self.tsc_khz = tsc_khz()

    @classmethod
    def of(cls, lab: Lab) -> Materials:
        with cls._lock:
            if lab not in cls._made:
                cls._made[lab] = Materials(lab)
            return cls._made[lab]


class NumaHost(Host):
    """A booted machine. FILES (path -> text) are added to its root before it boots.

    ONE_THREAD emulates all its CPUs, one after the other: of many hosts each then costs half, for no CPU spins while another,
    for which it waits, is not let run.
    """

    kind = "numa"

    def __init__(self, lab: Lab, name: str, index: int, shape: Shape, stage: str | None = None,
                 files: dict[str, str | bytes] | None = None, one_thread: bool = False) -> None:
        super().__init__(lab, name, index, stage)
        self.shape = shape
        self.one_thread = one_thread
        self.files = files or {}
        self.bus = Piece(self, "dbus", ["dbus-daemon", "--system", "--nofork", "--nopidfile"])
        self.virtlogd = Piece(self, "virtlogd", ["virtlogd"])
        self.libvirtd = Piece(self, "libvirtd", ["/lab/libvirtd"], self._libvirtd_answers)
        self.timings: dict[str, float] = {}

    def _libvirtd_answers(self) -> bool:
        return self.virsh("uri", check=False).ok

    # Commands

    def command(self, argv: tuple[str, ...]) -> list[str]:
        package = Path(numa_agent.__file__).parent.parent
        return ["env", f"PYTHONPATH={package}", "/usr/bin/python3", "-m", "pinlab.numa_agent",
                str(self.lab.switch.held.pid), self.address, *argv]

    def run(self, *argv: str, input: str | bytes | None = None, check: bool = True,
            timeout: float = 900) -> Result:
        data = input.encode() if isinstance(input, str) else input or b""
        connection = numa_agent.connect(self.lab.switch.held.pid, self.address, 30)
        rc, out, err = numa_agent.execute(connection, argv, data, timeout)
        result = Result(argv, rc, out.decode(errors="replace"), err.decode(errors="replace"))
        if check and not result.ok:
            raise CommandFailed(result, self.name)
        return result

    def virsh(self, *args: str, **how) -> Result:
        """Without keepalive: a busy machine lets its hosts wait for longer than that allows."""
        return super().virsh("-k", "0", *args, **how)

    def clear(self) -> None:
        """As any host's, in one round trip."""
        self.run("sh", "-c", CLEAR)

    # Booting

    @property
    def console(self) -> Path:
        return self.lab.dir / f"{self.name}.console"

    def boot(self) -> None:
        materials = Materials.of(self.lab)
        installed = numa_image.staged_files(self.stage) if self.stage else {}
        seed = numa_image.seed_image(installed | materials.capabilities | self._seed())
        self._initrd.write_bytes(materials.base + seed)
        self._plug_in()
        self._power_on()

    def reboot(self, shape: Shape) -> None:
        """The power goes, and the same host - name, address, UUID - boots in SHAPE, with nothing of what it had written."""
        self._stop_qemu()
        self.shape = shape
        self._power_on()

    def _power_on(self) -> None:
        start = time.monotonic()
        self._start_kernel(Materials.of(self.lab))
        self.timings["agent"] = time.monotonic() - start
        self.run("/bin/busybox", "sh", "/lab/ready", timeout=BOOT_TIMEOUT)
        for piece in (self.bus, self.libvirtd):
            piece.pid = int(self.read(f"/run/lab/{piece.name}.pid"))
        self.start_product()
        self.timings["libvirtd"] = time.monotonic() - start

    @property
    def _initrd(self) -> Path:
        return self.lab.dir / f"{self.name}.initrd"

    @property
    def _tap(self) -> str:
        return f"tap{self.index}"

    def _plug_in(self) -> None:
        self.lab.switch.run("ip", "tuntap", "add", self._tap, "mode", "tap")
        self.lab.switch.run("ip", "link", "set", self._tap, "master", BRIDGE, "up")

    def _start_kernel(self, materials: Materials) -> None:
        for patience in PATIENCE:
            self._start_qemu(materials)
            if self._agent_answers_within(patience):
                return
            self._stop_qemu()
        raise RuntimeError(f"{self.name} did not boot:\n{self._console_end()}")

    def _stop_qemu(self) -> None:
        """Its keeper ends it when the pipe is closed."""
        self.qemu.stdin.close()
        self.qemu.wait()

    def _start_qemu(self, materials: Materials) -> None:
        argv = [
            "qemu-system-x86_64", "-machine", "q35", "-accel", f"tcg,thread={'single' if self.one_thread else 'multi'}",
            "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", *self.shape.arguments(),
            "-kernel", str(materials.kernel), "-initrd", str(self._initrd), "-append", self._append(materials),
            "-serial", f"file:{self.console}",
            "-netdev", f"tap,id=net,ifname={self._tap},script=no,downscript=no", "-device",
            f"virtio-net-pci,netdev=net,mac=52:54:00:77:00:{self.index + 1:02x},romfile=",
            "-fsdev", "local,id=root,path=/,security_model=none,readonly=on,multidevs=remap",
            "-device", "virtio-9p-pci,fsdev=root,mount_tag=root"]
        keeper = ["unshare", "--pid", "--fork", "--kill-child", "sh", "-c", KEEPER, "sh"]
        with open(self.lab.dir / f"{self.name}.qemu", "wb") as log:
            self.qemu = self.lab.spawn(
                self.lab.switch.command(*keeper, *argv), stdin=-1, stdout=log, stderr=log,
                start_new_session=True)

    def _append(self, materials: Materials) -> str:
        """What costs time and shows nothing is off. A kernel that measures a clock on a busy machine may find it several times too slow."""
        return " ".join([
            "console=ttyS0", "quiet", "panic=-1", "mitigations=off", "audit=0", "nowatchdog",
            "nokaslr", "tsc=reliable", f"tsc_early_khz={materials.tsc_khz}", "no_timer_check", "rcupdate.rcu_expedited=1", "cgroup_no_v1=all",
            "lsm=", "init_on_alloc=0", "randomize_kstack_offset=off", "numa_balancing=disable",
            *self.shape.kernel_words(), f"lab_name={self.name}",
            f"lab_address={self.address}/24", f"lab_port={numa_agent.PORT}"])

    def _agent_answers_within(self, seconds: float) -> bool:
        deadline = time.monotonic() + SHARE * seconds
        while self.qemu.poll() is None and cpu_seconds(self.qemu.pid) < seconds and time.monotonic() < deadline:
            try:
                self._ping()
                return True
            except OSError:
                time.sleep(0.1)
        return False

    def _ping(self) -> None:
        numa_agent.execute(
            numa_agent.connect(self.lab.switch.held.pid, self.address, 5), ["/bin/busybox", "true"])

    def _console_end(self) -> str:
        logs = [self.lab.dir / f"{self.name}.qemu", self.console]
        return "\n".join(path.read_text(errors="replace")[-3000:] for path in logs if path.exists())

    def logs(self, lines: int = 25) -> str:
        try:
            return super().logs(lines)
        except OSError as error:
            return f"== {self.name} ==\n{error}\n{self._console_end()}"

    def _seed(self) -> dict[str, str | bytes | tuple[str, int]]:
        scripts = Path(__file__).parent.parent
        return {
            "/lab/services": (scripts / "agent-services.sh").read_text(),
            "/lab/ready": READY,
            "/lab/libvirtd": (LIBVIRTD, 0o755),
            "/etc/hosts": self.lab.hosts_file(),
            "/etc/hostname": f"{self.name}\n",
            "/etc/machine-id": f"{self.uuid.replace('-', '')}\n",
            "/etc/libvirt/libvirtd.conf": LIBVIRTD_CONF.format(uuid=self.uuid),
            "/etc/libvirt/qemu.conf": QEMU_CONF,
            "/etc/dbus-1/system-local.conf": BUS_CONF,
            "/etc/pinshift/hook.conf": "deadline = 30s\n",
            **self.files,
        }


# Only the driver that is wanted: the others cost seconds here. Its threads have few CPUs: each time one of several CPUs changes
# what the others see of memory, it waits for them, and emulated ones are slow to answer. QEMU does not inherit that. One
# CPU alone would be taken for libvirtd's own, as a poller's is.
LIBVIRTD = """#!/bin/busybox sh
export LIBVIRT_DRIVER_DIR=/lab/drivers
exec taskset -c 0-1 libvirtd -l
"""

READY = f"""cd /run
while [ ! -S libvirt/libvirt-sock ]; do
  [ ! -e lab/failed ] || {{ cat lab/failed /var/log/libvirtd.stderr >&2; exit 1; }}
  usleep 50000
done
exec virsh -q -c {URI} uri
"""

CLEAR = f"""set -e
for uuid in $(virsh -q -c {URI} list --all --uuid); do
  virsh -q -c {URI} destroy $uuid || true
  virsh -q -c {URI} undefine $uuid --managed-save || true
done 2>/dev/null
"""

LIBVIRTD_CONF = """host_uuid = "{uuid}"
listen_tls = 0
listen_tcp = 1
auth_tcp = "none"
auth_unix_ro = "none"
auth_unix_rw = "none"
keepalive_interval = -1
"""

# A service may take long to start, on a busy machine.
BUS_CONF = """<busconfig><limit name="service_start_timeout">300000</limit></busconfig>
"""

QEMU_CONF = """security_driver = "none"
user = "root"
group = "root"
remember_owner = 0
namespaces = []
stdio_handler = "file"
capability_filters = ["cpu-unavailable-features"]
"""
