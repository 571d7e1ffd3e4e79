# SPDX-License-Identifier: LGPL-2.1-or-later
"""A cluster of three twins of two CPUs each: guests come home, make room for others, and are spread evenly."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pinlab import Guest, Host, wait_until
from pinlab.cases import Suite, expect, same
from pinlab.crowd import (BLUE, GREEN, ONE, PINS_STAY, PLAIN, RED, TWO, destinations, in_maintenance, is_closed, is_drained,
                          picture, put, where)
from pinlab.power import reboot
from pinlab.three import Three, done, one_line
from pinlab.trip import as_at_home, is_back, pins

pair_home = Suite("pair home", Three)


# Home again

@pair_home.case("guests come home from two hosts to one that was drained, with all that was written, and others stay")
def home_again(w: Three) -> None:
    w.begin(w.b, BLUE)
    w.begin(w.a, ONE, TWO, persistent=True)
    w.begin(w.a, PLAIN)
    one, two = (as_at_home(w.a, guest) for guest in (ONE, TWO))
    done(w.policyd.drain("hosta").end())
    away = where(w, PLAIN)
    reboot(w.cluster, w.a)
    is_closed(w, w.a)
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


@pair_home.case("two guests in each other's place come home by way of a third host")
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


@pair_home.case("two guests in each other's place stay where no third host lends room, and each is named as in the other's way")
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


@pair_home.case("each of three hosts is emptied, booted and filled again in turn, and every guest is as it was")
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


@pair_home.case("with [home] mode = auto a guest goes home once its home is back, and only once")
def auto(w: Three) -> None:
    away(w, ONE, w.a, w.b)
    away(w, GREEN, w.c, w.b)
    with w.cluster.configured(SETTLE.format("auto")):
        for home, guest in ((w.a, ONE), (w.c, GREEN)):
            in_maintenance(w, home, False)
            wait_until(lambda home=home, guest=guest: home.state(guest) == "running", f"{guest.name} comes home")
        jobs = [job.look() for job in w.policyd.jobs("migrate")]
        same(destinations(jobs), {"one": "hosta", "green": "hostc"}, "moves that nobody asked for")
        w.is_on(w.a, ONE)


@pair_home.case("with [home] mode = suggest a line says who could go home, and nobody does")
def suggest(w: Three) -> None:
    away(w, ONE, w.a, w.b)
    with w.cluster.configured(SETTLE.format("suggest")):
        in_maintenance(w, w.a, False)
        line = wait_until(lambda: next((line for line in w.a.said().splitlines() if "one" in line and "home" in line), ""),
                          "a line about it")
        expect("hosta" in line, "it says where", line)
        same(w.policyd.jobs("migrate"), [], "moves")
        w.is_on(w.b, ONE)


# Room

@pair_home.case("for a guest that finds its host full, another makes room that has as much elsewhere, if that is asked for")
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


@pair_home.case("where only guests that are at home would have to go, no room is made, and the line says so")
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
            wait_until(lambda name=name, load=load: w.policyd.hosts()[name]["Load"] == load * 500, f"{name} says how busy it is")
        yield
    finally:
        for name in loads:
            w.named(name).run("umount", "/proc/loadavg")


@pair_home.case("hosts that are equally busy are left as they are, and the line says how unlike they are")
def even(w: Three) -> None:
    w.begin(w.a, ONE, PLAIN)
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


@pair_home.case("a guest that keeps a host busy goes to an idle one, as the dry run has said, and not back as soon as that one is busy")
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
