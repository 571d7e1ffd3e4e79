# SPDX-License-Identifier: LGPL-2.1-or-later
"""The power of a cluster's host: it goes with no word to anybody, and what comes up has nothing in /run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from .cluster import Cluster
from .host import Host
from .pair import PairHost
from .wait import wait_until

QEMU_CONF = "/etc/libvirt/qemu.conf"

# What is the laboratory's stays.
FORGET = """
cd /run
for entry in *; do case $entry in lab | pinlab) ;; *) rm -rf "$entry" ;; esac; done
mkdir -p dbus lock libvirt
"""


def reboot(cluster: Cluster, host: Host) -> None:
    """HOST goes down and comes up, its kernel and what is installed as they were; so does the cluster's service, if it was there."""
    served = cluster.services[host.name].alive
    for piece in (cluster.services[host.name], host.pinshiftd, cluster.listeners[host.name], host.libvirtd, host.virtlogd, host.bus):
        piece.stop("KILL")
    _come_up(cluster, host)
    if served:
        cluster.start_services(host)
    cluster.policyd.wait_for_state("reachable", host.name)


@contextmanager
def dead(cluster: Cluster, host: PairHost) -> Iterator[None]:
    """Within, HOST is dead: its network first, so that no connection ends, then all that runs on it.

    The others find out in a moment what else they would only as their tables of neighbours grow old.
    """
    host.run("ip", "link", "set", "eth0", "down")
    for other in cluster.hosts.values():
        if other is not host:
            other.run("ip", "neighbour", "flush", "to", host.address)
    host.run("kill", "-KILL", "--", "-1", check=False)
    try:
        yield
    finally:
        host.run("ip", "link", "set", "eth0", "up")
        host.run("rm", "-f", "/dev/log")
        host.syslogd.start()
        _come_up(cluster, host)


@contextmanager
def impatient(host: PairHost) -> Iterator[None]:
    """Within, HOST's libvirtd gives up a destination that is silent for ten seconds, not for half a minute."""
    usual = host.read(QEMU_CONF)
    host.write(QEMU_CONF, usual + "keepalive_interval = 1\nkeepalive_count = 10\n")
    host.libvirtd.restart()
    try:
        yield
    finally:
        host.write(QEMU_CONF, usual)
        host.libvirtd.restart()


def _come_up(cluster: Cluster, host: Host) -> None:
    host.run("sh", "-c", FORGET)
    pieces = [host.bus, host.virtlogd, host.libvirtd] if isinstance(host, PairHost) else [host.bus, host.libvirtd]
    for piece in pieces:
        piece.start()
    wait_until(lambda: host.exists("/run/dbus/system_bus_socket"), f"{host.name} has its bus")
    host.start_product()
    cluster.listeners[host.name].start()
