# SPDX-License-Identifier: LGPL-2.1-or-later
"""The page in Cockpit, as a browser on hosta shows it, and what clicks there do to guests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from pinlab import Guest, Host, Lab, migrate, wait_until
from pinlab.browser import Browser
from pinlab.cases import Suite, expect, same
from pinlab.cockpit import FRAME, Cockpit
from pinlab.crowd import in_maintenance, where
from pinlab.policyd import CLUSTER, SERVICE, Job
from pinlab.three import Three, one_line
from pinlab.trio import PAGES
from pinlab.underway import laden

# At home on hosta. hostb has no hugepages.
DB = laden(Guest("db1", vcpus=1, hugepages=2048, vcpupin={0: "1"}))
WEB = Guest("web1", vcpus=1, vcpupin={0: "0"})
SLOW = "[migrate]\nbandwidth = 2MiB\n"
LOOKER, STRANGER = "looker", "stranger"


class Desk(Three):
    """Somebody with a browser, who comes to Cockpit as root, as member of the group libvirt, or as neither."""

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab, hosta=PAGES, hostc=PAGES)
        self.a.run("useradd", "--groups", "libvirt", LOOKER)
        self.a.run("useradd", STRANGER)
        self.doors = {user: Cockpit(self.a, user, port) for port, user in enumerate(("root", LOOKER, STRANGER), 9091)}
        self.browser = Browser(self.a)
        self.browser.start()

    def begin_away(self) -> None:
        """DB and WEB are on hostb, where WEB is at home and DB misses its pages."""
        self.begin(self.a, DB)
        self.begin(self.b, WEB)
        self.move(DB, self.a, self.b)

    def move(self, guest: Guest, source: Host, target: Host) -> None:
        migrate(guest, source, target)
        self.policyd.knows(guest, target)


cockpit = Suite("pair cockpit", Desk)


@contextmanager
def page(w: Desk, user: str = "root") -> Iterator[Browser]:
    """The page in its place in Cockpit. In the end the browser has had nothing to complain of, above all nothing that Cockpit forbids."""
    w.doors[user].restart()  # A session ends when nobody has been there for a moment, and asks for a password then.
    w.browser.console()
    try:
        w.browser.open(w.doors[user].url("pinshift"))
        w.browser.enter(FRAME)
        yield w.browser
        same(w.browser.console(), [], "what the browser complains of")
    finally:
        w.browser.open("about:blank")
        w.doors[user].stop()


def on(host: str, guest: str) -> str:
    return f"[data-host={host}] [data-guest={guest}]"


def confirm(shown: Browser, *words: str) -> None:
    """Reads what it would be, which has WORDS, and agrees."""
    shown.wait_for("[data-dialog]", *words)
    shown.click("[data-dialog] [data-action=confirm]")
    shown.wait_until_gone("[data-dialog]")


def watch(shown: Browser, bar: str) -> None:
    """Sees BAR on its way, and further on its way."""
    seen: set[float] = set()

    def moved() -> bool:
        seen.update(value for value in shown.values(bar) if 0 < value < 1000)
        return len(seen) > 1

    wait_until(moved, f"{bar} moves")


def newest(w: Desk, kind: str) -> tuple[Job, str]:
    """The last job of KIND, and how the page names it."""
    job = wait_until(lambda: w.policyd.jobs(kind), f"there is a job {kind}")[-1]
    return job, f"[data-job='{job.path.rpartition('/')[2]}']"


def hurry(host: Host, guest: Guest) -> None:
    host.virsh("migrate-setspeed", "--domain", guest.name, "4096")


# What it shows

@cockpit.case("the page shows each host, its CPUs and who is there, and of a guest that misses something what, and why")
def shows(w: Desk) -> None:
    w.begin_away()
    with page(w) as shown:
        for host in w.all:
            shown.wait_for(f"[data-host={host.name}]", host.name, "reachable")
            shown.wait_for(f"[data-host={host.name}] [data-picture=host] svg")
        shown.wait_for(on("hostb", "web1"))
        shown.wait_for(on("hostb", "db1"))
        shown.wait_for("tr[data-guest=db1] [data-missing]", "hugepages", "0 free")
        same(shown.texts("tr[data-guest=web1] [data-missing]"), [], "what a guest misses that is at home")


@cockpit.case("the page ranks hosts for a guest, with reasons; a click moves it there, its progress moves, and it is shown there, whole")
def moves(w: Desk) -> None:
    with w.cluster.configured(SLOW):
        w.begin_away()
        with page(w) as shown:
            shown.click("[data-action=rank][data-guest=db1]")
            rank = w.policyd.ranked(DB)
            for host, row in rank.items():
                shown.wait_for(f"[data-rank=db1] [data-rank-host={host}]", host, str(row["place"] or "-"), row["why"])
            shown.click("[data-rank-host=hosta] [data-action=migrate]")
            shown.wait_for("[data-dialog] [data-picture=before-after] svg", "hosta before", "hosta after", "db1")
            confirm(shown, "db1", "hosta")
            job, card = newest(w, "migrate")
            watch(shown, f"progress{card}")
            hurry(w.b, DB)
            shown.wait_for(f"{card}[data-state=done]", "db1", "hosta")
            shown.click("[data-action=back]")
            shown.wait_for(on("hosta", "db1"))
            shown.wait_until_gone("tr[data-guest=db1] [data-missing]")
    same(job.look()["State"], "done", "how the job ended")
    w.is_on(w.a, DB)


@cockpit.case("a click ends a move: the guest is shown where it was, and is there")
def cancelled(w: Desk) -> None:
    with w.cluster.configured(SLOW):
        w.begin(w.a, DB)
        job = w.policyd.migrate(DB, "hostc")
        job.wait_for_stream()
        with page(w) as shown:
            _job, card = newest(w, "migrate")
            shown.click(f"[data-action=cancel]{card}")
            shown.wait_for(f"{card}[data-state=cancelled]")
            shown.wait_for(on("hosta", "db1"))
    same(job.look()["State"], "cancelled", "how the job ended")
    w.is_on(w.a, DB)


@cockpit.case("clicks drain a host, after the plan of it, end its maintenance, and bring its guests home; progress is shown")
def drained(w: Desk) -> None:
    with w.cluster.configured(SLOW):
        w.begin(w.a, DB, WEB)
        with page(w) as shown:
            shown.wait_for(on("hosta", "db1"))
            shown.click("[data-action=drain][data-host=hosta]")
            confirm(shown, "db1", "web1", "hosta")
            job, card = newest(w, "drain")
            watch(shown, f"{card} progress")
            hurry(w.a, DB)
            shown.wait_for(f"{card}[data-state=done]", "hosta")
            shown.wait_for("[data-host=hosta]", "maintenance")
            same(job.look()["State"], "done", "how the drain ended")
            for guest in (DB, WEB):
                there = where(w, guest)
                expect(there != "hosta", f"{guest.name} has left hosta")
                shown.wait_for(on(there, guest.name))
            shown.click("[data-action=end-maintenance][data-host=hosta]")
            confirm(shown, "hosta")
            wait_until(lambda: not w.policyd.hosts()["hosta"]["Maintenance"], "the maintenance of hosta ends")
            shown.click("[data-action=home]")
            confirm(shown, "db1", "web1")
            job, card = newest(w, "home")
            watch(shown, f"{card} progress")
            hurry(w.named(where(w, DB)), DB)
            shown.wait_for(f"{card}[data-state=done]")
            for guest in (DB, WEB):
                shown.wait_for(on("hosta", guest.name))
    for guest in (DB, WEB):
        w.is_on(w.a, guest)


# Who may

CHANGES = "[data-action=drain], [data-action=maintenance], [data-action=home], [data-action=balance], [data-action=migrate]"


@cockpit.case("a member of the group libvirt without privilege sees all of it, can click nothing, and is refused what is clicked all the same")
def looks(w: Desk) -> None:
    w.begin_away()
    with page(w, LOOKER) as shown:
        shown.wait_for("[data-notice=read-only]")
        shown.wait_for("tr[data-guest=db1] [data-missing]", "hugepages")
        wait_until(lambda: not any(shown.enabled(CHANGES)), "nothing can be clicked")
        same(len(shown.enabled(CHANGES)), 2 * len(w.all) + 2, "buttons")
        shown.run("document.querySelector('[data-action=drain][data-host=hostb]').disabled = false")
        shown.click("[data-action=drain][data-host=hostb]")
        shown.click("[data-dialog] [data-action=confirm]")
        one_line(shown.wait_for("[data-dialog] [role=alert]"), "org.pinshift.cluster1")
        shown.click("[data-dialog] [data-action=close]")
        shown.click("[data-action=rank][data-guest=db1]")
        shown.wait_for("[data-rank-host=hosta]", "hosta")
        wait_until(lambda: not any(shown.enabled(CHANGES)), "nothing can be clicked beside the rank")
    same((w.policyd.jobs("drain"), w.policyd.hosts()["hostb"]["Maintenance"]), ([], False), "what came of it")


@cockpit.case("who may not even look is told so in one line, with what helps, and sees no host")
def stranger(w: Desk) -> None:
    with page(w, STRANGER) as shown:
        one_line(shown.wait_for("[data-notice=failure]"), "group libvirt")
        same(shown.texts("[data-host]"), [], "hosts")


# What is not there

@cockpit.case("where there is no pinshift-policyd the page says so in one line, and shows all as soon as it is there")
def absent(w: Desk) -> None:
    w.policyd.stop()
    w.a.run("mv", SERVICE, f"{SERVICE}.away")
    w.a.run("busctl", "--system", "call", "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "ReloadConfig")
    try:
        with page(w) as shown:
            one_line(shown.wait_for("[data-notice=failure]"), "pinshift-policyd")
            same(shown.texts("[data-host]"), [], "hosts")
            w.a.run("mv", f"{SERVICE}.away", SERVICE)
            w.policyd.start()
            for host in w.all:
                shown.wait_for(f"[data-host={host.name}]", "reachable")
            shown.wait_until_gone("[data-notice=failure]")
    finally:
        w.a.run("sh", "-c", 'test ! -e "$1.away" || mv "$1.away" "$1"', "sh", SERVICE)


@cockpit.case("a host that is cut off is shown as unreachable, with the reason, beside the others")
def cut_off(w: Desk) -> None:
    with w.cluster.configured(links={"hostc": "sh -c 'echo no route to host >&2; exit 255'"}), page(w) as shown:
        shown.wait_for("[data-host=hostc]", "unreachable", "no route to host")
        shown.wait_for("[data-host=hostb]", "reachable")
    w.policyd.wait_for_state("reachable", "hostc")


# Names

STRANGE = ("<img src=x onerror=alert(1)>", "a'b\"c & $(reboot)", "Grüße 漢字")


@cockpit.each("a guest called {0} is shown by its name, and is text", STRANGE)
def strange(w: Desk, name: str) -> None:
    guest = replace(WEB, name=name)
    w.begin(w.a, guest)
    with page(w) as shown:
        shown.wait_for(f"[data-host=hosta] [data-guest={quoted(name)}]", name)
        shown.click(f"[data-action=rank][data-guest={quoted(name)}]")
        shown.wait_for(f"[data-rank={quoted(name)}]")
        same(shown.run("return document.images.length"), 0, "pictures that it has loaded")


def quoted(text: str) -> str:
    """As CSS writes a string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
