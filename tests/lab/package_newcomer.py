# SPDX-License-Identifier: LGPL-2.1-or-later
"""A newcomer's path: the lines of README.md, docs/first-migration.md and docs/cluster.md, typed as they stand, on servers as they come.

What is not typed is in SKIPPED, with the reason. The cases are one story: each goes on where the one before has ended.
"""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pinlab import Guest, Lab, result
from pinlab.cases import Suite, expect, same
from pinlab.element import elements, originals
from pinlab.fresh import FreshHost
from pinlab.mirror import Mirror
from pinlab.trio import runs_only_on
from pinlab.typist import Typed, Typist, commands, unseen
from pinlab.wait import wait_until

TREE = Path(__file__).resolve().parents[2]
README, FIRST, CLUSTER = "README.md", "docs/first-migration.md", "docs/cluster.md"
PAGES = 64
GUEST = Guest("db1", uuid="5a1c0f2e-7d5b-4c55-9a63-0c2d4b1e8f01")
# The tree is where somebody has put it.
WHERE = "/root/pinshift"
# Beginnings of lines that are not typed, and why.
FEDORA, SOURCE = "for Fedora, which these servers are not", "in place of packages, which are typed"
SKIPPED = {
    "tests/lab/demo": "compiles all of it a second time: test_pair_story.py has its story told",
    "tests/run": "all suites: whoever runs this case runs them beside it",
    "dnf ": FEDORA,
    "packaging/build-rpm": FEDORA,
    "systemctl reload virtqemud": FEDORA,
    "systemctl enable --now pinshiftd": f"{FEDORA}; and {SOURCE}",
    "apt-get install gcc": SOURCE,
    "meson ": SOURCE,
    "systemd-sysusers": SOURCE,
    "systemd-tmpfiles": SOURCE,
    "journalctl --update-catalog": SOURCE,
    "systemctl daemon-reload": SOURCE,
    "systemctl reload dbus": SOURCE,
    "systemctl reload libvirtd": SOURCE,
}
# What the comment of a line presumes.
BEFORE = {"pinshift adapt db1 |": "virsh destroy db1"}


def section(page: str, heading: str) -> str:
    """The text below the heading, up to the next one."""
    text = (TREE / page).read_text()
    found = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    return found[1] if found else ""


def of_debian(text: str) -> str:
    """The part about packages for Debian."""
    return text.partition("\nDebian: ")[2].partition("\nFedora: ")[0]


class Newcomer:
    """hosta has huge pages to give; both are servers without libvirt. The tree lies on hosta."""

    def __init__(self, lab: Lab) -> None:
        self.a = lab.host("hosta", FreshHost, hugepages=PAGES)
        self.b = lab.host("hostb", FreshHost)
        Mirror(lab)
        lab.up()
        self._give_tree(lab)
        self.at = {"hosta": Typist(self.a, WHERE), "hostb": Typist(self.b, "/root")}
        self.seen = ""
        self.typed: set[Typed] = set()

    def _give_tree(self, lab: Lab) -> None:
        tar = lab.dir / "tree.tar"
        result.run(["git", "clone", "--quiet", "--depth=1", f"file://{TREE}", str(lab.dir / "tree")])
        result.run(["tar", "-C", str(lab.dir), "--owner=0", "--group=0", "-cf", str(tar), "tree"])
        self.a.run("sh", "-euc", f"tar -C /root -xf {self.a.give(tar)} && mv /root/tree {WHERE}")

    def clean(self) -> None:
        """Nothing: the next case is the next chapter."""

    def type(self, typed: Typed) -> None:
        """On the host that is meant, or on both, side by side."""
        where = ["hosta", "hostb"] if typed.where == "both" else [typed.where or "hosta"]
        with ThreadPoolExecutor(len(where)) as pool:
            self.seen = list(pool.map(lambda host: self._type_at(host, typed), where))[-1]

    def _type_at(self, host: str, typed: Typed) -> str:
        """The last line that is seen, which is what people copy from here."""
        status, said = self.at[host].type(typed.command, self.seen)
        expect(status in (0, 10), f"the line does what it is there for: {typed.command}", f"on {host}, exit status {status}:",
               *said.splitlines()[-30:])
        same(unseen(typed.shown, said), [], f"what the page shows of {typed.command}, and {host} does not")
        return said.strip().rpartition("\n")[2]

    def follow(self, text: str, prompts: bool) -> None:
        for typed in commands(text, prompts):
            if not any(typed.command.startswith(beginning) for beginning in SKIPPED):
                self.presume(typed)
                self.type(typed)
                self.typed.add(typed)

    def presume(self, typed: Typed) -> None:
        for beginning, command in BEFORE.items():
            if typed.command.startswith(beginning):
                self.type(Typed(typed.where, command))


