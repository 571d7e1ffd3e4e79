# SPDX-License-Identifier: LGPL-2.1-or-later
"""A cluster of three twins of two CPUs each: hosts are emptied, guests come home, make room, and are spread evenly."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pinlab import Guest, Host, migrate, wait_until
from pinlab.cases import Suite, expect, same
from pinlab.policyd import Job, Properties
from pinlab.power import dead, impatient, reboot
from pinlab.three import Three, done, one_line
from pinlab.trip import as_at_home, is_back, pins
from pinlab.underway import laden

# With vcpu-pins = keep; remap, each guest with a pin takes a CPU that no other has.
PINS_STAY = "[fit]\nvcpu-pins = keep; remap\n"
SLOW = "[migrate]\nbandwidth = 1MiB\n"
LEISURELY = "[migrate]\nbandwidth = 25MiB\n"
ONE_BY_ONE = "[drain]\nparallel = 1\n"


def group(name: str, policy: str, *guests: Guest) -> str:
    members = "; ".join(guest.name for guest in guests)
    return f"[group {name}]\nmembers = {members}\npolicy = {policy}\nstrict = yes\n"


def on_cpu(name: str, cpu: int) -> Guest:
    return Guest(name, vcpus=1, vcpupin={0: f"{cpu}"})


ONE, TWO = on_cpu("one", 0), on_cpu("two", 1)
RED, BLUE = on_cpu("red", 0), on_cpu("blue", 1)
GREEN = on_cpu("green", 1)
PLAIN = Guest("plain", vcpus=1)
HEAVY = [laden(Guest(f"heavy{number}", vcpus=1)) for number in range(4)]

drain = Suite("pair drain", Three)


# What cases say

def where(w: Three, guest: Guest) -> str:
    """The one host where GUEST runs."""
    states = {host.name: host.state(guest) for host in w.all}
    running = [name for name, state in states.items() if state == "running"]
    same(len(running), 1, f"hosts where {guest.name} runs: {states}")
    return running[0]


def is_empty(host: Host) -> None:
    same(host.virsh("list", "--name").out.split(), [], f"guests that run on {host.name}")


def is_drained(w: Three, host: Host, *guests: Guest) -> None:
    """HOST is in maintenance and has no guest; each of GUESTS runs on one other host."""
    same(w.policyd.hosts()[host.name]["Maintenance"], True, f"whether {host.name} is in maintenance")
    is_empty(host)
    for guest in guests:
        expect(where(w, guest) != host.name, f"{guest.name} has left {host.name}")


def destinations(moves: list[Properties]) -> dict[str, str]:
    """Of each guest, which is moved once."""
    names = [move["Guest"] for move in moves]
    same(sorted(names), sorted(set(names)), f"who was moved, each once\n{moves}")
    return {move["Guest"]: move["Destination"] for move in moves}


def picture(w: Three) -> Any:
    """All that must not change where nothing is to be done."""
    return {name: (host["Maintenance"], host["Claims"]) for name, host in w.policyd.hosts().items()}, {
        host.name: host.virsh("list", "--all").out for host in w.all}, len(w.policyd.jobs("migrate"))


def put(w: Three, guest: Guest, source: Host, target: Host) -> None:
    """GUEST, which is transient, moves as by an administrator's hand."""
    migrate(guest, source, target)
    w.policyd.knows(guest, target)


def in_maintenance(w: Three, host: Host, on: bool = True) -> None:
    w.policyd.set_maintenance(host.name, on, "disks are replaced" if on else "")


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
    for words in ("one", "two", "hostb", "hostc"):
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
        end = job.end(30)
        same((end["State"], len(job.moves())), ("cancelled", 1), f"how it ended: {end}")
        wait_until(lambda: all(move["State"] != "running" for move in job.moves()), "its move ends", 30)
    for guest in HEAVY[:3]:
        same(where(w, guest), "hosta", f"where {guest.name} is")
    same(w.policyd.hosts()["hosta"]["Maintenance"], True, "whether hosta is in maintenance")
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
        same(w.policyd.hosts()["hosta"]["Maintenance"], True, "whether hosta is in maintenance")
        job = w.policyd.drain("hosta")
        wait_until(lambda: job.look()["Stage"] in ("moving", "waiting"), "the next one goes on", 30)
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


