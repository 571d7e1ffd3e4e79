# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every verb in a real terminal of 80 columns, and without one; and every JSON beside its schema."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace

from pinlab import Guest, Host, Lab, PairHost, wait_until
from pinlab.cases import Suite, expect, same, stage
from pinlab.cluster import Cluster
from pinlab.result import Result
from pinlab.schema import valid
from pinlab.screen import COLUMNS, Screen, Shown
from pinlab.trio import PAGES, TUNED, recorded
from pinlab.typed import GUEST_XML, HOST_JSON, JSON, PIPE, PLAIN_XML, POLICY_CONF, TERMINAL, TYPED, Row
from pinlab.underway import laden, load

DB1 = replace(TUNED, name="db1")
WEB1 = Guest("web1", vcpus=1)
HEAVY = laden(Guest("heavy", vcpus=1))
SLOW = "[migrate]\nbandwidth = 1MiB\n"
STRICT = "[fit]\nhugepages = keep\n"
GROUP = "[group web]\nmembers = web*\npolicy = affinity\n"
# Where db1 and web1 are in each state, and whether hosta is in maintenance.
STATES = {"home": ("hosta", "hosta", False), "away": ("hostb", "hosta", False), "drained": ("hostb", "hostb", True)}


class Desk:
    """The world of the cases: two hosts that are a cluster, with a terminal on each; hostb has no huge pages."""

    def __init__(self, lab: Lab) -> None:
        self.a = lab.host("hosta", PairHost, stage=stage(), hugepages=PAGES)
        self.b = lab.host("hostb", PairHost, stage=stage())
        self.hosts = {host.name: host for host in (self.a, self.b)}
        lab.up()
        load(self.a)
        self.cluster = Cluster(self.a, self.b)
        self.policyd = self.cluster.policyd
        self.cluster.start()
        self.cluster.set_policy(GROUP)
        self.screens = {name: Screen(host) for name, host in self.hosts.items()}
        self.state = ""
        self._write_files()

    def _write_files(self) -> None:
        self.a.write(GUEST_XML, DB1.xml())
        self.a.write(PLAIN_XML, Guest("plain").xml())
        self.a.write(HOST_JSON, self.b.run("pinshift", "snapshot").out)
        self.a.write(POLICY_CONF, STRICT)

    def clean(self) -> None:
        """A row goes on where the one before has ended."""
        for host in self.hosts.values():
            expect(host.bus.alive and host.libvirtd.alive, f"{host.name} has its bus and libvirtd")

    def become(self, state: str) -> None:
        if self.state == state:
            return
        for host in self.hosts.values():
            host.clear()
            host.reset_product()
        self.cluster.services["hosta"].wait_for_state("reachable", *self.hosts)
        for guest in (DB1, WEB1):
            self.a.start(guest)
        recorded(self.a, DB1)
        self._move(state)
        self.state = state

    def _move(self, state: str) -> None:
        for guest, name in zip((DB1, WEB1), STATES[state][:2], strict=True):
            self.policyd.knows(guest, self.a)
            if name != "hosta":
                same(self.policyd.migrate(guest, name).end()["State"], "done", f"how {guest.name} came to {name}")
        self.policyd.set_maintenance("hosta", STATES[state][2])

    def is_in(self, state: str) -> None:
        """Waits until the cluster knows that the guests are where STATE has them."""
        for guest, name in zip((DB1, WEB1), STATES[state][:2], strict=True):
            self.policyd.knows(guest, self.hosts[name])
        wait_until(lambda: self.policyd.hosts()["hosta"]["Maintenance"] == STATES[state][2], f"hosta is as it is when {state}", 60)
        self.state = state


terminal = Suite("terminal", Desk)


# What cases say

def has(row: Row, text: str) -> None:
    """The words of ROW are in TEXT, one behind the other."""
    at = 0
    for word in row.says:
        found = text.find(word, at)
        expect(found >= 0, f"`pinshift {row.words}` says {word!r} behind what came before", text)
        at = found + len(word)


def fits(shown: Shown, what: str) -> None:
    """No line was broken by the terminal, or is as wide as it."""
    same(shown.lines, shown.joined, f"lines that the terminal has broken, of {what}")
    for line in shown.lines:
        expect(len(line) <= COLUMNS, f"a line of {what} fits in {COLUMNS} columns", line)


def at_terminal(w: Desk, row: Row) -> None:
    shown = w.screens[row.host].run(f"pinshift {row.words}")
    same(shown.code, row.code, f"exit status of {row.words}\n{shown.text}")
    if not row.wide:
        fits(shown, row.words)
    if row.silent:
        same(shown.lines, [], f"what `pinshift {row.words}` says")
    has(row, shown.words if not row.wide else "".join(shown.joined))


def called(w: Desk, row: Row, *more: str) -> Result:
    done = w.hosts[row.host].run("pinshift", *shlex.split(row.words), *more, check=False)
    same(done.rc, row.code, f"exit status\n{done}")
    return done


def through_pipe(w: Desk, row: Row) -> None:
    done = called(w, row)
    said = done.out + done.err
    for what, sign in {"an escape": "\x1b", "a carriage return": "\r", "a bell": "\a"}.items():
        expect(sign not in said, f"no output has {what}", repr(said))
    expect(not said or said.endswith("\n"), "the last line is one", repr(said))
    if row.silent:
        same(said, "", f"what `pinshift {row.words}` says")
    has(row, " ".join(said.split()))


def as_json(w: Desk, row: Row) -> None:
    done = called(w, row, *(["--json"] if row.verb != "snapshot" else []))
    valid(shlex.split(row.words), done.out)


HOW = {TERMINAL: at_terminal, PIPE: through_pipe, JSON: as_json}


@terminal.each("{0}, {1}", [(row.words, way, row) for row in TYPED for way in row.ways])
def typed(w: Desk, _words: str, way: str, row: Row) -> None:
    w.become(row.before)
    if row.after:
        w.state = ""
    HOW[way](w, row)
    if row.after in STATES:
        w.is_in(row.after)
