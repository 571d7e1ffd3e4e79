# SPDX-License-Identifier: LGPL-2.1-or-later
"""Guests that are saved and restored elsewhere, or that move while they do not run: struck at each point, nothing is lost, and the next try works."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pinlab import Lab, migrate, wait_until
from pinlab.away import STORED, wait_for, wait_for_original
from pinlab.cases import Suite, Wrong, expect
from pinlab.couple import Couple
from pinlab.element import Elements, elements, originals
from pinlab.host import URI
from pinlab.piece import Piece
from pinlab.point import HOOK, SERVICE_PROGRAM, Call, PointHost
from pinlab.result import CommandFailed
from pinlab.strike import (ALL, ALONE, CUT, FULL, KILLED, Blow, Target, client_is_killed, client_stands_still, qemu_is_killed, qemu_stands_still,
                           rest, stands_still, strike, through, told)
from pinlab.trio import TUNED, recorded
from pinlab.underway import Underway
from pinlab.wait import Late
from pinlab.ward import shared_directory

OFFLINE = ("--offline", "--persistent", "--undefinesource")


class Saved(Couple):
    """Both hosts see the same images."""

    def __init__(self, lab: Lab) -> None:
        self.image = f"{shared_directory(lab)}/{TUNED.name}.save"
        super().__init__(lab)


saved = Suite("saved", Saved)


@dataclass(frozen=True)
class Story(ABC):
    """The guest goes to hostb, or HOME from there, and PROGRAM of the host that it comes to, or leaves if AT_SOURCE, is struck."""

    program: str
    home: bool
    at_source: bool = False

    def ends(self, w: Saved) -> tuple[PointHost, PointHost]:
        return (w.b, w.a) if self.home else (w.a, w.b)

    def struck(self, w: Saved) -> PointHost:
        return self.ends(w)[not self.at_source]

    def tell(self, what: str) -> str:
        who = "the hook" if self.program == HOOK else self.program
        return f"{what} on {'hosta' if self.home else 'hostb'}, and {who}{' of the source' if self.at_source else ''} is at"

    @abstractmethod
    def begin(self, w: Saved) -> Elements:
        """The guest is at home; its original."""

    @abstractmethod
    def ready(self, w: Saved, original: Elements) -> None:
        """The guest is where it is to leave from."""

    @abstractmethod
    def go(self, w: Saved) -> Piece:
        """It is on its way."""

    @abstractmethod
    def is_over(self, w: Saved, original: Elements) -> bool:
        """It is there, and nobody has anything to do for it."""

    @abstractmethod
    def recover(self, w: Saved, original: Elements) -> None:
        """Who asks again gets it; the guest gets to the other host, and home as it was."""


def at_rest(host: PointHost, state: str, original: Elements, *flags: str) -> bool:
    return host.state(TUNED) == state and TUNED.uuid not in host.ask("Claims") and originals(host.dumpxml(TUNED, *flags)) == original


class Restored(Story):
    """A transient guest is saved to an image, and restored from that on the other host."""

    def __str__(self) -> str:
        return self.tell("a guest is restored")

    def begin(self, w: Saved) -> Elements:
        w.a.create(TUNED)
        recorded(w.a, TUNED)
        return elements(w.a.dumpxml(TUNED))

    def ready(self, w: Saved, original: Elements) -> None:
        source, target = self.ends(w)
        if self.home:
            carry(w, target, source, original)
        source.run("rm", "-f", w.image)
        if not self.at_source:
            save(w, source)

    def go(self, w: Saved) -> Piece:
        source, target = self.ends(w)
        words = ("save", TUNED.name, w.image) if self.at_source else ("restore", w.image)
        under = Piece(source if self.at_source else target, "virsh", ["virsh", "-q", "-c", URI, *words])
        under.spawn()
        return under

    def is_over(self, w: Saved, original: Elements) -> bool:
        source, target = self.ends(w)
        return source.state(TUNED) == "none" if self.at_source else at_rest(target, "running", original)

    def recover(self, w: Saved, original: Elements) -> None:
        source, target = self.ends(w)
        if self.at_source and source.state(TUNED) == "running":
            save(w, source)
        wait_until(lambda: restored(w, target), f"{TUNED.name} can be restored on {target.name}", 60)
        wait_for_original(target, TUNED, original)
        if self.home:
            carry(w, w.a, w.b, original)
        carry(w, w.b, w.a, original)
        wait_for(lambda: elements(w.a.dumpxml(TUNED)), original, "placement at home")


def save(w: Saved, source: PointHost) -> None:
    source.run("rm", "-f", w.image)
    source.virsh("save", TUNED.name, w.image)


def restored(w: Saved, target: PointHost) -> bool:
    """Whether the guest runs there, from its image if need be; one that stands in the middle of it begins anew."""
    if target.state(TUNED) not in ("running", "none"):
        target.virsh("destroy", TUNED.name, check=False)
    return target.state(TUNED) == "running" or target.virsh("restore", w.image, check=False).ok


def carry(w: Saved, source: PointHost, target: PointHost, original: Elements) -> None:
    """In an image, and undisturbed."""
    save(w, source)
    target.virsh("restore", w.image)
    wait_for_original(target, TUNED, original)


class Offline(Story):
    """The definition of a guest that does not run moves."""

    def __str__(self) -> str:
        return self.tell("a guest that does not run arrives")

    def begin(self, w: Saved) -> Elements:
        original = w.begin()
        w.a.virsh("destroy", TUNED.name)
        return original

    def ready(self, w: Saved, original: Elements) -> None:
        if self.home:
            bring(w.a, w.b, original)

    def go(self, w: Saved) -> Piece:
        return Underway(TUNED, *self.ends(w), *OFFLINE, live=False)

    def is_over(self, w: Saved, original: Elements) -> bool:
        return at_rest(self.ends(w)[1], "shut off", original, *STORED)

    def recover(self, w: Saved, original: Elements) -> None:
        here = definition(*self.ends(w))
        wait_for_original(here, TUNED, original, *STORED)
        if here is w.a:
            bring(w.a, w.b, original)
            wait_until(lambda: "hugepages" not in elements(w.b.dumpxml(TUNED, *STORED)), "its definition fits hostb")
        bring(w.b, w.a, original)
        wait_for(lambda: elements(w.a.dumpxml(TUNED, *STORED)), original, "placement at home")


def bring(source: PointHost, target: PointHost, original: Elements) -> None:
    """Undisturbed."""
    migrate(TUNED, source, target, *OFFLINE, live=False)
    wait_for_original(target, TUNED, original, *STORED)


def definition(source: PointHost, target: PointHost) -> PointHost:
    """The one host that has its definition; where the migration ended late both have it, and what has arrived need not be whole."""
    wait_until(lambda: sorted((source.state(TUNED), target.state(TUNED))) in (["none", "shut off"], ["shut off"] * 2), f"a host has {TUNED.name}")
    if source.state(TUNED) == target.state(TUNED):
        forget(target)
    return source if source.state(TUNED) == "shut off" else target


def forget(host: PointHost) -> None:
    """What arrives while it does not run, and whose client goes, libvirt never lets go, with pinshift or without: it has to start anew."""
    done = host.virsh("undefine", TUNED.name, check=False)
    if not done.ok:
        expect("cannot acquire state change lock" in done.err, f"{host.name} lets {TUNED.name} go", done)
        host.libvirtd.restart()
        wait_until(lambda: host.state(TUNED) == "none", f"{host.name} has forgotten {TUNED.name}")


# What happens at a point

def libvirtd_ends(w: Saved, story: Story, _under: Piece) -> None:
    story.struck(w).libvirtd.stop("KILL")


def libvirtd_rests(w: Saved, story: Story, _under: Piece) -> None:
    stands_still(story.struck(w), story.struck(w).libvirtd.pid)


def qemu_ends(w: Saved, story: Story, _under: Piece) -> None:
    qemu_is_killed(story.struck(w), TUNED)


def qemu_rests(w: Saved, story: Story, _under: Piece) -> None:
    qemu_stands_still(story.struck(w), TUNED)


QEMU = (Blow("QEMU there is killed", "stop", qemu_ends), rest("QEMU there stands still", qemu_rests))
VIRSH = (Blow("virsh is killed", "stop", client_is_killed), rest("virsh stands still", client_stands_still))
LIBVIRTD = (Blow("libvirtd there is killed", "stop", libvirtd_ends), rest("libvirtd there stands still", libvirtd_rests))
BLOWS = (*ALONE, *VIRSH, *LIBVIRTD, *QEMU)

KINDS: tuple[Callable[..., Story], ...] = (Restored, Offline)

# Of each kind some, at one point each.
SHORT = (
    (Restored(HOOK, False), KILLED, 2),
    (Restored(SERVICE_PROGRAM, True, at_source=True), CUT, 1),
    (Offline(SERVICE_PROGRAM, False), FULL, 4),
)


def one(w: Saved, story: Story, blow: Blow, number: int, original: Elements) -> Call | None:
    """The story is told, with BLOW at the NUMBERth point; None: there are not so many."""
    story.ready(w, original)
    with w.impatient():
        call = strike(w, story, blow, Target(story.struck(w), story.program, number), lambda: story.go(w), lambda: story.is_over(w, original))
    try:
        w.mend()
        story.recover(w, original)
    except (CommandFailed, Late, Wrong) as error:
        raise Wrong(f"at point {number}, {call}:\n{error}") from error
    return call


@saved.each("where {0} point {2} when {1}, nothing is lost, and the next try works", () if ALL else SHORT)
def here_and_there(w: Saved, story: Story, blow: Blow, number: int) -> None:
    call = one(w, story, blow, number, story.begin(w))
    expect(call, "it comes to that")
    told(story, blow, [call] if call else [])


def stories() -> Iterator[Story]:
    """Where a definition leaves, pinshiftd has nothing to do."""
    for kind in KINDS:
        for home in (False, True):
            yield kind(HOOK, home)
            yield kind(SERVICE_PROGRAM, home)
            if kind is Restored:
                yield kind(SERVICE_PROGRAM, home, True)


def strokes() -> Iterator[tuple[Story, Blow]]:
    """The hook writes to no file, where it is asked there is no QEMU yet, and a guest that does not run has none."""
    for story in stories() if ALL else ():
        for blow in BLOWS:
            if story.program == HOOK and blow in (FULL, *QEMU):
                continue
            if blow not in QEMU or isinstance(story, Restored):
                yield story, blow


@saved.each("where {0} any point when {1}, nothing is lost, and the next try works", strokes())
def everywhere(w: Saved, story: Story, blow: Blow) -> None:
    original = story.begin(w)
    told(story, blow, through(blow.numbers(), lambda number: one(w, story, blow, number, original)))
    w.unclaimed(TUNED)
