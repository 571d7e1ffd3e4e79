# SPDX-License-Identifier: LGPL-2.1-or-later
"""What an administrator types: a row for each verb and each option, and what has to be seen then.

Rows are in the order in which they are typed. BEFORE is the state of the world that a row is about, AFTER the one that it leaves:

    home        db1, which has huge pages and pins, and web1, which has nothing, run on hosta
    away        db1 is on hostb, which has no huge pages, so that it misses them
    drained     both are on hostb, and hosta is in maintenance
    emptied     both are on hostb
    apart       db1 is at home, web1 is on hostb
"""

from __future__ import annotations

from dataclasses import dataclass

# Ways to call a command: at a terminal, with a pipe for its output, and that with --json.
TERMINAL, PIPE, JSON = "terminal", "pipe", "json"
EVERY = (TERMINAL, PIPE, JSON)
TEXT = (TERMINAL, PIPE)

GUEST_XML, PLAIN_XML, HOST_JSON, POLICY_CONF = (f"/tmp/{name}" for name in ("db1.xml", "plain.xml", "host.json", "policy.conf"))

# Options before the verb that a word follows.
TAKES_ONE = ("-c", "-H")


@dataclass(frozen=True)
class Row:
    """SAYS are words that have to be there, in that order; WIDE what is not meant for eyes and may be as wide as it is."""

    words: str
    says: tuple[str, ...] = ()
    code: int = 0
    before: str = "home"
    after: str = ""
    ways: tuple[str, ...] = EVERY
    host: str = "hosta"
    wide: bool = False
    silent: bool = False
    plain: bool = False  # At a terminal too: no colours.

    @property
    def verb(self) -> str:
        words = self.words.split()
        return next((word for before, word in zip(["", *words], words, strict=False) if word[0] != "-" and before not in TAKES_ONE), "")


def steps(before: str, after: str, words: str, *says: str) -> list[Row]:
    """The same at a terminal, through a pipe and as JSON: each begins with the state BEFORE."""
    return [Row(words, says if way != JSON else (), 0, before, after, (way,)) for way in EVERY]


HOME = [
    Row("--version", ("pinshift", "."), ways=TEXT),
    Row("status", ("Name", "State", "Home", "db1", "running", "hosta", "web1", "Claims", "none")),
    Row("status -v", ("db1", "running"), ways=TEXT),
    Row("status -q", ways=TEXT, silent=True),
    Row("status db1", ("Name:", "db1", "Home:", "hosta", "Misses:", "nothing", "hugepages: keep", "written")),
    Row("status --no-color db1", ("Name:", "db1"), ways=TEXT),
    Row("status --group web", ("web1",)),
    Row("status -H hostb", ("Claims", "none")),
    Row("snapshot -H hostb", ("hostb", "nodes"), wide=True),
    Row("plan -H hostb db1", ("pinshift:", "hostb:", "db1"), 1, ways=TEXT, wide=True),
    Row("plan -H hostb -c qemu:///system db1", ("db1 on hostb", "hugepages", "strip"), 10),
    Row("-H hostb status", ("Claims", "none")),
    Row("plan db1 --no-color", ("Verdict", "keep"), ways=(TERMINAL,), plain=True),
    Row("plan db1", ("db1 on hosta", "hugepages", "keep", "Verdict", "keep")),
    Row("-c qemu:///system plan db1", ("Verdict", "keep"), ways=TEXT),
    Row("plan -v db1", ("Placement", "Verdict", "keep"), ways=TEXT, wide=True),
    Row("plan db1 --on 'node:1 core:2 mem:8G'", ("hugepages", "strip", "Verdict", "adapt"), 10),
    Row(f"plan {GUEST_XML} --on {HOST_JSON} --policy {POLICY_CONF}", ("Verdict", "refuse"), 1),
    Row("snapshot", ("hosta", "nodes"), wide=True),
    Row("snapshot --sysroot /", ("nodes",), wide=True),
    Row("topology", ("hosta", "node 0", "GiB", "cpu", "db1", "web1")),
    Row("topology --svg -", ("<svg", "db1", "</svg>"), ways=TEXT, wide=True),
    Row("topology --before-after db1 --on 'node:1 core:2 mem:8G'", ("hosta before", "synthetic after", "db1")),
    Row("doctor", ("hosta: Checking", "PASS")),
    Row("doctor -q", ways=TEXT, silent=True),
    Row("doctor -v hostb", ("hosta: Checking", "hostb: Checking", "hosta to hostb: Checking", "hostb to hosta: Checking"), ways=TEXT),
    Row("doctor hostb", ways=(JSON,)),
    Row("doctor db1 hostb", ("hosta to hostb: Checking", "hugepages"), ways=TEXT),
    Row("rank db1", ("Place", "Host", "Verdict", "1", "hostb", "adapt", "hosta", "here")),
    Row("rank -q db1", ("hostb",), ways=TEXT),
    Row("maintenance", ("Host", "State", "Maintenance", "hosta", "reachable", "off", "hostb", "reachable", "off")),
    Row("maintenance hostb on 'disks are replaced'", silent=True, ways=TEXT),
    Row("maintenance hostb", ("hostb", "on: disks are replaced")),
    Row("maintenance hostb on", ways=(JSON,)),
    Row("maintenance hostb off", silent=True),
    Row("config check", ("The policy is right",)),
    Row("config cat", ("[host hosta]",), wide=True),
    Row(f"config check {POLICY_CONF}", ("right",)),
    Row("config cat --root /", ("[host hosta]",), wide=True),
    Row("relay </dev/null", silent=True, ways=(TERMINAL,)),
    Row("repin db1 --dry-run", ("Verdict", "keep", "Nothing to pin")),
    Row("repin db1", ("Nothing to pin",)),
    Row("adopt db1 --dry-run", ("db1: would be adopted",)),
    Row("adopt db1", ("db1: adopted",)),
    Row("forget db1 --dry-run", ("db1: would be forgotten",)),
    Row("forget --all --dry-run", ("db1: would be forgotten", "web1")),
    Row("migrate db1 --dry-run", ("hostb", "hugepages", "strip", "Verdict", "adapt"), 10),
    Row("migrate db1 hostb --make-room --dry-run", ("db1", "hostb", "misses hugepages", "1 move"), 10),
    Row("drain hosta --dry-run", ("db1", "hosta", "hostb", "misses hugepages", "can be emptied", "2 moves"), 10),
    Row("migrate-home --dry-run", ("nothing to move",)),
    Row("migrate-home db1 --make-room --dry-run", ("nothing to move",)),
    Row("balance --dry-run", ("worth", "Imbalance")),
    Row("balance", ("balance",)),
]

