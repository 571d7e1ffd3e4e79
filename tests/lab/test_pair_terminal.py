# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every verb in a real terminal of 80 columns, and without one; and every JSON beside its schema."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
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
GROUP = "[group web]\nmembers = web*\npolicy = affinity\n"
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
        for host in self.hosts.values():
            load(host)
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

    def begin_heavy(self) -> None:
        """HEAVY runs on hosta, beside those that are at home."""
        self.become("home")
        self.state = ""
        self.a.create(HEAVY)
        self.policyd.knows(HEAVY, self.a)

    @contextmanager
    def slowly(self) -> Iterator[None]:
        """Within, guests move so slowly that somebody can look."""
        self.cluster.set_policy(GROUP + SLOW)
        try:
            yield
        finally:
            self.cluster.set_policy(GROUP)

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


def fits(shown: Shown, what: str, columns: int = COLUMNS) -> None:
    """No line was broken by the terminal."""
    same(shown.lines, shown.joined, f"lines that the terminal has broken, of {what}")
    for line in shown.lines:
        expect(len(line) <= columns, f"a line of {what} fits in {columns} columns", line)


def at_terminal(w: Desk, row: Row) -> None:
    shown = w.screens[row.host].run(f"pinshift {row.words}")
    same(shown.code, row.code, f"exit status of {row.words}\n{shown.text}")
    if not row.wide:
        fits(shown, row.words)
    if row.silent:
        same(shown.lines, [], f"what `pinshift {row.words}` says")
    expect(not (row.plain and shown.coloured), f"`pinshift {row.words}` has no colours", shown.text)
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
    valid(row.verb, shlex.split(row.words), done.out)


HOW = {TERMINAL: at_terminal, PIPE: through_pipe, JSON: as_json}


@terminal.each("{0}, {1}", [(row.words, way, row) for row in TYPED for way in row.ways])
def typed(w: Desk, _words: str, way: str, row: Row) -> None:
    w.become(row.before)
    if row.after:
        w.state = ""
    HOW[way](w, row)
    if row.after in STATES:
        w.is_in(row.after)


# Colours, completion

COLOURED = {"pinshift plan db1": True, "NO_COLOR= pinshift plan db1": True, "NO_COLOR=1 pinshift plan db1": False,
            "pinshift plan db1 --no-color": False, "pinshift --no-color plan db1": False, "pinshift plan db1 | cat": False}


@terminal.each("`{0}`: colours {1}", COLOURED.items())
def colours(w: Desk, line: str, wanted: bool) -> None:
    w.become("home")
    shown = w.screens["hosta"].run(line)
    same(shown.coloured, wanted, f"whether `{line}` has colours\n{shown.text}")


TABS = {"pinshift migrate-": "pinshift migrate-home", "pinshift repin d": "pinshift repin db1", "pinshift drain h": "pinshift drain host",
        "pinshift plan db1 --pol": "pinshift plan db1 --policy="}


@terminal.each("`{0}` and the tabulator make `{1}`", TABS.items())
def completed(w: Desk, begun: str, whole: str) -> None:
    w.become("home")
    screen = w.screens["hosta"]
    screen.run("source /usr/share/bash-completion/completions/pinshift")
    screen.prepare(begun)
    screen.press("Tab")
    screen.wait_for(lambda lines: lines[-1].endswith(whole), f"{begun} becomes {whole}")
    screen.press("C-u")


# Progress

PERCENT = re.compile(r"(\d+) %")


@terminal.case("the progress of a migration is one line that changes, and Ctrl-C leaves the guest and the screen as they were")
def progress(w: Desk) -> None:
    w.begin_heavy()
    screen = w.screens["hosta"]
    with w.slowly():
        screen.start("pinshift migrate heavy hostb")
        seen: set[str] = set()

        def goes_on(lines: list[str]) -> bool:
            moving = [line for line in lines if PERCENT.search(line)]
            expect(len(moving) < 2, "one line shows how far it is", *lines)
            expect(all(len(line) < COLUMNS for line in lines), "no line is as wide as the terminal", *lines)
            seen.update(PERCENT.findall(" ".join(moving)))
            return len(seen) > 2

        screen.wait_for(goes_on, "three percentages are shown")
        screen.press("C-c")
        shown = screen.end()
    same(shown.code, 1, f"exit status\n{shown.text}")
    expect(not PERCENT.search(shown.text) and "cancel" in shown.words, "nothing is left of the progress, and it says what happened", shown.text)
    expect(all(line.startswith(("heavy: ", "pinshift: ")) for line in shown.joined), "each line is whole", shown.text)
    same((w.a.state(HEAVY), w.b.state(HEAVY)), ("running", "none"), "where the guest is")


@terminal.case("without a terminal the progress is lines, one for each stage, and no more")
def progress_of_a_pipe(w: Desk) -> None:
    w.begin_heavy()
    done = w.a.run("pinshift", "migrate", "heavy", "hostb")
    lines = done.out.splitlines()
    same(len(lines), len(set(lines)), f"lines, each said once\n{done}")
    for line in lines:
        expect(line.isprintable() and line.strip(), "it is a line of text", repr(line))
    expect("hostb" in lines[-1] or "hostb" in lines[-2], "the end says where it is", done)


@terminal.case("a terminal of 132 columns has what 80 have broken in one line")
def wide(w: Desk) -> None:
    w.become("away")
    narrow = w.screens["hostb"].run("pinshift plan db1")
    wide = Screen(w.b, columns=132, name="wide").run("pinshift plan db1")
    expect(len(wide.lines) < len(narrow.lines), "it has less lines", narrow.text, wide.text)
    same(wide.words.replace("-", ""), narrow.words.replace("-", ""), "the words")
    fits(wide, "the wide terminal", 132)
