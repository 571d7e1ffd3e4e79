# SPDX-License-Identifier: LGPL-2.1-or-later
"""pinshift-policyd on file systems that are full to the last byte: it does what it is asked, and with room again its files are whole."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager

from pinlab import Guest, Lab, PairHost, wait_until
from pinlab.cases import Suite, expect, same
from pinlab.cluster import Cluster
from pinlab.couple import Couple
from test_pair_room import full, small

ONE = Guest("one", vcpus=1, vcpupin={0: "0"}, hugepages=2048)

# What it writes: its diary, and figures where the policy wants them.
STATE, FIGURES = "/var/lib/pinshift-policyd", "/var/lib/figures"
DIARY, METRICS = f"{STATE}/diary", f"{FIGURES}/cluster.prom"
POLICY = f"[metrics]\ncluster-file = {METRICS}\n"
FIGURE = re.compile(r'#.*|\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? [-+.\w]+')
MOVED = 'pinshift_cluster_events_total{event="migration-done"} '


# A blank line, which readers pass over, leaves so much of the last page of a file that the next line is torn.
SLACK = 100
PAD = f"""
touch "$1"
size=$(stat -c %s "$1")
printf '%*s\\n' $(((8191 - {SLACK} - size % 4096) % 4096)) '' >>"$1"
"""


class Filled(Couple):
    """pinshift-policyd is on hosta."""

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab, PairHost)
        self.cluster = Cluster(self.a, self.b)
        self.policyd = self.cluster.policyd
        self.a.run("mkdir", FIGURES)
        self.cluster.start()
        self.cluster.set_policy(POLICY)

    def clean(self) -> None:
        self.cluster.stop()
        super().clean()
        self.a.run("sh", "-c", f"rm -rf {STATE}/* {FIGURES}/*")
        self.cluster.start_services(self.a)

    def restart(self, signal: str) -> None:
        self.policyd.stop(signal)
        self.cluster.start_services(self.a)

    def does(self, *words: str, on: PairHost) -> None:
        """Whoever asks for WORDS gets it: ONE runs there."""
        said = self.a.run("pinshift", *words, check=False)
        expect(said.ok and on.state(ONE) == "running", f"{ONE.name} runs on {on.name}", said)


room = Suite("cluster room", Filled)


def events(w: Filled) -> Iterator[str]:
    """What the diary has, line by line; nothing of it is torn."""
    for line in w.a.read(DIARY).splitlines():
        yield json.loads(line)["event"]


def told(w: Filled, *wanted: str) -> None:
    same([event for event in events(w) if event.startswith(("migration-", "moves-"))], list(wanted), "jobs of which the diary tells")


@contextmanager
def brimful(w: Filled) -> Iterator[None]:
    """Within, the diary's file system has no page left, and the next line is written in part."""
    w.a.run("sh", "-c", PAD, "sh", DIARY)
    with full(w.a, (STATE,)):
        yield


MOVE = ("migration-begun", "migration-done")
DRAIN = ("moves-begun", *MOVE, "moves-done")


@room.case(f"where {STATE} is full guests are moved and hosts emptied, and with room again the diary tells of all of it")
def diary(w: Filled) -> None:
    w.begin(ONE)
    w.policyd.knows(ONE, w.a)
    with small(w.a, (STATE,)):
        with brimful(w):
            w.does("migrate", ONE.name, "hostb", on=w.b)
            w.a.wait_for_log("until it can be written, what happens is forgotten with the next restart")
        w.does("drain", "hostb", on=w.a)
        told(w, *MOVE, *DRAIN)
        w.policyd.set_maintenance("hostb", False)
        with brimful(w):
            w.does("drain", "hosta", on=w.b)
        w.restart("TERM")
        told(w, *MOVE, *DRAIN, *DRAIN)


@room.case(f"where {STATE} is full and pinshift-policyd is killed, the next one works, and tells of what was there before")
def killed(w: Filled) -> None:
    w.begin(ONE)
    w.policyd.knows(ONE, w.a)
    with small(w.a, (STATE,)):
        w.does("migrate", ONE.name, "hostb", on=w.b)
        with brimful(w):
            w.does("drain", "hostb", on=w.a)
            w.restart("KILL")
            w.policyd.set_maintenance("hostb", False)
            w.does("migrate", ONE.name, "hostb", on=w.b)
        w.does("migrate-home", on=w.a)
        expect(list(events(w))[:2] == list(MOVE), "what it told before is there", w.a.read(DIARY))
        expect(list(events(w))[-4:] == list(DRAIN), "what came later is there", w.a.read(DIARY))


@room.case(f"where {FIGURES} is full guests are moved, and with room again the figures are there, whole at all times")
def figures(w: Filled) -> None:
    w.begin(ONE)
    w.policyd.knows(ONE, w.a)
    with small(w.a, (FIGURES,)):
        with full(w.a, (FIGURES,)):
            w.does("migrate", ONE.name, "hostb", on=w.b)
            w.a.wait_for_log(f"metrics: {METRICS}: can't be written")
            whole(w)
        w.does("migrate-home", on=w.a)
        wait_until(lambda: w.a.exists(METRICS) and f"{MOVED}2\n" in w.a.read(METRICS), "both moves are in the figures")
        whole(w)
        same(w.a.run("ls", FIGURES).out.split(), [METRICS.rpartition("/")[2]], "files there")


def whole(w: Filled) -> None:
    text = w.a.read(METRICS) if w.a.exists(METRICS) else ""
    wrong = [line for line in text.splitlines() if not FIGURE.fullmatch(line)]
    expect(not wrong and (not text or text.endswith("\n")), "each line is a figure, to the last", wrong, text)
