# SPDX-License-Identifier: LGPL-2.1-or-later
"""What pinshift status tells of a guest that misses something: since when, why, and where it would have it back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from xml.etree.ElementTree import Element

from pinlab import Host, Lab, PairHost, wait_until
from pinlab.away import look_again, move
from pinlab.cases import Suite, expect, same, stage
from pinlab.cluster import Cluster
from pinlab.schema import valid
from pinlab.trio import PAGES, TUNED, recorded
from pinlab.underway import load

DB1 = replace(TUNED, name="db1")
GROUPS = "[group db]\nmembers = db*\npolicy = affinity\n[group web]\nmembers = web*\npolicy = affinity\n"
HOST1 = "org.pinshift.Host1"
SVG = "{http://www.w3.org/2000/svg}"
TITLE = f"{SVG}title"
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


class Two:
    """The world of the cases: two hosts that are a cluster, of which hostb has no huge pages; pinshift-policyd is not started yet."""

    def __init__(self, lab: Lab) -> None:
        self.a = lab.host("hosta", PairHost, stage=stage(), hugepages=PAGES)
        self.b = lab.host("hostb", PairHost, stage=stage())
        lab.up()
        load(self.a)
        self.cluster = Cluster(self.a, self.b)
        self.policyd = self.cluster.policyd
        self.cluster.start()
        self.cluster.set_policy(GROUPS)
        self.cluster.stop()

    def clean(self) -> None:
        self.cluster.stop()
        for host in (self.a, self.b):
            host.clear()
            host.reset_product()

    @contextmanager
    def away(self) -> Iterator[None]:
        """db1, at home on hosta, is on hostb."""
        self.a.create(DB1)
        recorded(self.a, DB1)
        move(DB1, self.a, self.b)
        wait_until(lambda: told(self.b)["since"], "hostb knows since when")
        yield


status = Suite("status", Two)


# What cases say

def asked(host: Host, *words: str) -> str:
    """JSON of status, which is right."""
    done = host.run("pinshift", "status", *words, "--json", check=False)
    expect(done.rc in (0, 10), "status answers", done)
    valid("status", ["status", *words], done.out)
    return done.out


def told(host: Host, *words: str) -> dict[str, Any]:
    """What status says of db1; WORDS: what else is typed."""
    return next(guest for guest in json.loads(asked(host, *words))["domains"] if guest["name"] == DB1.name)


def told_by(host: Host) -> dict[str, Any]:
    """What the host's own service says of its only guest."""
    return json.loads(json.loads(host.run("busctl", "--json=short", "call", HOST1, "/org/pinshift/Host1", HOST1, "Domains", "a{sv}", "0").out)["data"][0])[0]


def seats(picture: Element) -> list[list[str]]:
    """What is said of the CPUs of each host that is drawn; a host begins with its first CPU."""
    hosts: list[list[str]] = []
    for title in picture.iter(TITLE):
        text = title.text or ""
        if text.startswith("CPU 0,"):
            hosts.append([])
        if text.startswith("CPU "):
            hosts[-1].append(text)
    return hosts


def shown(picture: Element) -> int:
    """How often a legend names db1."""
    return sum(text.text == DB1.name for text in picture.iter(f"{SVG}text"))


def now(host: Host) -> str:
    return host.run("date", "-u", "+%Y-%m-%dT%H:%M:%SZ").out.strip()


def is_lost(guest: dict[str, Any], after: str, before: str) -> None:
    same((guest["home"], guest["misses"], guest["actions"]["hugepages"]), ("hosta", ["hugepages"], "strip"), "home, and what it misses")
    expect(TIME.fullmatch(guest["since"]["hugepages"]), "since is a time", guest)
    expect(after <= guest["since"]["hugepages"] <= before, f"since is between {after} and {before}", guest)
    expect("page" in guest["reasons"]["hugepages"], "it says why", guest)
    expect("pages of 2 MiB" in guest["written"]["hugepages"] and "ordinary memory" in guest["given"]["hugepages"], "written and given", guest)


# Cases

@status.case("since when a guest misses something outlives pinshiftd, and begins anew when it comes again")
def since(w: Two) -> None:
    begun = now(w.b)
    with w.away():
        first = told(w.b)
        is_lost(first, begun, now(w.b))
        look_again(w.b)
        same(told(w.b)["since"], first["since"], "since when, after pinshiftd was away")
        same(told(w.b, DB1.name)["back"], None, "where back, as long as nobody can be asked")
        move(DB1, w.b, w.a)
        wait_until(lambda: told(w.a)["misses"] == [], "home has all of it")
        wait_until(lambda: now(w.b) > first["since"]["hugepages"], "another second")
        again = now(w.b)
        move(DB1, w.a, w.b)
        wait_until(lambda: told(w.b)["since"], "hostb knows since when, again")
        is_lost(told(w.b), again, now(w.b))


