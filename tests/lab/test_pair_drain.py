# SPDX-License-Identifier: LGPL-2.1-or-later
"""A cluster of three twins of two CPUs each: hosts are emptied, whatever happens meanwhile."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

from pinlab import Guest, migrate, wait_until
from pinlab.cases import Suite, expect, same
from pinlab.crowd import (BLUE, GREEN, ONE, PINS_STAY, PLAIN, RED, TWO, destinations, in_maintenance, is_closed, is_drained,
                          is_empty, picture, where)
from pinlab.policyd import Job
from pinlab.power import dead, impatient
from pinlab.three import Three, done, one_line
from pinlab.underway import REFUSING, laden, other_hook

SLOW = "[migrate]\nbandwidth = 1MiB\n"
LEISURELY = "[migrate]\nbandwidth = 25MiB\n"
ONE_BY_ONE = "[drain]\nparallel = 1\n"
HEAVY = [laden(Guest(f"heavy{number}", vcpus=1)) for number in range(3)]


def group(name: str, policy: str, *guests: Guest) -> str:
    members = "; ".join(guest.name for guest in guests)
    return f"[group {name}]\nmembers = {members}\npolicy = {policy}\nstrict = yes\n"


drain = Suite("pair drain", Three)


@contextmanager
def slow_drain(w: Three, *guests: Guest, policy: str = "") -> Iterator[Job]:
    """GUESTS leave hosta, and memory of the first of them goes over without end; a policy that is set then lets it end."""
    with w.cluster.configured(SLOW + policy):
        w.begin(w.a, *guests)
        job = w.policyd.drain("hosta")
        job.wait_for_stream()
        yield job


def hasten(w: Three, policy: str = "") -> None:
    """All that moves from hosta, or is to be moved, goes as fast as it can."""
    w.cluster.set_policy(policy)
    for name in w.a.virsh("list", "--name").out.split():
        w.a.virsh("migrate-setspeed", "--domain", name, "4096", check=False)


def drained_at_last(w: Three, job: Job) -> None:
    """JOB empties hosta, or fails and says why, and then another call does."""
    end = job.end()
    if end["State"] == "failed":
        one_line(end["Text"])
        end = w.policyd.drain("hosta").end()
    done(end)


# To empty a host

@drain.case("a drain empties a host as its dry run has said, and the host stays in maintenance")
def empties(w: Three) -> None:
    w.begin(w.a, ONE, TWO, persistent=True)
    w.begin(w.a, PLAIN)
    plan = w.policyd.plan("drain", "hosta")
    job = w.policyd.drain("hosta")
    end = job.end()
    done(end)
    same((end["Kind"], end["Source"], end["Guest"], end["Parent"], end["MovesDone"], end["MovesTotal"]),
         ("drain", "hosta", "", "/", 3, 3), "what the job says")
    moves = job.moves()
    same(destinations(moves), {move["guest"]: move["to"] for move in plan["moves"]}, "where they went, and the plan")
    same({(move["Kind"], move["State"], move["Source"]) for move in moves}, {("migrate", "done", "hosta")}, "its moves")
    is_drained(w, w.a, ONE, TWO, PLAIN)
    same([w.a.state(guest) for guest in (ONE, TWO, PLAIN)], ["none"] * 3, "what hosta has of them")
    refused = migrate(PLAIN, w.named(where(w, PLAIN)), w.a, check=False)
    expect(not refused.ok and "maintenance" in refused.err, "virsh brings nobody back", refused)


@drain.case("a dry run changes nothing, and says of each move where to and what it costs")
def dry_run(w: Three) -> None:
    w.begin(w.b, BLUE)
    w.begin(w.a, ONE, TWO)
    before = picture(w)
    plan = w.policyd.plan("drain", "hosta")
    same((plan["version"], plan["kind"], plan["host"], plan["possible"], plan["stays"]), (1, "drain", "hosta", True, []), "the plan")
    for move in plan["moves"]:
        same((move["from"], move["plan"]["verdict"]), ("hosta", move["verdict"]), f"{move}")
        one_line(move["why"])
    shown = w.a.run("pinshift", "drain", "hosta", "--dry-run")
    for words in (move[key] for move in plan["moves"] for key in ("guest", "to")):
        expect(words in shown.out, f"it shows {words!r}", shown)
    same(json.loads(w.a.run("pinshift", "drain", "hosta", "--dry-run", "--json").out)["moves"], plan["moves"], "the same as JSON")
    same(picture(w), before, "the cluster after dry runs")


@drain.case("a drain that can't empty its host changes nothing, and names who can't leave and the reason of every host")
def cannot_empty(w: Three) -> None:
    with w.cluster.configured(PINS_STAY):
        w.begin(w.b, RED, BLUE)
        w.begin(w.c, GREEN)
        w.begin(w.a, ONE, TWO, PLAIN)
        before = picture(w)
        shown = w.a.run("pinshift", "drain", "hosta", "--dry-run", check=False)
        same(shown.rc, 1, f"the exit status\n{shown}")
        plan = w.policyd.plan("drain", "hosta")
        same((plan["possible"], len(plan["stays"])), (False, 1), f"what the plan says: {plan['stays']}")
        stay = plan["stays"][0]
        expect(stay["guest"] in ("one", "two") and stay["on"] == "hosta", "who stays", stay)
        job = w.policyd.drain("hosta")
        end = job.end()
        same((end["State"], job.moves()), ("failed", []), f"how it ended: {end}")
        for text in (end["Text"], stay["why"]):
            one_line(text, "hostb", "hostc", "vcpu-pins")
        one_line(end["Text"], stay["guest"])
        for words in (stay["guest"], "hostb", "hostc", "vcpu-pins"):
            expect(words in shown.out + shown.err, f"the dry run has {words!r}", shown)
        same(picture(w), before, "the cluster after a drain that was impossible")


@drain.each("[drain] parallel = {0} is how many guests leave at once, in the order of the plan", [1, 2])
def parallel(w: Three, most: int) -> None:
    at_once: list[int] = []
    with w.cluster.configured(LEISURELY + f"[drain]\nparallel = {most}\n"):
        w.begin(w.a, *HEAVY[:3])
        order = [move["guest"] for move in w.policyd.plan("drain", "hosta")["moves"]]
        job = w.policyd.drain("hosta")
        done(job.follow(lambda moves: at_once.append(sum(move["State"] == "running" for move in moves))))
    same((max(at_once), list(destinations(job.moves()))), (most, order), f"moves at once, and their order; {at_once}")
    is_drained(w, w.a, *HEAVY[:3])


@drain.case("a guest that does not run stays with its definition, and one that is paused goes paused")
def standing(w: Three) -> None:
    w.a.define(RED)
    w.begin(w.a, ONE, TWO)
    w.a.virsh("suspend", ONE.name)
    done(w.policyd.drain("hosta").end())
    is_empty(w.a)
    same((w.a.state(RED), sorted(host.state(ONE) for host in w.all)), ("shut off", ["none", "none", "paused"]), "their states")
    where(w, TWO)


@drain.case("a host without guests is drained at once, and one that is in maintenance is drained too")
def nothing_to_do(w: Three) -> None:
    in_maintenance(w, w.b)
    for host in (w.b, w.c):
        end = w.policyd.drain(host.name).end()
        done(end)
        same(end["MovesTotal"], 0, f"moves: {end}")
        is_drained(w, host)
    same(w.policyd.hosts()["hostb"]["MaintenanceReason"], "disks are replaced", "the reason that was given")


@drain.case("two hosts that are drained at once are both empty in the end")
def two_at_once(w: Three) -> None:
    w.begin(w.a, ONE, PLAIN)
    w.begin(w.b, BLUE, HEAVY[0])
    jobs = [w.policyd.drain(host.name) for host in (w.a, w.b)]
    for job in jobs:
        done(job.end())
    for guest in (ONE, PLAIN, BLUE, HEAVY[0]):
        w.is_on(w.c, guest)
    for host in (w.a, w.b):
        is_drained(w, host)


@drain.case("a host that can't be reached is not drained, and the line says why it can't")
def out_of_reach(w: Three) -> None:
    with w.cluster.configured(links={"hostc": "sh -c 'echo no route to host >&2; exit 255'"}):
        wait_until(lambda: w.policyd.failure("hostc"), "hostc is missed")
        job = w.policyd.drain("hostc")
        end = job.end()
        same((end["State"], job.moves()), ("failed", []), f"how it ended: {end}")
        one_line(end["Text"], "hostc", "no route to host")


# Groups

@drain.case("guests that must be apart go to two hosts")
def apart(w: Three) -> None:
    w.begin(w.a, ONE, TWO)
    with w.cluster.configured(group("apart", "anti-affinity", ONE, TWO)):
        job = w.policyd.drain("hosta")
        done(job.end())
        same(sorted(destinations(job.moves()).values()), ["hostb", "hostc"], "where they went")
    is_drained(w, w.a, ONE, TWO)


@drain.case("a guest goes to no host where one is that it must be apart from, whatever else speaks for that")
def apart_from_resident(w: Three) -> None:
    with w.cluster.configured(group("apart", "anti-affinity", ONE, PLAIN)):
        w.begin(w.b, PLAIN)
        w.begin(w.c, RED)
        w.begin(w.a, ONE)
        job = w.policyd.drain("hosta")
        done(job.end())
        same(destinations(job.moves()), {"one": "hostc"}, "where it went, where its CPU is another's")


@drain.case("guests that must be together go to one host that has room for all of them")
def together(w: Three) -> None:
    with w.cluster.configured(PINS_STAY + group("together", "affinity", ONE, TWO)):
        w.begin(w.b, RED)
        w.begin(w.a, ONE, TWO)
        job = w.policyd.drain("hosta")
        done(job.end())
        same(destinations(job.moves()), {"one": "hostc", "two": "hostc"}, "where they went")
    is_drained(w, w.a, ONE, TWO)


@drain.case("guests that must be together stay where no host has room for all of them, and the reason names the group")
def together_nowhere(w: Three) -> None:
    with w.cluster.configured(PINS_STAY + group("together", "affinity", ONE, TWO)):
        w.begin(w.b, RED)
        w.begin(w.c, GREEN)
        w.begin(w.a, ONE, TWO)
        before = picture(w)
        end = w.policyd.drain("hosta").end()
        same(end["State"], "failed", f"how it ended: {end}")
        one_line(end["Text"], "together", "hostb", "hostc")
        same(picture(w), before, "the cluster after a drain that was impossible")


# In mid-drain

@drain.case("a drain that is cancelled begins nothing new, its guests run on, and the host stays in maintenance")
def cancelled(w: Three) -> None:
    with slow_drain(w, *HEAVY[:3], policy=ONE_BY_ONE) as job:
        job.cancel()
        end = job.end()
        same((end["State"], len(job.moves())), ("cancelled", 1), f"how it ended: {end}")
        wait_until(lambda: all(move["State"] != "running" for move in job.moves()), "its move ends")
    for guest in HEAVY[:3]:
        same(where(w, guest), "hosta", f"where {guest.name} is")
    is_closed(w, w.a)
    done(w.policyd.drain("hosta").end())
    is_drained(w, w.a, *HEAVY[:3])


@drain.case("of a host that is being drained, neither the host nor a guest is another job's business")
def busy(w: Three) -> None:
    with slow_drain(w, *HEAVY[:2], policy=ONE_BY_ONE) as job:
        said = w.policyd.ask_to_drain("hosta", check=False)
        expect(not said.ok, "the second is refused", said)
        one_line(said.err, "already")
        said = w.policyd.ask_to_migrate(job.moves()[0]["Guest"], "hostc", check=False)
        expect(not said.ok, "the guest is on its way", said)
        hasten(w)
        done(job.end())
    is_drained(w, w.a, *HEAVY[:2])


@drain.case("a guest that is started on the host in mid-drain is drained too")
def newcomer(w: Three) -> None:
    with slow_drain(w, HEAVY[0]) as job:
        w.a.create(PLAIN)
        w.policyd.knows(PLAIN, w.a)
        hasten(w)
        done(job.end())
    is_drained(w, w.a, HEAVY[0], PLAIN)


@drain.case("when the service is killed in mid-drain, the next one finishes what is begun anew, and waits for what is on its way")
def policyd_killed(w: Three) -> None:
    with slow_drain(w, *HEAVY[:3], policy=ONE_BY_ONE):
        w.policyd.stop("KILL")
        w.cluster.write(w.a, w.cluster.text())
        w.cluster.start_services(w.a)
        is_closed(w, w.a)
        job = w.policyd.drain("hosta")
        wait_until(lambda: job.look()["Stage"] in ("moving", "waiting"), "the next one goes on")
        hasten(w)
        done(job.end())
    is_drained(w, w.a, *HEAVY[:3])


@drain.case("when the source's libvirtd is killed in mid-drain, the drain is finished once it is back, and no guest is lost")
def source_killed(w: Three) -> None:
    with slow_drain(w, *HEAVY[:3], policy=ONE_BY_ONE) as job:
        w.cluster.set_policy()
        w.a.libvirtd.stop("KILL")
        w.a.libvirtd.start()
        drained_at_last(w, job)
    is_drained(w, w.a, *HEAVY[:3])


@drain.case("when a destination dies in mid-drain, its guest runs on, and all of them go to the host that is left")
def destination_dead(w: Three) -> None:
    with impatient(w.a), slow_drain(w, *HEAVY[:2], policy=ONE_BY_ONE) as job:
        lost = w.named(job.moves()[0]["Destination"])
        left = next(host for host in (w.b, w.c) if host is not lost)
        w.cluster.set_policy()
        with dead(w.cluster, lost):
            drained_at_last(w, job)
            same({left.state(guest) for guest in HEAVY[:2]}, {"running"}, f"their states on {left.name}")
    is_drained(w, w.a, *HEAVY[:2])


@drain.case("where a destination refuses a guest, it goes to another, and the line has the reason")
def destination_refuses(w: Three) -> None:
    w.begin(w.a, ONE, PLAIN)
    first = w.policyd.plan("drain", "hosta")["moves"][0]
    with other_hook(w.named(first["to"]), REFUSING, "migrate begin"):
        end = w.policyd.drain("hosta").end()
    done(end)
    one_line(end["Text"], first["guest"], first["to"], "another hook says no")
    is_drained(w, w.a, ONE, PLAIN)


@drain.case("where a destination's libvirtd ends in mid-drain and does not come back, all go to the host that is left")
def destination_killed(w: Three) -> None:
    with slow_drain(w, *HEAVY[:2], policy=ONE_BY_ONE) as job:
        lost = w.named(job.moves()[0]["Destination"])
        w.cluster.set_policy()
        lost.libvirtd.stop("KILL")
        end = job.end()
        lost.libvirtd.start()
        done(end)
        one_line(end["Text"], lost.name)
    is_drained(w, w.a, *HEAVY[:2])


@drain.case("a host that two services drain at once is empty when both have ended")
def two_services(w: Three) -> None:
    with w.cluster.configured(LEISURELY, links=w.cluster.everywhere()):
        w.cluster.start_services(w.a, w.b)
        w.begin(w.a, *HEAVY)
        services = (w.policyd, w.cluster.services["hostb"])
        for guest in HEAVY:
            services[1].knows(guest, w.a)
        jobs = [service.drain("hosta") for service in services]
        for job in jobs:
            done(job.end())
    is_drained(w, w.a, *HEAVY)


# What is not there

@drain.case("a host, guest, kind or option that nobody knows is refused in one line that names it")
def unknown(w: Three) -> None:
    w.begin(w.a, ONE)
    for named, said in (
            ("nowhere", w.policyd.ask_to_drain("nowhere", check=False)),
            ("nobody", w.policyd.call("MigrateHome", "sa{sv}", "nobody", "0", check=False)),
            ("colour", w.policyd.call("Drain", "sa{sv}", "hosta", "1", "colour", "s", "red", check=False)),
            ("colour", w.policyd.call("Balance", "a{sv}", "1", "colour", "s", "red", check=False)),
            ("dance", w.policyd.call("Plan", "ssa{sv}", "dance", "hosta", "0", check=False)),
            ("nowhere", w.policyd.call("Plan", "ssa{sv}", "drain", "nowhere", "0", check=False))):
        expect(not said.ok, "it is refused", said)
        one_line(said.err, named)
    same(w.policyd.hosts()["hosta"]["Maintenance"], False, "whether hosta is in maintenance")
