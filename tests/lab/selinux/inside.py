# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the machine that enforces SELinux does: loads the policy, runs bus, libvirt, service and hook, and tells.

The last line on the console that is a JSON object says what was seen, by name. Bus and libvirt are put into their
domains by a word of this program; pinshiftd and the hook get into theirs by the policy alone.
"""

from __future__ import annotations

import json
import os
import re
import select
import shutil
import struct
import subprocess
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

SELINUXFS = Path("/sys/fs/selinux")
LINK = Path("/etc/libvirt/hooks/qemu.d/60-pinshift")
HOOK = LINK.resolve()
BUS = Path("/run/dbus/system_bus_socket")
BUS_CONTEXTS = Path("/etc/selinux/default/contexts/dbus_contexts")
PYTHON = "/usr/bin/python3"
PINSHIFTD = "/usr/libexec/pinshift/pinshiftd"
QEMU_CONF = Path("/etc/libvirt/qemu.conf")
DRIVERS = Path("/etc/lab-drivers")
DRIVER = "libvirt_driver_qemu.so"
DRIVERS_HERE = Path("/usr/lib/x86_64-linux-gnu/libvirt/connection-driver")
SAVED = Path("/etc/lab-saved")
PATIENCE = 60
NO_NEW_PRIVILEGES = 38
AT_SECURE = 23
GUEST = """<domain type='kvm'><name>db1</name><uuid>7a9c1c5e-6d3f-4b52-8f0a-3d5b8f1c2a10</uuid>
<memory unit='MiB'>64</memory><vcpu>1</vcpu><cputune><vcpupin vcpu='0' cpuset='63'/></cputune>
<os><type arch='x86_64' machine='q35'>hvm</type></os></domain>"""
EMULATOR = "<devices><emulator>/usr/bin/qemu-system-x86_64</emulator></devices>"
ORDINARY = b"system_u:object_r:etc_t:s0\0"
DENIED = re.compile(r"denied  \{ (.+?) \}.*scontext=\w+:\w+:(\w+).*tcontext=\w+:\w+:(\w+).*tclass=(\w+)")

# What libvirt does: pipes for all three, the XML into the first, wait. The first word is the file, as for execve(2).
RUN_HOOK = """
import json, subprocess, sys
hook = subprocess.run(sys.argv[3:], executable=sys.argv[1], input=sys.argv[2].encode(), capture_output=True)
json.dump({"rc": hook.returncode, "out": hook.stdout.decode("latin-1"), "err": hook.stderr.decode("latin-1")}, sys.stdout)
"""
# What systemd does for a unit with NoNewPrivileges.
RUN_SERVICE = f"""
import ctypes, os, sys
ctypes.CDLL(None).prctl({NO_NEW_PRIVILEGES}, 1, 0, 0, 0)
os.execv(sys.argv[1], sys.argv[2:])
"""


class Kernel:
    """Policy, enforcement, and what was denied."""

    def __init__(self, lab: Path) -> None:
        self.lab = lab
        self.log = os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK)
        Path("/proc/sys/kernel/printk_ratelimit").write_text("0")
        subprocess.run(["mount", "-t", "selinuxfs", "selinuxfs", str(SELINUXFS)], check=True)

    def load(self, policy: str) -> None:
        """The kernel takes a policy in one piece."""
        with (SELINUXFS / "load").open("wb", buffering=0) as file:
            file.write((self.lab / policy).read_bytes())

    def enforce(self) -> None:
        (SELINUXFS / "enforce").write_text("1")

    def denials(self) -> list[str]:
        """What was denied since the last time. The log comes late but in order: a denial that is provoked ends it."""
        within("virtnetworkd_t", "/bin/busybox", "cat", str(LINK), stderr=subprocess.DEVNULL).wait()
        found: list[str] = []
        while True:
            until("the kernel tells of a denial", lambda: select.select([self.log], [], [], 1)[0])
            if match := DENIED.search(os.read(self.log, 8192).decode(errors="replace")):
                permissions, source, target, tclass = match.groups()
                if source == "virtnetworkd_t":
                    return found
                found.append(f"{source} may not {permissions} {target}:{tclass}")


def within(domain: str, *argv: str, **how: Any) -> subprocess.Popen[str]:
    """Runs ARGV in DOMAIN; here, ordinary programs are a way into each."""
    def enter() -> None:
        with open("/proc/self/attr/exec", "wb", buffering=0) as file:
            file.write(f"system_u:system_r:{domain}:s0".encode())
    return subprocess.Popen(argv, preexec_fn=enter, stdin=subprocess.DEVNULL, text=True, **how)


def hook(program: Path, *argv: str) -> dict[str, Any]:
    """What libvirt gets from PROGRAM."""
    libvirt = within("virtqemud_t", PYTHON, "-c", RUN_HOOK, str(program), GUEST, *argv, stdout=subprocess.PIPE)
    return json.loads(libvirt.communicate()[0])


def service(*argv: str, **how: Any) -> subprocess.Popen[str]:
    """Runs ARGV, the file first, as systemd does."""
    return within("init_t", PYTHON, "-c", RUN_SERVICE, *argv, **how)


def until(what: str, is_so: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {PATIENCE} s: {what}")
        time.sleep(0.05)


def virsh(*argv: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["virsh", "-q", "-c", "qemu:///system", *argv], capture_output=True, text=True)


def has_name() -> bool:
    asked = ["dbus-send", "--system", "--print-reply", "--dest=org.freedesktop.DBus", "/", "org.freedesktop.DBus.ListNames"]
    return "org.pinshift.Host1" in subprocess.run(asked, capture_output=True, text=True).stdout


def type_in(context: str) -> str:
    return context.split(":")[2]


def secure(auxv: str) -> bool:
    """Whether a program's auxiliary vector says that its environment is not to be trusted."""
    numbers = struct.unpack(f"{len(auxv) // 8}Q", auxv.encode("latin-1"))
    return dict(zip(numbers[::2], numbers[1::2]))[AT_SECURE] == 1


