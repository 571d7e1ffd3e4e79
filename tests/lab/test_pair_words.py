# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each error is one line that says what, where, and what to do: those that take real guests and hosts. The list of them is
tests/words/laboratory.py."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pinlab import Guest, Host, migrate, wait_until
from pinlab.cases import Suite, expect, same
from pinlab.three import Three, done
from pinlab.underway import REFUSING, laden, other_hook

sys.path.append(str(Path(__file__).resolve().parent.parent / "words"))

from error import Outcome, complaints  # noqa: E402
from laboratory import SITUATIONS  # noqa: E402

FIRST = Guest("first", vcpus=1, vcpupin={0: "1"})
SECOND = Guest("second", vcpus=1, vcpupin={0: "1"})
HEAVY = laden(Guest("heavy", vcpus=1, vcpupin={0: "1"}))
NEAR = Guest("near", vcpus=1)

words = Suite("pair words", Three)


@contextmanager
def still(w: Three) -> Iterator[Host]:
    w.begin(w.a, FIRST, persistent=True)
    w.a.virsh("destroy", FIRST.name)
    wait_until(lambda: "does not run" in w.a.run("pinshift", "repin", FIRST.name, check=False).err, "pinshiftd knows that it has ended")
    yield w.a


@contextmanager
def full(w: Three) -> Iterator[Host]:
    with w.cluster.configured("[fit]\nvcpu-pins = keep\n"):
        w.begin(w.b, SECOND)
        w.begin(w.c, HEAVY)
        w.begin(w.a, FIRST)
        yield w.a


@contextmanager
def kept_off(w: Three) -> Iterator[Host]:
    together = "[group together]\nmembers = first; near\npolicy = affinity\nstrict = yes\n"
    with w.cluster.configured(together + "[domain second]\nhosts = hostb\n"):
        w.begin(w.a, FIRST, NEAR)
        w.begin(w.b, SECOND)
        w.policyd.set_maintenance("hostc", True, "disks are replaced")
        yield w.a


@contextmanager
def under_way(w: Three) -> Iterator[Host]:
    with w.cluster.configured("[migrate]\nbandwidth = 1MiB\n"):
        w.begin(w.a, HEAVY)
        job = w.policyd.drain("hosta")
        job.wait_for_stream()
        yield w.a
        job.cancel()
        same(job.end()["State"], "cancelled", "how the drain ends")


@contextmanager
def refusing(w: Three) -> Iterator[Host]:
    w.begin(w.a, FIRST)
    with other_hook(w.c, REFUSING, "migrate begin"):
        yield w.a


@contextmanager
def visiting(w: Three) -> Iterator[Host]:
    with w.cluster.configured("[fit]\nvcpu-pins = keep; strip\n"):
        w.begin(w.b, SECOND)
        w.begin(w.a, FIRST)
        migrate(FIRST, w.a, w.b)
        w.policyd.knows(FIRST, w.b)
        yield w.b


MAKES: dict[str, Callable] = {
    "a guest that does not run": still,
    "hosts without room": full,
    "hosts that are kept off": kept_off,
    "a guest on its way": under_way,
    "a destination that refuses": refusing,
    "a visitor that has lost something": visiting,
}


@words.each("of {0}, one line says what, where, and what to do", SITUATIONS)
def said(w: Three, situation: str) -> None:
    with MAKES[situation](w) as host:
        for error in SITUATIONS[situation]:
            ended = host.run("pinshift", *error.words, check=False)
            wrong = list(complaints(error, Outcome(ended.rc, ended.out.encode(), ended.err)))
            expect(not wrong, f"{error.name}: as it is listed", *wrong)