AWAY = [
    Row("status", ("db1", "running", "hosta", "hugepages", "Claims"), 10, "away", host="hostb"),
    Row("status -q", ("db1", "hugepages"), 10, "away", host="hostb", ways=TEXT),
    Row("status -v", ("db1", "hugepages: strip, since 20", "written", "given", "why", "32 pages"), 10, "away", host="hostb", ways=TEXT),
    Row("status db1", ("Misses:", "hugepages strip", "Where it would have all of it back", "hosta, its home"), 10, "away", host="hostb"),
    Row("status -H hostb db1", ("hugepages strip", "hosta, its home: now: pinshift migrate-home db1"), 10, "away"),
    Row("repin -H hostb db1", ("Nothing to pin",), 0, "away"),
    Row("plan db1", ("hugepages", "strip", "Verdict", "adapt"), 10, "away", host="hostb"),
    Row("plan -q db1", ("hugepages", "strip"), 10, "away", host="hostb", ways=TEXT),
    Row("repin db1", ("Nothing to pin",), 0, "away", host="hostb"),
    Row("migrate-home --dry-run", ("db1", "hostb", "hosta", "whole", "1 move"), 0, "away"),
    Row("rank db1", ("1", "hosta", "keep", "hostb", "here"), 0, "away"),
    Row("log db1", ("Migration", "hosta", "record written", "moves from hosta to hostb", "hostb", "arrived with changes", "Next migration"), 0, "away"),
    Row("log db1 --all -v", ("moves from hosta to hostb", "[migration-begun"), 0, "away", ways=TEXT),
    Row("log db1 -q", ("hostb", "arrived with changes"), 0, "away"),
    Row("log --since 1h -n 3", ("hosta", "db1"), 0, "away"),
]

MOVES = [
    *steps("home", "away", "migrate db1 hostb", "db1", "hostb"),
    *steps("away", "home", "migrate-home", "migrate-home", "1"),
    *steps("home", "away", "migrate db1", "db1", "hostb"),
    *steps("away", "home", "migrate-home db1", "db1"),
    *steps("away", "home", "migrate db1 hosta --make-room", "db1", "1 guest was moved"),
    *steps("home", "drained", "drain hosta", "drain hosta", "2"),
    Row("status", ("Claims", "none"), 0, "drained"),
    Row("maintenance -q", ("hosta", "on"), 0, "drained", ways=TEXT),
]

LAST = [
    Row(f"adapt {PLAIN_XML}", ("<name>plain</name>",), wide=True),
    Row(f"adapt --dry-run {PLAIN_XML}", ("plain on hosta", "Verdict", "keep")),
    Row("adapt db1 --dry-run", ("db1 on hosta", "Verdict", "keep"), 0),
    Row("forget db1 --force", ("db1: forgotten",), after="gone"),
    Row("forget --all", ("web1",), after="gone", ways=TEXT),
]

# An error is one line, however long.
WRONG = [
    Row("status --frobnicate", ("pinshift: status: Unknown option --frobnicate",), 2, ways=TEXT, wide=True),
    Row("frobnicate", ("pinshift: unknown command", "known are"), 2, ways=TEXT, wide=True),
    Row("plan nobody", ("pinshift:", "nobody"), 1, ways=TEXT, wide=True),
    Row("rank nobody", ("pinshift:", "nobody"), 1, ways=TEXT, wide=True),
    Row("log nobody", ("pinshift: no line is about 'nobody'",), 1, ways=TEXT, wide=True),
    Row("migrate nobody", ("pinshift:", "nobody"), 1, ways=TEXT, wide=True),
    Row("drain nowhere", ("pinshift:", "nowhere"), 1, ways=TEXT, wide=True),
]

TYPED = [*HOME, *WRONG, *AWAY, *MOVES, *LAST]