# Home again

@drain.case("guests come home from two hosts to one that was drained, with all that was written, and others stay")
def home_again(w: Three) -> None:
    w.begin(w.b, BLUE)
    w.begin(w.a, ONE, TWO, persistent=True)
    w.begin(w.a, PLAIN)
    one, two = (as_at_home(w.a, guest) for guest in (ONE, TWO))
    done(w.policyd.drain("hosta").end())
    away = where(w, PLAIN)
    reboot(w.cluster, w.a)
    same(w.policyd.hosts()["hosta"]["Maintenance"], True, "whether hosta is in maintenance after its reboot")
    end = w.policyd.migrate_home("one").end()
    same(end["State"], "failed", f"how a homecoming to a host in maintenance ended: {end}")
    one_line(end["Text"], "one", "hosta", "maintenance")
    in_maintenance(w, w.a, False)
    done(w.policyd.migrate_home("one").end())
    is_back(w.a, ONE, one)
    expect(where(w, TWO) != "hosta", "only the one that was asked for is home")
    job = w.policyd.migrate_home()
    end = job.end()
    done(end)
    same((end["Kind"], destinations(job.moves())), ("home", {"two": "hosta"}), "what the second job did")
    is_back(w.a, TWO, two)
    same((where(w, PLAIN), where(w, BLUE)), (away, "hostb"), "who has no home, or is there")
    end = w.policyd.migrate_home().end()
    done(end)
    same(end["MovesTotal"], 0, f"moves when all are home: {end}")


def exchanged(w: Three) -> None:
    """TWO of hosta and BLUE of hostb are each where the other is at home, beside a resident; all CPUs of both hosts are taken."""
    w.begin(w.a, ONE, TWO)
    w.begin(w.b, RED, BLUE)
    put(w, TWO, w.a, w.c)
    put(w, BLUE, w.b, w.a)
    put(w, TWO, w.c, w.b)


@drain.case("two guests in each other's place come home by way of a third host")
def exchange(w: Three) -> None:
    with w.cluster.configured(PINS_STAY):
        exchanged(w)
        plan = w.policyd.plan("home")
        same((plan["possible"], sorted(move["passing"] for move in plan["moves"])), (True, [False, False, True]), f"the plan: {plan}")
        job = w.policyd.migrate_home()
        end = job.end()
        done(end)
        same((end["MovesDone"], end["MovesTotal"], len(job.moves())), (3, 3, 3), f"its moves: {end}")
        for host, guests in ((w.a, (ONE, TWO)), (w.b, (RED, BLUE))):
            for guest in guests:
                w.is_on(host, guest)
                same(pins(host, guest), {"0": guest.vcpupin[0]}, f"pins of {guest.name}")


@drain.case("two guests in each other's place stay where no third host lends room, and each is named as in the other's way")
def no_exchange(w: Three) -> None:
    with w.cluster.configured(PINS_STAY):
        exchanged(w)
        in_maintenance(w, w.c)
        stays = {stay["guest"]: stay["why"] for stay in w.policyd.plan("home")["stays"]}
        same(sorted(stays), ["blue", "two"], "who stays")
        one_line(stays["two"], "blue")
        one_line(stays["blue"], "two")
        job = w.policyd.migrate_home()
        end = job.end()
        same((end["State"], job.moves()), ("done", []), f"how it ended: {end}")
        one_line(end["Text"], "two", "blue")
        end = w.policyd.migrate_home("two").end()
        same(end["State"], "failed", f"how it ended for the one that was named: {end}")
        one_line(end["Text"], "two", "blue")
    same((where(w, TWO), where(w, BLUE)), ("hostb", "hosta"), "where they are")


