# SPDX-License-Identifier: LGPL-2.1-or-later
"""What can go wrong with pinshift on a host: each fault is a context, and mended on leaving it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from .host import DAEMON, Host
from .piece import Piece
from .wait import wait_until

Fault = Callable[[Host], AbstractContextManager[None]]

HIDE_LIBDBUS = "for lib in /usr/lib/*/libdbus-1.so.3*; do mv $lib $lib.away; done"
SHOW_LIBDBUS = "for lib in /usr/lib/*/libdbus-1.so.3*.away; do mv $lib ${lib%.away}; done"


@contextmanager
def stopped(host: Host) -> Iterator[None]:
    """pinshiftd does not run and can't be started."""
    host.run("mount", "--bind", "/bin/false", DAEMON)
    try:
        host.pinshiftd.stop()
        yield
    finally:
        host.run("umount", DAEMON)
        host.start_product()


@contextmanager
def hanging(host: Host) -> Iterator[None]:
    """pinshiftd takes messages and never answers."""
    host.start_product()
    host.pinshiftd.signal("STOP")
    try:
        yield
    finally:
        host.pinshiftd.signal("CONT")


@contextmanager
def killed(host: Host) -> Iterator[None]:
    """pinshiftd dies when it has been asked and has not yet answered, every time."""
    watch = Piece(host, "dbus-monitor", ["dbus-monitor", "--system", "member='Fit'"])
    host.write(watch.log, "")
    watch.start()
    wait_until(lambda: "NameLost" in host.read(watch.log), "dbus-monitor watches the bus")
    with hanging_or_gone(host):
        killer = threading.Thread(target=_kill_when_asked, args=(host, watch))
        killer.start()
        try:
            yield
        finally:
            watch.stop()
            killer.join()


@contextmanager
def hanging_or_gone(host: Host) -> Iterator[None]:
    host.start_product()
    pid = host.pinshiftd.pid
    host.run("kill", "-STOP", str(pid))
    try:
        yield
    finally:
        host.run("kill", "-CONT", str(pid), check=False)


def _kill_when_asked(host: Host, watch: Piece) -> None:
    pid = host.pinshiftd.pid
    wait_until(lambda: "member=Fit" in host.read(watch.log) or not watch.alive, "a question", 300)
    host.run("kill", "-KILL", str(pid), check=False)


@contextmanager
def bus_gone(host: Host) -> Iterator[None]:
    """No bus daemon at all. libvirtd ends with its bus, and does without when it is started again."""
    host.libvirtd.stop()
    host.bus.stop()
    host.run("rm", "-f", "/run/dbus/system_bus_socket")
    host.libvirtd.start()
    try:
        yield
    finally:
        host.bus.start()
        host.libvirtd.restart()
        host.pinshiftd.stop()  # One that outlived its bus is of no use.
        host.start_product()


@contextmanager
def no_libdbus(host: Host) -> Iterator[None]:
    """libdbus-1 is not installed; what runs has it mapped."""
    host.run("sh", "-c", HIDE_LIBDBUS)
    try:
        yield
    finally:
        host.run("sh", "-c", SHOW_LIBDBUS)


FAULTS: dict[str, Fault] = {
    "pinshiftd stopped": stopped,
    "pinshiftd hanging": hanging,
    "pinshiftd killed in mid-call": killed,
    "the bus gone": bus_gone,
    "libdbus-1 absent": no_libdbus,
}