@status.case("in words: each setting as written and as given, by name, UUID and ID")
def words(w: Two) -> None:
    with w.away():
        seen = w.b.run("pinshift", "status", DB1.name, check=False)
        same(seen.rc, 10, f"exit status\n{seen}")
        for part in ("Name:    db1\n", "Home:    hosta\n", "Misses:  hugepages strip\n", "hugepages: strip, since 20", "  written    pages of 2 MiB\n",
                     "  given      ordinary memory\n", "  why        ", "  hosta, its home; whether it could go there now"):
            expect(part in seen.out, f"{part!r} is said", seen)
        number = w.b.virsh("domid", DB1.name).out.strip()
        for name in (DB1.uuid, number):
            same(w.b.run("pinshift", "status", name, check=False).out, seen.out, f"what is said of {name}")
        for verb in ("repin", "adopt", "forget"):
            done = w.b.run("pinshift", verb, number, "--dry-run", check=False)
            expect(done.rc in (0, 10) and "db1" in done.out, f"{verb} finds it by its ID", done)


@status.case("pinshift-policyd tells that home has room, and then that it has none, and why")
def back(w: Two) -> None:
    with w.away():
        w.cluster.start_services(w.a)
        w.policyd.knows(DB1, w.b)
        same(told(w.a, "-H", "hostb", DB1.name)["back"],
             [{"host": "hosta", "home": True, "now": True, "command": "pinshift migrate-home db1"}], "where back")
        w.policyd.set_maintenance("hosta", True, "new disks")
        wait_until(lambda: not told(w.a, "-H", "hostb", DB1.name)["back"][0]["now"], "home takes nobody")
        full = told(w.a, "-H", "hostb", DB1.name)["back"]
        same([(host["host"], host["home"], "command" in host) for host in full], [("hosta", True, False)], "where back")
        expect("maintenance" in full[0]["why"], "what stands in the way", full)
        w.policyd.set_maintenance("hosta", False)


@status.case("pinshift-policyd names the guest that misses its huge pages, where it is, and why; and a host that says nothing")
def domains(w: Two) -> None:
    with w.away():
        w.cluster.start_services(w.a)
        w.policyd.knows(DB1, w.b)
        said = w.policyd.domains(misses=True)
        same([(guest["host"], guest["name"]) for guest in said["domains"]], [("hostb", "db1")], "who misses something, and where")
        same({name: value for name, value in said["domains"][0].items() if name != "host"}, told_by(w.b), "what is said of it")
        same((said["omitted"], said["unreachable"]), (0, []), "what is not said")
        w.b.pinshiftd.stop()
        w.policyd.wait_for_state("unreachable", "hostb")
        said = w.policyd.domains()
        same((said["domains"], len(said["unreachable"])), ([], 1), "what is said without hostb")
        expect(said["unreachable"][0].startswith("hostb: "), "it is named", said)
        w.b.pinshiftd.start()


@status.case("pinshift-policyd draws a host, and what a guest that comes would make of it, or why it can't come")
def pictures(w: Two) -> None:
    w.a.create(DB1)
    recorded(w.a, DB1)
    w.cluster.start_services(w.a)
    w.policyd.knows(DB1, w.a)
    at_home, alone = w.policyd.picture("hosta"), w.policyd.picture("hostb")
    both = w.policyd.picture("hostb", guest=DB1.name)
    same([picture.findtext(TITLE) for picture in (at_home, alone, both)], ["hosta", "hostb", "hostb before, hostb after"], "what they are of")
    same([len(seats(picture)) for picture in (at_home, alone, both)], [1, 1, 2], "how many hosts each has")
    same([shown(picture) for picture in (at_home, alone, both)], [1, 0, 1], "legends that name db1")
    own = [title for title in seats(both)[1] if ": db1" in title]
    expect(own and not any(": db1" in title for title in seats(both)[0]), "db1 is on hostb's CPUs after, and not before", seats(both))
    w.policyd.set_maintenance("hostb", True, "new disks")
    refused = w.policyd.ask_for_picture("hostb", check=False, guest=DB1.name)
    expect(not refused.ok and "db1 can't be on hostb: it is in maintenance: new disks" in refused.err, "it says why not", refused)
    w.policyd.set_maintenance("hostb", False)


@status.case("-H acts on the other host by its link; groups are those of the policy; names are completed from both")
def other(w: Two) -> None:
    with w.away():
        there, here = (json.loads(asked(*at))["domains"] for at in ((w.b,), (w.a, "-H", "hostb")))
        same(here, there, "what hostb says of its guests")
        same([len(json.loads(asked(w.b, "--group", group))["domains"]) for group in ("db", "web")], [1, 0], "guests of each group")
        done = w.b.run("pinshift", "status", "--group", "mail", check=False)
        same((done.rc, done.out), (2, ""), "a group that there is not")
        expect("no group 'mail' in the policy; known are: db, web" in done.err, "it names those that there are", done)
        on = w.a.run("pinshift", "-H", "hostb", "maintenance", "on", "new disks")
        same(on.rc, 0, "maintenance of the other")
        same(w.b.ask("Maintenance"), "(<true>,)", "hostb is in maintenance")
        w.a.run("pinshift", "-H", "hostb", "maintenance", "off")
        w.cluster.start_services(w.a)
        w.policyd.knows(DB1, w.b)
        names = {kind: w.a.run("pinshift", "complete", kind, check=False).out.split() for kind in ("guests", "cluster-guests", "hosts", "groups")}
        same(names, {"guests": [], "cluster-guests": ["db1"], "hosts": ["hosta", "hostb"], "groups": ["db", "web"]}, "what is completed on hosta")
