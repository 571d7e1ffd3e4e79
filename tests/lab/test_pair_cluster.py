# SPDX-License-Identifier: LGPL-2.1-or-later
"""A cluster of three twins: where guests go, what stops them, and who is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from uuid import uuid4

from pinlab import Guest, Host, migrate, wait_until
from pinlab.cases import Suite, expect, same
from pinlab.fault import FAULTS
from pinlab.policyd import Job
from pinlab.schema import valid
from pinlab.three import Three, done, one_line
from pinlab.trip import pins
from pinlab.underway import REFUSING, laden, other_hook

# Of the two CPUs that each host has, it wants the second for its own.
FIRST = Guest("first", vcpus=1, vcpupin={0: "1"})
SECOND = Guest("second", vcpus=1, vcpupin={0: "1"})
HEAVY = laden(Guest("heavy", vcpus=1, vcpupin={0: "1"}))
NEAR = Guest("near", vcpus=1)
FAR = Guest("far", vcpus=1)

PINS_STAY = "[fit]\nvcpu-pins = keep; remap\n"
SLOW = "[migrate]\nbandwidth = 1MiB\n"
ONE_CPU = "[reserve]\ncpus = 0\n"
TOGETHER = "[group together]\nmembers = first; near\npolicy = affinity\nstrict = yes\n"
APART = "[group apart]\nmembers = first; far\npolicy = anti-affinity\nstrict = yes\n"

cluster = Suite("pair cluster", Three)


# What cases say

def is_out(w: Three, guest: Guest, host: Host, filter: str, *words: str) -> None:
    row = w.policyd.ranked(guest)[host.name]
    same((row["place"], row.get("filter")), (None, filter), f"why {host.name} is out: {row}")
    one_line(row["why"], *words)


def candidates(w: Three, guest: Guest) -> list[str]:
    return [host for host, row in w.policyd.ranked(guest).items() if row["place"] is not None]


@contextmanager
def moving(w: Three, to: str) -> Iterator[Job]:
    """HEAVY is on its way from hosta, slowly."""
    with w.cluster.configured(SLOW):
        w.begin(w.a, HEAVY)
        job = w.policyd.migrate(HEAVY, to)
        job.wait_for_stream()
        yield job


# Where a guest goes

@cluster.case("a guest goes to the best host, and has there what its plan says")
def best(w: Three) -> None:
    w.begin(w.b, SECOND)
    w.begin(w.a, FIRST)
    rank = w.policyd.rank(FIRST)
    first = rank["hosts"][0]
    same((rank["on"], first["host"], first["place"], first["verdict"]), ("hosta", "hostc", 1, "keep"), "the best host")
    behind = w.policyd.ranked(FIRST)["hostb"]
    same((behind["place"], behind["verdict"]), (2, "adapt"), "the host where another has its CPU")
    expect(first["score"] > behind["score"] and "vcpu-pins" in behind["why"], "it says why", behind)
    is_out(w, FIRST, w.a, "here", "the guest is there")
    job = w.policyd.migrate(FIRST).end()
    done(job)
    same((job["Kind"], job["Guest"], job["Uuid"], job["Source"], job["Destination"]),
         ("migrate", "first", FIRST.uuid, "hosta", "hostc"), "what the job says")
    w.is_on(w.c, FIRST)
    same(pins(w.c, FIRST), first["plan"]["placement"]["vcpupin"], "its pins, and those of the plan")


@cluster.case("a guest goes to the host that is named, adapted, with its definition, and home as written")
def named(w: Three) -> None:
    w.begin(w.b, SECOND)
    w.begin(w.a, FIRST, persistent=True)
    done(w.policyd.migrate(FIRST, "hostb").end())
    w.is_on(w.b, FIRST)
    same((pins(w.b, FIRST), w.a.state(FIRST)), ({"0": "0"}, "none"), "its pins on hostb, and what hosta has of it")
    expect("yes" in w.b.virsh("dominfo", FIRST.name).out.partition("Persistent:")[2].splitlines()[0], "it is persistent")
    w.policyd.knows(FIRST, w.b)
    done(w.policyd.migrate(FIRST, "hosta").end())
    w.is_on(w.a, FIRST)
    same(pins(w.a, FIRST), {"0": "1"}, "its pins at home")


@cluster.case("of two services that move two guests to the same CPU at once, one gets it, and the other guest goes elsewhere")
def race(w: Three) -> None:
    with w.cluster.configured(PINS_STAY, links=w.cluster.everywhere(), only={"hostc": ONE_CPU}):
        w.cluster.start_services(w.a, w.b)
        both = [(w.policyd, FIRST), (w.cluster.services["hostb"], SECOND)]
        for service, guest in both:
            w.begin(service.host, guest)
        for service, guest in both:
            service.knows(guest, service.host)
            same(service.rank(guest)["hosts"][0]["host"], "hostc", f"the best host of {guest.name}")
        with ThreadPoolExecutor() as pool:
            jobs = list(pool.map(lambda pair: pair[0].migrate(pair[1]), both))
        ends = [job.end() for job in jobs]
        for (_service, guest), job in zip(both, ends, strict=True):
            done(job)
            w.is_on(w.named(job["Destination"]), guest)
        same(sorted(job["Destination"] == "hostc" for job in ends), [False, True], f"who got to hostc\n{ends}")


@cluster.case("where the best host refuses, the guest goes to the next, and the job says why")
def refused(w: Three) -> None:
    w.begin(w.b, SECOND)
    w.begin(w.a, FIRST)
    with other_hook(w.c, REFUSING, "migrate begin"):
        job = w.policyd.migrate(FIRST).end()
    done(job)
    same(job["Destination"], "hostb", "where it went")
    one_line(job["Text"], "hostc", "another hook says no", "hostb")
    w.is_on(w.b, FIRST)


@cluster.case("where the host that is named refuses, the guest runs on, and the job says why")
def refused_for_good(w: Three) -> None:
    w.begin(w.a, FIRST)
    with other_hook(w.c, REFUSING, "migrate begin"):
        job = w.policyd.migrate(FIRST, "hostc").end()
    same(job["State"], "failed", f"how it ended: {job}")
    one_line(job["Text"], "hostc", "another hook says no")
    w.is_on(w.a, FIRST)


@cluster.case("a guest that no host can take stays, and the line has the reason and figures of every host")
def nowhere(w: Three) -> None:
    with w.cluster.configured("[fit]\nvcpu-pins = keep\n"):
        w.begin(w.b, SECOND)
        w.begin(w.c, HEAVY)
        w.begin(w.a, FIRST)
        same(candidates(w, FIRST), [], "hosts that can take it")
        for host in (w.b, w.c):
            is_out(w, FIRST, host, "plan", "vcpu-pins", "to make it fit")
        job = w.policyd.migrate(FIRST).end()
        same(job["State"], "failed", f"how it ended: {job}")
        one_line(job["Text"], "hostb", "hostc")
        w.is_on(w.a, FIRST)


# In mid-move

@cluster.case("a move that is cancelled leaves the guest running where it was")
def cancelled(w: Three) -> None:
    with moving(w, "hostb") as job:
        seen = job.look()
        same((seen["State"], seen["Stage"], seen["Source"], seen["Destination"]),
             ("running", "moving", "hosta", "hostb"), "what the job says in mid-move")
        expect(0 < seen["BytesDone"] < seen["BytesTotal"], "it tells how much has gone over", seen)
        job.cancel()
        end = job.end()
        same(end["State"], "cancelled", f"how it ended: {end}")
        w.is_on(w.a, HEAVY)
        wait_until(lambda: HEAVY.uuid not in w.b.ask("Claims"), "nothing stays claimed on hostb")


@cluster.case("a guest that is on its way is not moved by a second job")
def busy(w: Three) -> None:
    with moving(w, "hostb") as job:
        said = w.policyd.ask_to_migrate(HEAVY.name, "hostc", check=False)
        expect(not said.ok, "the second is refused", said)
        one_line(said.err, "heavy")
        job.cancel()
        job.end()
    w.is_on(w.a, HEAVY)


@cluster.case("when the destination's libvirtd is killed in mid-move, the guest runs on at its source, and the job says so")
def libvirtd_killed(w: Three) -> None:
    with moving(w, "hostb") as job:
        w.b.libvirtd.stop("KILL")
        end = job.end()
        w.b.libvirtd.start()
        same(end["State"], "failed", f"how it ended: {end}")
        one_line(end["Text"], "hostb", "hosta")
        wait_until(lambda: w.b.state(HEAVY) == "none", "hostb has given up")
        w.is_on(w.a, HEAVY)


@cluster.case("when no host is named and the libvirtd of the best is killed in mid-move, the guest goes to the next")
def libvirtd_lost(w: Three) -> None:
    with moving(w, "") as job:
        lost = w.named(job.look()["Destination"])
        with w.cluster.configured():
            lost.libvirtd.stop("KILL")
            end = job.end()
        lost.libvirtd.start()
        done(end)
        one_line(end["Text"], lost.name, end["Destination"])
        expect(end["Destination"] != lost.name, "it went to another host", end)
        wait_until(lambda: lost.state(HEAVY) == "none", f"{lost.name} has given up")
        w.is_on(w.named(end["Destination"]), HEAVY)


@cluster.case("when the service is killed in mid-move, the guest arrives, and the next one knows where it is")
def policyd_killed(w: Three) -> None:
    with moving(w, "hostb"):
        w.policyd.stop("KILL")
        w.a.virsh("migrate-setspeed", "--domain", HEAVY.name, "4096")
        wait_until(lambda: w.b.state(HEAVY) == "running", "it runs on hostb")
        wait_until(lambda: w.a.state(HEAVY) == "none", "hosta has nothing of it")
        w.cluster.start_services(w.a)
        w.policyd.knows(HEAVY, w.b)
        is_out(w, HEAVY, w.b, "here", "the guest is there")


# Hosts that take nothing

@cluster.case("a host in maintenance gets nothing, by the service and by virsh, until that is over")
def maintenance(w: Three) -> None:
    w.begin(w.b, SECOND)
    w.begin(w.a, FIRST)
    w.policyd.set_maintenance("hostc", True, "disks are replaced")
    same(w.policyd.hosts()["hostc"]["MaintenanceReason"], "disks are replaced", "the reason on the bus")
    is_out(w, FIRST, w.c, "maintenance", "disks are replaced")
    job = w.policyd.migrate(FIRST, "hostc").end()
    same(job["State"], "failed", f"how it ended: {job}")
    one_line(job["Text"], "hostc", "disks are replaced")
    plain = migrate(FIRST, w.a, w.c, check=False)
    expect(not plain.ok and "disks are replaced" in plain.err, "virsh is refused", plain)
    w.is_on(w.a, FIRST)
    job = w.policyd.migrate(FIRST).end()
    done(job)
    same(job["Destination"], "hostb", "where it goes by itself")
    w.policyd.set_maintenance("hostc", False)
    w.policyd.knows(FIRST, w.b)
    done(w.policyd.migrate(FIRST, "hostc").end())
    w.is_on(w.c, FIRST)


@cluster.case("a host whose pinshiftd is stopped gets nothing, and is back when that is")
def no_pinshiftd(w: Three) -> None:
    w.begin(w.b, SECOND)
    w.begin(w.a, FIRST)
    with FAULTS["pinshiftd stopped"](w.c):
        wait_until(lambda: w.policyd.hosts()["hostc"]["State"] != "reachable", "hostc is missed")
        row = w.policyd.ranked(FIRST)["hostc"]
        expect(row["place"] is None and row["filter"] in ("unreachable", "unmanaged"), "hostc is out", row)
        one_line(row["why"])
        job = w.policyd.migrate(FIRST).end()
        done(job)
        same(job["Destination"], "hostb", "where it went")
    w.policyd.wait_for_state("reachable", "hostc")


LINKS = {
    "hangs": ("sleep 1000", ("sleep 1000: no answer within",)),
    "prints garbage": ("sh -c 'yes garbage | head -n 1000; cat >/dev/null'", ("that is no bus, it says: garbage",)),
    "ends at once": ("sh -c 'echo no route to host >&2; exit 255'", ("no route to host",)),
    "is no command": ("/nowhere/at-all hostc", ("/nowhere/at-all", "No such file or directory")),
}


@cluster.each("a host whose link {0} is unreachable, with one line that says why, and the others are not held up", LINKS)
def broken_link(w: Three, kind: str) -> None:
    link, words = LINKS[kind]
    with w.cluster.configured(links={"hostc": link}):
        wait_until(lambda: w.policyd.failure("hostc"), "the service says what is wrong with hostc")
        hosts = w.policyd.hosts()
        same({name: host["State"] for name, host in hosts.items()},
             {"hosta": "reachable", "hostb": "reachable", "hostc": "unreachable"}, "the states of the hosts")
        one_line(hosts["hostc"]["Failure"], *words)
        w.begin(w.a, FIRST)
        is_out(w, FIRST, w.c, "unreachable", *words)
        done(w.policyd.migrate(FIRST).end())
        w.is_on(w.b, FIRST)
    w.policyd.wait_for_state("reachable", "hostc")
    same(w.policyd.failure("hostc"), "", "what is wrong with hostc")


# What is not there

@cluster.case("a guest, host or option that nobody knows is refused in one line that names it")
def unknown(w: Three) -> None:
    w.begin(w.a, FIRST)
    for named, said in (
            ("nobody", w.policyd.call("Rank", "sa{sv}", "nobody", "0", check=False)),
            ("nobody", w.policyd.ask_to_migrate("nobody", check=False)),
            ("nowhere", w.policyd.ask_to_migrate("first", "nowhere", check=False)),
            ("nowhere", w.policyd.call("SetMaintenance", "sbs", "nowhere", "true", "", check=False)),
            ("colour", w.policyd.call("Rank", "sa{sv}", "first", "1", "colour", "s", "red", check=False))):
        expect(not said.ok, "it is refused", said)
        one_line(said.err, named)


@cluster.case("without hosts in the policy the cluster is this host")
def alone(w: Three) -> None:
    w.begin(w.a, FIRST)
    w.cluster.write(w.a, "")
    wait_until(lambda: list(w.policyd.hosts()) == ["hosta"], "the service has this host alone")
    w.policyd.wait_for_state("reachable", "hosta")
    same([(row["host"], row.get("filter")) for row in w.policyd.rank(FIRST)["hosts"]], [("hosta", "here")], "the rank")
    w.cluster.set_policy()
    w.policyd.wait_for_state("reachable", "hosta", "hostb", "hostc")


# Groups

@cluster.case("a guest of a strict affinity group goes where the other members are, and nowhere else")
def together(w: Three) -> None:
    with w.cluster.configured(TOGETHER):
        w.begin(w.c, NEAR)
        w.begin(w.a, FIRST)
        same(candidates(w, FIRST), ["hostc"], "hosts that can take it")
        is_out(w, FIRST, w.b, "group", "together")
        job = w.policyd.migrate(FIRST, "hostb").end()
        same(job["State"], "failed", f"how it ended: {job}")
        one_line(job["Text"], "hostb", "together")
        done(w.policyd.migrate(FIRST).end())
        w.is_on(w.c, FIRST)


@cluster.case("groups that contradict each other leave a guest where it is, and each host says which group")
def contradiction(w: Three) -> None:
    with w.cluster.configured(TOGETHER + APART):
        w.begin(w.c, NEAR, FAR)
        w.begin(w.a, FIRST)
        same(candidates(w, FIRST), [], "hosts that can take it")
        is_out(w, FIRST, w.b, "group", "together")
        is_out(w, FIRST, w.c, "group", "apart", "far")
        job = w.policyd.migrate(FIRST).end()
        same(job["State"], "failed", f"how it ended: {job}")
        w.is_on(w.a, FIRST)


# What is told of it

@cluster.case("what has happened to a guest there and back is told in order, from all hosts, also after restarts")
def told(w: Three) -> None:
    # Of whom nobody has told before.
    guest = replace(FIRST, name="told", uuid=str(uuid4()))
    w.begin(w.a, guest)
    for host in (w.b, w.a):
        done(w.policyd.migrate(guest, host.name).end())
        w.is_on(host, guest)
        w.policyd.knows(guest, host)
    events = wait_until(lambda: both_ways(told_of(w, guest)), "both moves are told of, whole")
    for part, (source, to) in zip(moves_in(events), ((w.a, w.b), (w.b, w.a)), strict=True):
        said = [(event["host"], event["event"]) for event in part]
        begun, over = said.index(("hosta", "migration-begun")), said.index(("hosta", "migration-done"))
        planned = said.index((to.name, "planned"))
        came = next(n for n, (host, kind) in enumerate(said) if host == to.name and kind in ARRIVALS)
        expect(said[0] == (source.name, "recorded") and begun < planned < min(came, over), "they are in order", said)
    w.a.pinshiftd.restart()
    w.b.pinshiftd.restart()
    w.policyd.stop()
    w.cluster.start_services(w.a)
    same(told_of(w, guest)[:len(events)], events, "what is told after restarts")
    lines = w.a.run("pinshift", "log", guest.name).out.splitlines()
    same(lines[0], f"Migration {moves_in(events)[1][0]['migration']}", "the head of the last one")
    expect(all(line.split()[2] in ("hosta", "hostb") for line in lines if line[:2] == "20"), "each line has its host", lines)


@cluster.case("a host that is cut off is named where all are asked what has happened")
def told_without(w: Three) -> None:
    w.begin(w.a, FIRST)
    with w.cluster.configured(links={"hostc": "sh -c 'echo no route to host >&2; exit 255'"}):
        wait_until(lambda: w.policyd.failure("hostc"), "the service says what is wrong with hostc")
        said = w.a.run("pinshift", "log", FIRST.name)
        expect("record written" in said.out, "what is known is told", said)
        one_line(said.err, "pinshift: not asked: hostc: ", "no route to host")
    w.policyd.wait_for_state("reachable", "hostc")


ARRIVALS = ("arrived", "adapted", "restored")


def told_of(w: Three, guest: Guest) -> list[dict[str, str]]:
    said = w.a.run("pinshift", "log", guest.name, "--all", "--json").out
    valid("log", ["log"], said)
    return json.loads(said)["events"]


def moves_in(events: list[dict[str, str]]) -> list[list[dict[str, str]]]:
    """The lines of each migration that has begun."""
    begun = [event["migration"] for event in events if event["event"] == "migration-begun"]
    return [[event for event in events if event["migration"] == migration] for migration in begun]


def both_ways(events: list[dict[str, str]]) -> list[dict[str, str]] | None:
    """EVENTS, once they have the begin, the arrival and the end of two moves."""
    parts = [[event["event"] for event in part] for part in moves_in(events)]
    whole = [part for part in parts if "migration-done" in part and any(kind in part for kind in ARRIVALS)]
    return events if len(whole) == 2 else None