def label(path: Path, context: bytes) -> None:
    os.setxattr(path, "security.selinux", context)


def saved(xml: str) -> bytes:
    """A file as `virsh save` makes it, without the guest's memory: a head, and the XML."""
    data = xml.encode() + b"\0"
    return struct.pack("16s5I56x", b"LibvirtQemudSave", 2, len(data), 1, 0, 0) + data


def prepare_libvirt() -> None:
    """One driver, no confinement of guests, directories of its own, and a guest to restore."""
    QEMU_CONF.write_text('security_driver = "none"\nuser = "root"\ngroup = "root"\nremember_owner = 0\n'
                         'namespaces = []\ncgroup_controllers = []\nstdio_handler = "file"\n')
    DRIVERS.mkdir()
    (DRIVERS / DRIVER).symlink_to(DRIVERS_HERE / DRIVER)
    SAVED.write_bytes(saved(GUEST.replace("'kvm'", "'qemu'").replace("</os>", f"</os>{EMULATOR}")))
    for kind in ("cache", "lib", "log"):
        path = Path("/var", kind, "libvirt")
        subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", str(path)], check=True)
        label(path, ORDINARY)


def prepare(lab: Path) -> Path:
    """Files and their labels; gives back a program with that of the hook."""
    prepare_libvirt()
    Path("/etc/pinshift").mkdir(exist_ok=True)
    Path("/etc/pinshift/hook.conf").write_text("deadline = 60s\n")
    BUS_CONTEXTS.parent.mkdir(parents=True)
    BUS_CONTEXTS.write_text("<busconfig><selinux/></busconfig>\n")
    BUS.parent.mkdir()
    subprocess.run(["setfiles", "-F", "-f", str(lab / "installed"), str(lab / "contexts")], check=True)
    subprocess.run(["setfiles", "-F", str(lab / "contexts"), "/etc/libvirt", str(DRIVERS), str(SAVED), str(BUS_CONTEXTS)],
                   check=True)
    label(Path("/run"), ORDINARY)
    probe = Path("/run/probe")
    shutil.copy("/bin/busybox", probe)
    label(probe, os.getxattr(HOOK, "security.selinux"))
    return probe


def see(kernel: Kernel) -> Iterator[tuple[str, Any]]:
    kernel.load("with")
    probe = prepare(kernel.lab)
    kernel.enforce()
    kernel.denials()

    bus = within("system_dbusd_t", "dbus-daemon", "--system", "--nofork", "--nopidfile")
    until("the bus is there", lambda: BUS.exists() or bus.poll() is not None)
    daemon = service(PINSHIFTD, PINSHIFTD)
    until("pinshiftd is there", lambda: has_name() or daemon.poll() is not None)
    yield "service", type_in(Path(f"/proc/{daemon.pid}/attr/current").read_text())
    yield "answer", hook(LINK, str(LINK), "db1", "migrate", "begin", "-")
    yield "denied", kernel.denials()

    log = Path("/var/log/libvirt/libvirtd")
    libvirtd = within("virtqemud_t", "libvirtd", env={**os.environ, "LIBVIRT_DRIVER_DIR": str(DRIVERS)},
                      stderr=log.open("w"))
    until("libvirtd is there", lambda: virsh("list").returncode == 0 or libvirtd.poll() is not None)
    yield "libvirtd", type_in(Path(f"/proc/{libvirtd.pid}/attr/current").read_text())
    yield "restored", virsh("restore", str(SAVED)).stderr
    yield "log of libvirtd", log.read_text()
    yield "denied to libvirtd", kernel.denials()
    yield "hook", type_in(hook(probe, "cat", "/proc/self/attr/current")["out"])
    yield "hook is secure", secure(hook(probe, "cat", "/proc/self/auxv")["out"])
    kernel.denials()

    label(HOOK, b"system_u:object_r:bin_t:s0\0")
    yield "answer without label", hook(LINK, str(LINK), "db1", "migrate", "begin", "-")
    yield "denied without label", kernel.denials()

    kernel.load("without")
    alone = service("/bin/busybox", "cat", "/proc/self/attr/current", stdout=subprocess.PIPE)
    yield "service without module", type_in(alone.communicate()[0])


def main() -> None:
    words = dict(word.partition("=")[::2] for word in Path("/proc/cmdline").read_text().split())
    seen: dict[str, Any] = {}
    try:
        for name, value in see(Kernel(Path(words["lab_inside"]).parent)):
            seen[name] = value
    except Exception:
        seen["error"] = traceback.format_exc()
        subprocess.run("dmesg | grep denied", shell=True)
    print(f"\n{json.dumps(seen)}", flush=True)


main()
