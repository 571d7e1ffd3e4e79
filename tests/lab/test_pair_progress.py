# SPDX-License-Identifier: LGPL-2.1-or-later
"""What there is to see of a move while it goes on, and where it is found again afterwards."""

from __future__ import annotations

import json
from typing import Any

from pinlab import Guest, wait_until
from pinlab.cases import Suite, expect, same
from pinlab.firmware import install, that
from pinlab.policyd import Properties
from pinlab.three import Three, done, one_line

# It writes all of its 64 MiB over and over, and has a record: it is pinned.
RESTLESS = that("writes", Guest("restless", vcpus=1, vcpupin={0: "1"}))
NARROW = "[migrate]\nbandwidth = 16MiB\n"

progress = Suite("pair progress", Three)


def look_until(w: Three, job: Any, member: str) -> Properties:
    """What the job says once MEMBER is there."""
    def seen() -> Properties | None:
        said = job.look()
        expect(said["State"] == "running", f"it goes on until {member} is known", said)
        return said if said[member] else None

    return wait_until(seen, f"the job has {member}", 300)


def events(w: Three, migration: str) -> list[dict[str, Any]]:
    said = json.loads(json.loads(w.policyd.call("Log", "sa{sv}", migration, "0").out)["data"][0])
    same(said["unreachable"], [], "hosts that could not be asked")
    return said["events"]


@progress.case("a guest that writes faster than it may be sent is warned of, with what helps; that helps, and both hosts know the move by its ID")
def restless(w: Three) -> None:
    for host in w.all:
        install(host)
    with w.cluster.configured(NARROW):
        w.begin(w.a, RESTLESS)
        told = json.loads(w.a.run("pinshift", "migrate", "--dry-run", "--json", RESTLESS.name, "hostb", check=False).out)
        expect(told["dirty_kib_s"] > 0, "a dry run measures what it writes", told)
        one_line(told["warning"], "may not converge", "bandwidth above 16MiB")
        job = w.policyd.migrate(RESTLESS, "hostb")
        first = job.look()
        expect(first["Estimate"] > 0, "an estimate is there from the begin on", first)
        warned = look_until(w, job, "Warning")
        one_line(warned["Warning"], "will not converge", "'virsh migrate-setspeed restless MIB_S' on hosta", "post-copy = yes",
                 "auto-converge = yes", "bandwidth above 16MiB", "it runs on at hosta")
        expect(warned["DirtyRate"] > 0, "it tells how much the guest writes", warned)
        expect(0 < warned["BytesLeft"] <= warned["BytesTotal"] and warned["Downtime"] > 0, "it tells what is left, and how long it would stand still",
               warned)
        w.a.virsh("migrate-setmaxdowntime", "--domain", RESTLESS.name, "60000")
        w.a.virsh("migrate-setspeed", "--domain", RESTLESS.name, "4096")
        end = job.end()
    done(end)
    same((end["Migration"], end["Warning"], end["DirtyRate"]), (warned["Migration"], "", 0), "what it says at last")
    w.is_on(w.b, RESTLESS)
    said = events(w, end["Migration"])
    kinds = [event["event"] for event in said]
    expect({"hosta", "hostb"} <= {event["host"] for event in said} and "recorded" in kinds, "both hosts have it in their lines", said)
    same([kind for kind in kinds if kind.startswith("migration-")], ["migration-begun", "migration-slow", "migration-done"],
         "what pinshift-policyd says of it")
    same({event["migration"] for event in said}, {end["Migration"]}, "the ID")


@progress.case("of a move that fails, the line says in which stage, how far it was and where the guest is")
def lost(w: Three) -> None:
    for host in w.all:
        install(host)
    with w.cluster.configured(NARROW):
        w.begin(w.a, RESTLESS)
        job = w.policyd.migrate(RESTLESS, "hostb")
        job.wait_for_stream()
        w.b.libvirtd.stop("KILL")
        end = job.end()
        w.b.libvirtd.start()
    same((end["State"], end["Stage"]), ("failed", "moving"), f"how it ended: {end}")
    one_line(end["Text"], "failed while moving to hostb, at ", " %: ", "hosta")
    wait_until(lambda: w.b.state(RESTLESS) == "none", "hostb has given up")
    w.is_on(w.a, RESTLESS)