newcomer = Suite("newcomer", Newcomer)
STORED = "--inactive"


@newcomer.case("two servers become hosts of guests that reach each other")
def hosts(w: Newcomer) -> None:
    w.follow(section(FIRST, "Two hosts"), prompts=True)


@newcomer.case("the packages are built on one of them, and installed on both")
def installed(w: Newcomer) -> None:
    w.follow(of_debian(section(README, "Install")), prompts=False)
    w.follow(section(FIRST, "pinshift on both"), prompts=True)


@newcomer.case("a tuned guest migrates, adapted, and its status says what it misses")
def there(w: Newcomer) -> None:
    w.follow(section(FIRST, "A tuned guest"), prompts=True)
    w.written = elements(w.a.dumpxml(GUEST))
    expect("hugepages" in w.written, "the guest has huge pages", w.written)
    w.follow(section(FIRST, "There"), prompts=True)
    runs_only_on(w.b, GUEST, w.a)
    seen = elements(w.b.dumpxml(GUEST))
    expect("hugepages" not in seen and "0" not in seen["vcpupin 0"].split(","), "it is adapted", seen)
    same(originals(w.b.dumpxml(GUEST)), w.written, "the original in its record")


@newcomer.case("the guest comes home with all that was written")
def home(w: Newcomer) -> None:
    w.follow(section(FIRST, "And home"), prompts=True)
    runs_only_on(w.a, GUEST, w.b)
    same(elements(w.a.dumpxml(GUEST)), w.written, "what the guest has at home")
    wait_until(lambda: elements(w.a.dumpxml(GUEST, STORED)) == w.written, "its stored definition is as it was written")


@newcomer.case("what the README has for one host does what it says, one line after the other")
def daily(w: Newcomer) -> None:
    w.follow(section(README, "Try before it matters"), prompts=False)
    w.follow(section(README, "Day by day"), prompts=False)
    same(w.a.state(GUEST), "running", "the guest")


@newcomer.case("the two hosts become a cluster, which moves the guest, empties a host and fills it again")
def cluster(w: Newcomer) -> None:
    w.follow((TREE / CLUSTER).read_text(), prompts=True)
    wait_until(lambda: w.a.run("pinshift", "maintenance").out.count(" reachable") == 2, "both hosts are reachable", 120)
    wait_until(lambda: w.a.run("pinshift", "rank", GUEST.name, check=False).ok, "hostb can take the guest", 120)
    w.follow(section(README, "A cluster"), prompts=False)
    runs_only_on(w.a, GUEST, w.b)


@newcomer.case("no line of these pages was left out, but those with a reason")
def complete(w: Newcomer) -> None:
    lines = [*commands((TREE / README).read_text(), False),
             *(line for page in (FIRST, CLUSTER) for line in commands((TREE / page).read_text(), True))]
    left = [line.command for line in lines if line not in w.typed and not line.command.startswith(tuple(SKIPPED))]
    same(left, [], "lines that nobody typed")
    idle = [beginning for beginning in SKIPPED if not any(line.command.startswith(beginning) for line in lines)]
    same(idle, [], "reasons for lines that are not there")