@drain.case("each of three hosts is emptied, booted and filled again in turn, and every guest is as it was")
def each_in_turn(w: Three) -> None:
    guests = [(w.a, ONE), (w.a, TWO), (w.b, RED), (w.c, GREEN)]
    with w.cluster.configured(PINS_STAY):
        for host, guest in guests:
            w.begin(host, guest, persistent=True)
        homes = [as_at_home(host, guest) for host, guest in guests]
        for host in w.all:
            done(w.policyd.drain(host.name).end())
            is_drained(w, host, ONE, TWO, RED, GREEN)
            reboot(w.cluster, host)
            in_maintenance(w, host, False)
            done(w.policyd.migrate_home().end())
        for (host, guest), home in zip(guests, homes, strict=True):
            w.is_on(host, guest)
            is_back(host, guest, home)


# Home by themselves

SETTLE = "[home]\nmode = {}\nsettle = 1s\nin-place = no\n"


def away(w: Three, guest: Guest, home: Host, there: Host) -> None:
    """GUEST, at home on HOME, is THERE, and HOME is in maintenance."""
    w.begin(home, guest)
    put(w, guest, home, there)
    in_maintenance(w, home)


@drain.case("with [home] mode = auto a guest goes home once its home is back, and only once")
def auto(w: Three) -> None:
    away(w, ONE, w.a, w.b)
    away(w, GREEN, w.c, w.b)
    with w.cluster.configured(SETTLE.format("auto")):
        for home, guest in ((w.a, ONE), (w.c, GREEN)):
            in_maintenance(w, home, False)
            wait_until(lambda home=home, guest=guest: home.state(guest) == "running", f"{guest.name} comes home", 60)
        jobs = [job.look() for job in w.policyd.jobs("migrate")]
        same(destinations(jobs), {"one": "hosta", "green": "hostc"}, "moves that nobody asked for")
        w.is_on(w.a, ONE)


@drain.case("with [home] mode = suggest a line says who could go home, and nobody does")
def suggest(w: Three) -> None:
    away(w, ONE, w.a, w.b)
    with w.cluster.configured(SETTLE.format("suggest")):
        in_maintenance(w, w.a, False)
        line = wait_until(lambda: next((line for line in w.a.said().splitlines() if "one" in line and "home" in line), ""),
                          "a line about it", 60)
        expect("hosta" in line, "it says where", line)
        same(w.policyd.jobs("migrate"), [], "moves")
        w.is_on(w.b, ONE)


# Room

@drain.case("for a guest that finds its host full, another makes room that has as much elsewhere, if that is asked for")
def make_room(w: Three) -> None:
    with w.cluster.configured(PINS_STAY):
        w.begin(w.c, GREEN)
        put(w, GREEN, w.c, w.b)
        w.begin(w.b, RED)
        w.begin(w.a, TWO)
        end = w.policyd.migrate(TWO, "hostb").end()
        same(end["State"], "failed", f"how it ended without: {end}")
        before = picture(w)
        plan = w.policyd.plan("migrate", "two", host="hostb", make_room=True)
        same([(move["guest"], move["to"], move["passing"]) for move in plan["moves"]],
             [("green", "hostc", True), ("two", "hostb", False)], "the plan")
        shown = w.a.run("pinshift", "migrate", "--make-room", "--dry-run", "two", "hostb", check=False)
        expect("green" in shown.out and "hostc" in shown.out, "the dry run says who goes where", shown)
        same(picture(w), before, "the cluster after dry runs")
        job = w.policyd.migrate(TWO, "hostb", make_room=True)
        end = job.end()
        done(end)
        same((end["Kind"], destinations(job.moves())), ("room", {"green": "hostc", "two": "hostb"}), "what the job did")
        w.is_on(w.b, TWO)
        w.is_on(w.c, GREEN)
        w.is_on(w.b, RED)


