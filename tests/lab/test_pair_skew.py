# SPDX-License-Identifier: LGPL-2.1-or-later
"""Guests whose records another version of pinshift wrote, on hosts of this one and on one without pinshift."""

from __future__ import annotations

import re
from collections.abc import Callable

from pinlab import RECORD, Guest, Host, migrate, placement
from pinlab.cases import Suite, expect, same
from pinlab.trio import PINNED, TUNED, recorded, runs_only_on, same_placement
from pinlab.trip import MOVE, STORED, adapted, arrived, as_at_home, begin, is_home, record
from test_pair_chains import Quartet

skew = Suite("skew", Quartet)

ELEMENT = re.compile(r"<pinshift:record.*?</pinshift:record>", re.S)
THROTTLE = ('<pinshift:setting name="io-throttle" home="0" action="soften">'
            '<pinshift:original><pinshift:iops disk="vda" read="500"/></pinshift:original></pinshift:setting>')
LEFT = f"{PINNED.name}: its record stays as it is, and so does the guest: the record is of version 2, only 1 is read"


def with_more(text: str) -> str:
    """A setting that only a newer version knows, an attribute of the record, and an element in an original."""
    text = text.replace("<pinshift:record ", '<pinshift:record since="2027-01-01" ', 1)
    text = text.replace("</pinshift:original>", '<pinshift:uclamp min="10"/></pinshift:original>', 1)
    return text.replace("</pinshift:record>", f"{THROTTLE}</pinshift:record>")


def of_version_2(text: str) -> str:
    return re.sub(r"version=(['\"])1\1", "version='2'", text, count=1)


def rewrite(host: Host, guest: Guest, change: Callable[[str], str], side: str, *flags: str) -> None:
    """A side of GUEST's record becomes what another version would have written; SIDE is virsh's word for it."""
    found = ELEMENT.search(host.dumpxml(guest, *flags))
    assert found
    text = re.sub(r" xmlns:pinshift=(['\"]).*?\1", "", change(found[0])).replace("pinshift:", "")
    expect(text != found[0].replace("pinshift:", ""), "the record is another", text)
    host.virsh("metadata", guest.name, RECORD, "--key", "pinshift", "--set", text, side)


def all_there(host: Host) -> None:
    for flags in ((), STORED):
        seen = record(host, TUNED, *flags)
        for word in ("io-throttle", "2027-01-01", "uclamp", "500"):
            expect(word in seen, f"{word} is in the record on {host.name} {flags}", seen)


@skew.case("what a newer version wrote into a record goes over three hosts, one without pinshift, and home")
def newer(w: Quartet) -> None:
    begin(w, TUNED)
    rewrite(w.a, TUNED, with_more, "--live")
    rewrite(w.a, TUNED, with_more, "--config", *STORED)
    all_there(w.a)
    home = as_at_home(w.a, TUNED)
    migrate(TUNED, w.a, w.b, *MOVE)
    arrived(w.b, TUNED, adapted(home.live), adapted(home.stored))
    all_there(w.b)
    there = record(w.b, TUNED)
    migrate(TUNED, w.b, w.d, *MOVE)
    same(record(w.d, TUNED), there, "its record on the host without pinshift")
    migrate(TUNED, w.d, w.c, *MOVE)
    arrived(w.c, TUNED, home.live, home.stored)
    all_there(w.c)
    migrate(TUNED, w.c, w.a, *MOVE)
    all_there(w.a)
    is_home(w, TUNED, home)
    done = w.a.run("pinshift", "forget", TUNED.name, check=False)
    same(done.rc, 1, f"exit status of pinshift forget\n{done}")
    expect("has a record of a newer pinshift, and what only that knows would be lost" in done.err, "it says why", done)
    all_there(w.a)


def left_alone(host: Host, text: str) -> None:
    same(record(host, PINNED), text, f"its record on {host.name}")
    for verb in ("adopt", "forget", "repin"):
        done = host.run("pinshift", verb, PINNED.name, check=False)
        expect(done.rc != 0, f"pinshift {verb} fails", done)
        expect(LEFT in done.err, "it says why", done)
    told = host.run("pinshift", "status", PINNED.name).out
    expect("not known: its record stays as it is, and so does the guest" in " ".join(told.split()), "pinshift status says so", told)
    same(record(host, PINNED), text, f"its record on {host.name} after all that was asked")


@skew.case("a guest whose record nobody here can read comes as it is, is left so, and goes home as it was")
def beyond(w: Quartet) -> None:
    w.begin(PINNED)
    rewrite(w.a, PINNED, of_version_2, "--live")
    home, text = placement(w.a, PINNED), record(w.a, PINNED)
    w.a.wait_for_log(LEFT)
    left_alone(w.a, text)
    migrate(PINNED, w.a, w.b)
    runs_only_on(w.b, PINNED, w.a)
    w.b.wait_for_log(LEFT)
    same_placement(w.b, PINNED, home)
    left_alone(w.b, text)
    migrate(PINNED, w.b, w.a)
    same_placement(w.a, PINNED, home)
    left_alone(w.a, text)


@skew.case("a guest whose record nobody here can read stays where it is where on-failure = refuse")
def refused(w: Quartet) -> None:
    w.begin(PINNED)
    recorded(w.a, PINNED)
    rewrite(w.a, PINNED, of_version_2, "--live")
    text = record(w.a, PINNED)
    with w.b.configured(hook="on-failure = refuse\n"):
        done = migrate(PINNED, w.a, w.b, check=False)
    expect(not done.ok and LEFT in done.err, "the migration fails, and says why", done)
    runs_only_on(w.a, PINNED, w.b)
    same(record(w.a, PINNED), text, "its record")
