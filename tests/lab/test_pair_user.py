# SPDX-License-Identifier: LGPL-2.1-or-later
"""pinshiftd as the user that its unit gives it: what it reads and writes needs no root."""

from __future__ import annotations

import json
from dataclasses import replace

from pinlab import Guest, Host, Lab, PairHost, migrate, placement
from pinlab.cases import Suite, expect, same, stage
from pinlab.firmware import install, that
from pinlab.host import BUS_NAME
from pinlab.trio import TUNED, Trio, recorded, runs_only_on, same_placement
from pinlab.underway import SLOW, Underway, laden, load

USER = "pinshift"
SERVICE = f"/usr/share/dbus-1/system-services/{BUS_NAME}.service"
# As libvirt is with its polkit rule: who is in the group may.
LIBVIRTD_CONF = """\
unix_sock_group = "libvirt"
unix_sock_rw_perms = "0770"
"""
FIRST = laden(replace(TUNED, name="first"))
SECOND = Guest("second", hugepages=2048)


class UserHost(PairHost):
    """The bus starts pinshiftd as USER, made as an installation makes it."""

    def _configure(self) -> None:
        super()._configure()
        self.write("/etc/libvirt/libvirtd.conf", self.read("/etc/libvirt/libvirtd.conf") + LIBVIRTD_CONF)
        self.run("systemd-sysusers", "pinshift.conf")
        self.run("chown", f"{USER}:", "/var/lib/pinshift")
        self.run("sed", "-i", f"s/^User=root$/User={USER}/", SERVICE)

    def start_product(self) -> None:
        self.run("systemd-tmpfiles", "--create", "pinshift.conf")
        super().start_product()


class Users(Trio):
    def __init__(self, lab: Lab) -> None:
        super().__init__(lab, stage(), UserHost)
        load(self.a)
        load(self.c)


users = Suite("user", Users)


def owners(host: Host, path: str) -> set[str]:
    return set(host.run("find", path, "-printf", "%U\n").out.split())


def free_pages(host: Host) -> int:
    """How many pages of 2 MiB the service knows to be free, but for claims, which its snapshot has beside."""
    nodes = json.loads(host.run("pinshift", "snapshot").out)["nodes"]
    return sum(pool["free"] for node in nodes for pool in node["pages"] if pool["size_kib"] == 2048)


@users.case("a tuned guest gets there and home, and nothing of it is root's")
def there_and_back(w: Users) -> None:
    for host in (w.a, w.b):
        ids = host.run("ps", "-o", "user=", "-p", str(host.pinshiftd.pid)).out.split()
        same(ids, [USER], f"who pinshiftd is on {host.name}")
    w.begin(TUNED)
    original = placement(w.a, TUNED)
    migrate(TUNED, w.a, w.b)
    runs_only_on(w.b, TUNED, w.a)
    expect("memoryBacking" not in placement(w.b, TUNED), "hugepages are stripped on hostb")
    recorded(w.b, TUNED)
    migrate(TUNED, w.b, w.a)
    same_placement(w.a, TUNED, original)
    user = w.a.run("id", "-u", USER).out.strip()
    for path in ("/run/pinshift", "/var/lib/pinshift"):
        same(owners(w.a, path), {user}, f"whose {path} and the files in it are")


@users.case("what guests do can be measured, too")
def measured(w: Users) -> None:
    works = that("writes", Guest("works", vcpus=1))
    install(w.a)
    w.a.create(works)
    cpu, dirty = w.a.usage()[works.uuid]
    expect(cpu >= 100 and dirty >= 10 << 10, "it works and writes", cpu, dirty)


@users.case("what a guest has received while a second one comes counts once")
def received(w: Users) -> None:
    w.begin(FIRST)
    w.begin(SECOND)
    before = free_pages(w.c)
    under = Underway(FIRST, w.a, w.c, *SLOW)
    under.wait_for_stream()
    # The kernel has given its pages away, and the claim is for them: they are put back, so that they are missing once.
    same(free_pages(w.c), before, "pages that are free but for the claim")
    migrate(SECOND, w.a, w.c)
    expect("memoryBacking" in placement(w.c, SECOND), "the second guest has its pages")
    under.hurry()
    expect(under.end().ok, "the first guest arrives")
    runs_only_on(w.c, FIRST, w.a)