@drain.case("where only guests that are at home would have to go, no room is made, and the line says so")
def no_room(w: Three) -> None:
    with w.cluster.configured(PINS_STAY):
        w.begin(w.b, RED, BLUE)
        w.begin(w.a, TWO)
        job = w.policyd.migrate(TWO, "hostb", make_room=True)
        end = job.end()
        same((end["State"], job.moves()), ("failed", []), f"how it ended: {end}")
        one_line(end["Text"], "hostb")
        w.is_on(w.a, TWO)


# Balance

BALANCE = "[balance]\nthreshold = 5\ngain = 5\n"


@contextmanager
def seems_busy(w: Three, loads: dict[str, float]) -> Iterator[None]:
    """Within, hosts report these loads; else they have their machine's."""
    for name, load in loads.items():
        host = w.named(name)
        host.write("/tmp/loadavg", f"{load:.2f} {load:.2f} {load:.2f} 1/100 1000\n")
        host.run("mount", "--bind", "/tmp/loadavg", "/proc/loadavg")
        host.pinshiftd.restart()  # What it is asked for then is new.
    try:
        for name, load in loads.items():
            wait_until(lambda name=name, load=load: w.policyd.hosts()[name]["Load"] == load * 500, f"{name} says how busy it is", 60)
        yield
    finally:
        for name in loads:
            w.named(name).run("umount", "/proc/loadavg")


@drain.case("hosts that are equally busy are left as they are, and the line says how unlike they are")
def even(w: Three) -> None:
    w.begin(w.a, *HEAVY[:2])
    with w.cluster.configured(BALANCE), seems_busy(w, {"hosta": 1, "hostb": 1, "hostc": 1}):
        plan = w.policyd.plan("balance")
        same((plan["moves"], plan["imbalance"]["before"]), ([], 0), "the plan")
        end = w.policyd.balance().end()
        done(end)
        same(end["MovesTotal"], 0, f"moves: {end}")
        one_line(end["Text"], "0 %")


# A boot sector that never rests.
BOOT = "/var/tmp/drain.boot"
DISK_THAT_SPINS = (bytes.fromhex("fa ebfe").ljust(510, b"\0") + b"\x55\xaa").ljust(1 << 20, b"\0")
SPINNING = Guest("spinning", vcpus=1, extra_devices=f"""\
<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='{BOOT}'/>
<target dev='vda' bus='virtio'/><readonly/></disk>
""")


@drain.case("a guest that keeps a host busy goes to an idle one, as the dry run has said, and not back as soon as that one is busy")
def uneven(w: Three) -> None:
    for host in w.all:
        host.run("sh", "-c", f"cat >{BOOT}", input=DISK_THAT_SPINS)
    w.begin(w.a, SPINNING, ONE)
    w.policyd.stop()  # To the next one it has been there for long.
    w.cluster.start_services(w.a)
    with w.cluster.configured(BALANCE):
        with seems_busy(w, {"hosta": 1.8, "hostb": 0, "hostc": 0}):
            plan = wait_until(lambda: (seen := w.policyd.plan("balance"))["moves"] and seen, "a move is proposed")
            same([(move["guest"], move["from"]) for move in plan["moves"]], [("spinning", "hosta")], "the moves")
            expect(plan["imbalance"]["after"] < plan["imbalance"]["before"], "it makes hosts more alike", plan["imbalance"])
            shown = w.a.run("pinshift", "balance", "--dry-run")
            expect("spinning" in shown.out, "the dry run names it", shown)
            same((where(w, SPINNING), w.policyd.jobs("migrate")), ("hosta", []), "where it is after the dry run, and jobs")
            job = w.policyd.balance()
            done(job.end())
            same(list(destinations(job.moves())), ["spinning"], "who was moved")
        there = where(w, SPINNING)
        expect(there != "hosta", "it has left hosta")
        with seems_busy(w, {"hosta": 0, "hostb": 0, "hostc": 0, there: 1.8}):
            same(w.policyd.plan("balance")["moves"], [], "what would be moved then")


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
