# SPDX-License-Identifier: LGPL-2.1-or-later
"""A host of a laboratory, whatever it is made of."""

from __future__ import annotations

import json
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar

from . import result
from .piece import BusPiece, Piece
from .result import Result
from .wait import wait_until

if TYPE_CHECKING:
    from .guest import Guest
    from .lab import Lab

URI = "qemu:///system"
WRITE = 'mkdir -p "$(dirname "$1")" && cat >"$1" && chmod "$2" "$1"'
BUS_NAME = "org.pinshift.Host1"
OBJECT = "/org/pinshift/Host1"
HOOK = "/usr/sbin/pinshift-hook"
HOOK_LINK = "/etc/libvirt/hooks/qemu.d/60-pinshift"
DAEMON = "/usr/libexec/pinshift/pinshiftd"
HOOK_CONF = "/etc/pinshift/hook.conf"
POLICY = "/etc/pinshift/pinshift.conf"

SHOW_LOGS = r"""
lines=$1; shift
for log in $*; do
  test -s "$log" && echo "-- $log" && grep -v ' \\$' "$log" | tail -n "$lines"
done
"""


class Host(ABC):
    """A machine with a bus, libvirtd and, where it has a stage, an installed pinshift.

    A kind of host says how it boots and how a command gets there; the rest is the same for all.
    STAGE is a tree that `meson install` wrote with DESTDIR, or None for stock libvirt.
    """

    kind: ClassVar[str]
    bus: Piece
    virtlogd: Piece
    libvirtd: Piece

    def __init__(self, lab: Lab, name: str, index: int, stage: str | None = None) -> None:
        self.lab = lab
        self.name = name
        self.index = index
        self.stage = stage
        self.address = f"10.77.0.{index + 1}"
        self.uuid = str(uuid.uuid4())
        self.pinshiftd = BusPiece(self, "pinshiftd", BUS_NAME)

    @abstractmethod
    def boot(self) -> None:
        """Brings the host up: on return its libvirtd answers."""

    @abstractmethod
    def command(self, argv: tuple[str, ...]) -> list[str]:
        """The command to run here, so that ARGV runs on the host."""

    def run(self, *argv: str, input: str | bytes | None = None, check: bool = True,
            timeout: float = 300) -> Result:
        """Runs ARGV on the host to its end."""
        return result.run(self.command(argv), input=input, check=check, timeout=timeout,
                          shown=argv, where=self.name)

    def virsh(self, *args: str, **how) -> Result:
        return self.run("virsh", "-q", "-c", URI, *args, **how)

    def read(self, path: str) -> str:
        return self.run("cat", path).out

    def write(self, path: str, text: str | bytes, mode: int = 0o644) -> None:
        self.run("sh", "-c", WRITE, "sh", path, f"{mode:o}", input=text)

    def exists(self, path: str) -> bool:
        return self.run("test", "-e", path, check=False).ok

    def alive(self, pid: int) -> bool:
        """Whether the process runs; one that only waits to be reaped does not.

        Its first thread may have ended before the others, who keep its files, and locks on them.
        """
        stat = self.run("cat", f"/proc/{pid}/stat", check=False)
        state, *numbers = stat.out.rpartition(")")[2].split() if stat.ok else "X"
        return state not in "ZX" or (state == "Z" and int(numbers[16]) > 1)

    def qemu_pid(self, domain: str) -> int:
        return int(self.read(f"/run/libvirt/qemu/{domain}.pid"))

    # Guests

    def create(self, guest: Guest) -> None:
        """Starts the guest as a transient one."""
        self._with_xml(guest, "create")

    def define(self, guest: Guest) -> None:
        self._with_xml(guest, "define")

    def start(self, guest: Guest) -> None:
        """Defines the guest and starts it."""
        self.define(guest)
        self.virsh("start", "--domain", guest.name)

    def _with_xml(self, guest: Guest, verb: str) -> None:
        self.virsh(verb, "/dev/stdin", input=guest.xml())

    def state(self, guest: Guest) -> str:
        """`running`, `shut off`, ..., or `none` where the host does not know the guest."""
        done = self.virsh("domstate", "--domain", guest.name, check=False)
        return done.out.strip() if done.ok else "none"

    def dumpxml(self, guest: Guest, *flags: str) -> str:
        return self.virsh("dumpxml", "--domain", guest.name, *flags).out

    def messages(self, guest: Guest) -> list[str]:
        """What libvirt holds against the guest: taints and deprecations."""
        lines = self.virsh("dominfo", "--domain", guest.name).out.splitlines()
        start = next((n for n, line in enumerate(lines) if line.startswith("Messages:")), None)
        if start is None:
            return []
        return [line.removeprefix("Messages:").strip() for line in lines[start:]]

    def clear(self) -> None:
        """Ends and forgets all guests."""
        for uuid in self.virsh("list", "--uuid").out.split():
            self.virsh("destroy", uuid, check=False)
        for uuid in self.virsh("list", "--all", "--uuid").out.split():
            self.virsh("undefine", uuid, "--managed-save", check=False)

    # The product

    def start_product(self) -> None:
        """Starts pinshiftd, as boot does on an installed host: it must see its guests start."""
        if self.stage is not None and self.exists(DAEMON):
            self.pinshiftd.start()

    def reset_product(self) -> None:
        """Ends pinshiftd, forgets its claims and records, and starts it anew."""
        if self.stage is not None:
            self.pinshiftd.stop()
            self.run("sh", "-c", "rm -rf /run/pinshift /var/lib/pinshift/*")
            self.start_product()

    def hook(self, guest: str, operation: str, xml: str | bytes, phase: str = "begin") -> Result:
        """Runs the hook by hand, as libvirtd would for a guest called GUEST."""
        return self.run(HOOK, guest, operation, phase, "-", input=xml, check=False)

    def ask(self, prop: str) -> str:
        """A property of org.pinshift.Host1, as gdbus prints it."""
        return self.run("gdbus", "call", "--system", "--dest", BUS_NAME, "--object-path", OBJECT,
                        "--method", "org.freedesktop.DBus.Properties.Get", BUS_NAME, prop).out.strip()

    def usage(self, *guests: Guest) -> dict[str, tuple[int, int]]:
        """{UUID: (per mille of a CPU, KiB of memory written a second)}, as it is measured now; without GUESTS of all."""
        said = self.run("busctl", "--system", "--json=short", "call", BUS_NAME, OBJECT, BUS_NAME, "Usage", "asa{sv}",
                        str(len(guests)), *(guest.uuid for guest in guests), "0")
        return {uuid: (cpu, dirty) for uuid, cpu, dirty in json.loads(said.out)["data"][0]}

    @contextmanager
    def configured(self, hook: str | None = None, policy: str | None = None,
                   load: bool = True) -> Iterator[None]:
        """Within, HOOK is the host's hook.conf and POLICY its pinshift.conf, which pinshiftd LOADs."""
        wanted = {HOOK_CONF: hook, POLICY: policy}
        texts = {path: text for path, text in wanted.items() if text is not None}
        installed = {path: self.read(path) if self.exists(path) else "" for path in texts}
        try:
            self._configure_product(texts, load)
            yield
        finally:
            self._configure_product(installed, load)

    def _configure_product(self, texts: dict[str, str], load: bool) -> None:
        for path, text in texts.items():
            self.write(path, text)
        if load and POLICY in texts and self.pinshiftd.alive:
            self.pinshiftd.restart()

    def remove_hook(self) -> None:
        self.run("rm", "-f", HOOK_LINK)

    @contextmanager
    def without_product(self) -> Iterator[None]:
        """Within, libvirt here asks nobody, and nobody follows it."""
        target = self.run("readlink", HOOK_LINK).out.strip()
        self.pinshiftd.stop()
        self.remove_hook()
        try:
            yield
        finally:
            self.run("ln", "-s", target, HOOK_LINK)
            self.start_product()

    def said(self) -> str:
        """All that the product has logged here: syslog, and what bus-activated daemons print."""
        return self.run("sh", "-c", "cat /var/log/syslog /var/log/dbus.stderr", check=False).out

    def wait_for_log(self, word: str) -> str:
        """Waits for a line with WORD in what the product logs."""
        return wait_until(lambda: next((line for line in self.said().splitlines() if word in line), ""),
                          f"{self.name} logs {word!r}")

    # Failures

    LOGS: ClassVar[tuple[str, ...]] = (
        "/var/log/dbus.stderr", "/var/log/libvirtd.stderr", "/var/log/libvirt/libvirtd.log",
        "/var/log/libvirt/qemu/*.log", "/var/log/pinshiftd.stderr", "/var/log/syslog")

    def forget_logs(self) -> None:
        """Empties the logs; their writers append, and go on."""
        self.run("sh", "-c", 'for log in $1; do test ! -e "$log" || : >"$log"; done', "sh",
                 " ".join(self.LOGS))

    def logs(self, lines: int = 12) -> str:
        """The ends of the logs that tell why something failed, without QEMU's command lines."""
        done = self.run("sh", "-c", SHOW_LOGS, "sh", str(lines), " ".join(self.LOGS), check=False)
        return f"== {self.name} ==\n{done.out}"
