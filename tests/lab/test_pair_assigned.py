# SPDX-License-Identifier: LGPL-2.1-or-later
"""A guest that the policy gives a placement of its own on one host."""

from __future__ import annotations

from pinlab import Host, everything, migrate, placement, wait_until
from pinlab.cases import Suite, expect, same, stage
from pinlab.record import originals, record
from pinlab.trio import PINNED, Trio, recorded, runs_only_on, same_placement

assigned = Suite("pair assigned", lambda lab: Trio(lab, stage()))

SECTION = f"[placement {PINNED.name} on hostb]\nvcpupin.0 = 1\nvcpupin.1 = 0\n"
STORED = ("--inactive",)


def threads(host: Host) -> list[str]:
    """Where the kernel lets the vCPUs run."""
    seen = everything(host, PINNED)["threads"]
    return [seen["vcpu 0"], seen["vcpu 1"]]


def misses_nothing(host: Host) -> None:
    status = host.run("pinshift", "status", check=False)
    same(status.rc, 0, f"exit status of pinshift status\n{status}")
    settings = record(host, PINNED)
    same({name: s.action for name, s in settings.items() if s.action not in ("", "keep", None)}, {}, "settings that are not kept")


@assigned.case("there it has that, live and stored, and misses nothing; on any other host it has what its owner wrote")
def there_and_home(w: Trio) -> None:
    with w.b.configured(policy=SECTION):
        w.begin(PINNED, persistent=True)
        as_written, kept = placement(w.a, PINNED), originals(w.a, PINNED)
        migrate(PINNED, w.a, w.b, "--persistent", "--undefinesource")
        same(threads(w.b), ["1", "0"], "affinity of the vCPUs on hostb")
        recorded(w.b, PINNED)
        same(originals(w.b, PINNED), kept, "what the record has as written")
        misses_nothing(w.b)
        there = placement(w.b, PINNED)
        wait_until(lambda: placement(w.b, PINNED, *STORED) == there, "the persistent definition has it too")
        w.b.virsh("destroy", PINNED.name)
        w.b.virsh("start", PINNED.name)
        same(threads(w.b), ["1", "0"], "affinity of the vCPUs once it was started there")
        wait_until(lambda: w.b.run("pinshift", "repin", PINNED.name, check=False).ok, "it can be pinned anew")
        same(threads(w.b), ["1", "0"], "affinity of the vCPUs after a repin")
        same(originals(w.b, PINNED), kept, "what the record has as written")
        migrate(PINNED, w.b, w.c)
        same_placement(w.c, PINNED, as_written)
        migrate(PINNED, w.c, w.a, "--persistent")
        runs_only_on(w.a, PINNED, w.c)
        same_placement(w.a, PINNED, as_written)
        wait_until(lambda: placement(w.a, PINNED, *STORED) == as_written, "the persistent definition at home")


@assigned.case("a guest that is there when the policy gets such a section has it when it is asked for")
def asked(w: Trio) -> None:
    w.begin(PINNED)
    as_written = placement(w.a, PINNED)
    migrate(PINNED, w.a, w.b)
    same(threads(w.b), ["0", "1"], "affinity of the vCPUs on hostb")
    with w.b.configured(policy=SECTION):
        wait_until(lambda: w.b.run("pinshift", "repin", PINNED.name, check=False).ok, "it can be pinned anew")
        same(threads(w.b), ["1", "0"], "affinity of the vCPUs after a repin")
        wait_until(lambda: not record(w.b, PINNED)["vcpu-pins"].next, "its record says that it is done")
        misses_nothing(w.b)
        plan = w.b.run("pinshift", "plan", PINNED.name, check=False)
        expect(plan.rc == 0, "it fits as it is", plan)
        migrate(PINNED, w.b, w.a)
        same_placement(w.a, PINNED, as_written)
