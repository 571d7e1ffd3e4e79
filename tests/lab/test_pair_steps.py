# SPDX-License-Identifier: LGPL-2.1-or-later
"""pinshift-policyd is struck at each step of what it does: guests are safe, people are told in plain words, and who asks again gets it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from pinlab import Guest, Lab, wait_until
from pinlab.asked import Asked
from pinlab.away import STORED, wait_for
from pinlab.cases import Suite, Wrong, expect, same
from pinlab.cluster import Cluster
from pinlab.couple import Couple, with_memory
from pinlab.element import Elements, elements, originals
from pinlab.piece import Piece
from pinlab.point import CLUSTER_PROGRAM, Call, PointHost
from pinlab.policyd import ENDS, JOB
from pinlab.result import CommandFailed, Result
from pinlab.strike import (ALL, ALONE, CUT, FULL, KILLED, POOR, SHARE, Act, Blow, Share, Target, qemu_is_killed, qemu_stands_still, rest,
                           stands_still, strike, through, told)
from pinlab.wait import Late

ONE = Guest("one", vcpus=1, vcpupin={0: "0"}, hugepages=2048)
TWO = Guest("two", vcpus=1, vcpupin={0: "1"})
GUESTS = (ONE, TWO)

# On what pinshift-policyd acts: the bus, the relay to hostb, the libvirts of hosta and hostb, its diary.
BUS, RELAY, LIBVIRT, REMOTE_LIBVIRT, DIARY = "system_bus_socket", "peer", "libvirt-sock", "10.77.0.2:16509", "pinshift-policyd/diary"
DIARY_FILE = f"/var/lib/{DIARY}"
PLACES = (BUS, RELAY, LIBVIRT, REMOTE_LIBVIRT, DIARY)
# What nobody should have to read who asks for a move.
JARGON = ("GDBus", "org.freedesktop", "org.gtk", "message bus", "NoReply", "(null)")
# What people are told where a host could not be asked for its guests, and where its service looks for libvirt.
GAPS, NO_LIBVIRT = "not all guests are known", "not connected to libvirt"
NEVER = 1_000_000
KILLED_BY_SIGNAL = 128 + 9  # as the shell has it


class Steps(Couple):
    """pinshift-policyd is on hosta."""

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self.originals: dict[str, Elements] = {}
        self.cluster = Cluster(self.a, self.b)
        self.policyd = self.cluster.policyd
        self.cluster.start()

    def clean(self) -> None:
        self.cluster.stop()
        super().clean()
        self.cluster.start_services(self.a)

    def begin_all(self) -> None:
        """The guests are at home, and the service knows it."""
        for guest in GUESTS:
            self.originals[guest.name] = self.begin(guest)
        for guest in GUESTS:
            self.policyd.knows(guest, self.a)

    def ask(self, *words: str) -> Result:
        """What is said when all hosts could be asked: to a service that stood still its connections look whole until it goes on."""
        said: list[Result] = []

        def heard() -> bool:
            said.append(self.a.run("pinshift", *words, check=False))
            return not any(reason in str(said[-1]) for reason in (GAPS, NO_LIBVIRT))

        wait_until(heard, f"all hosts can be asked for their guests: pinshift {' '.join(words)}")
        return said[-1]

    def have_done(self, *words: str) -> None:
        said = self.ask(*words)
        expect(said.ok, "it is done", said)

    def closed(self) -> set[str]:
        """The hosts that are in maintenance."""
        return {host.name for host in self.all if "true" in host.ask("Maintenance")}

    def opened(self) -> None:
        for name in self.closed():
            self.policyd.set_maintenance(name, False)


steps = Suite("steps", Steps)


@dataclass(frozen=True)
class Story:
    """Somebody asks for it on hosta with `pinshift WORDS`: GUESTS go from one host to the other, and the host CLOSED is in maintenance then.

    LEAST: {place: how many points there are on it}.
    """

    sentence: str
    words: tuple[str, ...]
    least: Mapping[str, int]
    guests: tuple[Guest, ...] = GUESTS
    home: bool = False
    closed: str = ""

    def __str__(self) -> str:
        return self.sentence

    def ready(self, w: Steps) -> None:
        """All is as if nobody had ever been struck."""
        w.opened()
        w.have_done("migrate-home")
        if self.home:
            w.have_done("drain", "hosta")
            w.opened()
        settled(w)

    def is_done(self, w: Steps) -> bool:
        there = w.a if self.home else w.b
        return all(there.state(guest) == "running" for guest in self.guests) and w.closed() == {self.closed} - {""}


CLOSING = Story("a host is put in maintenance", ("maintenance", "hostb", "on", "disks are replaced"), {BUS: 3, RELAY: 2}, guests=(), closed="hostb")
MOVE = Story("a guest is moved", ("migrate", "one", "hostb"), {BUS: 8, RELAY: 2, LIBVIRT: 15, REMOTE_LIBVIRT: 5, DIARY: 2}, guests=(ONE,))
DRAIN = Story("a host is emptied", ("drain", "hosta"), {BUS: 15, RELAY: 4, LIBVIRT: 35, REMOTE_LIBVIRT: 10, DIARY: 4}, closed="hosta")
HOME = Story("guests come home", ("migrate-home",), {BUS: 15, RELAY: 4, REMOTE_LIBVIRT: 35, DIARY: 4}, home=True)
STORIES = (CLOSING, MOVE, DRAIN, HOME)


# What happens at a point, beside what happens to pinshift-policyd itself

def at(home: bool, what: Callable[[PointHost], None]) -> Act:
    """WHAT happens at the guests' home, or on the other host."""
    def act(w: Steps, _story: Story, _under: Piece) -> None:
        what(w.a if home else w.b)
    return act


def libvirtd_ends(host: PointHost) -> None:
    host.libvirtd.stop("KILL")
    host.libvirtd.start()


def libvirtd_rests(host: PointHost) -> None:
    stands_still(host, host.libvirtd.pid)


def pinshiftd_ends(host: PointHost) -> None:
    host.pinshiftd.stop("KILL")


def pinshiftd_rests(host: PointHost) -> None:
    if host.pinshiftd.alive:
        stands_still(host, host.pinshiftd.pid)


def qemus_end(host: PointHost) -> None:
    for guest in GUESTS:
        qemu_is_killed(host, guest)


def qemus_rest(host: PointHost) -> None:
    for guest in GUESTS:
        qemu_stands_still(host, guest)


def who_asks_is_killed(_w: Steps, _story: Story, under: Asked) -> None:
    under.kill()


def who_asks_rests(w: Steps, _story: Story, under: Asked) -> None:
    if person := under.person():
        stands_still(w.a, person)


LIBVIRTD_HERE = Blow("libvirtd at home is killed", "stop", at(True, libvirtd_ends))
LIBVIRTD_THERE = Blow("libvirtd of the other host is killed", "stop", at(False, libvirtd_ends))
QEMU_HERE = Blow("QEMUs at home are killed", "stop", at(True, qemus_end))
QEMU_THERE = Blow("QEMUs of the other host are killed", "stop", at(False, qemus_end))
QEMU_THERE_STILL = rest("QEMUs of the other host stand still", at(False, qemus_rest))
LIBVIRTD_HERE_STILL = rest("libvirtd at home stands still", at(True, libvirtd_rests))
LIBVIRTD_STILL = rest("libvirtd of the other host stands still", at(False, libvirtd_rests))
QEMU_STILL = rest("QEMUs at home stand still", at(True, qemus_rest))
ASKS_STILL = rest("who has asked stands still", who_asks_rests)
BLOWS = (
    *ALONE,
    Blow("who has asked is killed", "stop", who_asks_is_killed),
    LIBVIRTD_HERE,
    LIBVIRTD_THERE,
    Blow("pinshiftd at home is killed", "stop", at(True, pinshiftd_ends)),
    Blow("pinshiftd of the other host is killed", "stop", at(False, pinshiftd_ends)),
    QEMU_HERE,
    QEMU_THERE,
    ASKS_STILL,
    LIBVIRTD_HERE_STILL,
    LIBVIRTD_STILL,
    rest("pinshiftd at home stands still", at(True, pinshiftd_rests)),
    rest("pinshiftd of the other host stands still", at(False, pinshiftd_rests)),
    QEMU_STILL,
    QEMU_THERE_STILL,
)
ENDED = (QEMU_HERE, QEMU_THERE)
# After these libvirt may leave a definition where the guest came from.
TWICE = (LIBVIRTD_HERE, LIBVIRTD_THERE, LIBVIRTD_HERE_STILL, LIBVIRTD_STILL)


# To strike

def one(w: Steps, story: Story, blow: Blow, number: int, place: str = "") -> Call | None:
    """The story is told, with BLOW at the NUMBERth point; None: there are not so many."""
    story.ready(w)
    asked: list[Asked] = []

    def begin() -> Asked:
        asked.append(Asked(w.a, *story.words))
        return asked[0]

    call = strike(w, story, blow, Target(w.a, CLUSTER_PROGRAM, number, place), begin, lambda: True)
    try:
        recover(w, story, blow, asked[0].said())
    except (CommandFailed, Late, Wrong) as error:
        raise Wrong(f"at point {number}, {call}:\n{error}") from error
    return call


def recover(w: Steps, story: Story, blow: Blow, said: Result) -> None:
    """Nobody is lost, who has asked has been told, and asks again if need be: of guests that have ended, of whom nothing was said, when they were
    started where they are."""
    with_memory(w.policyd)
    w.mend()
    if blow in (*ENDED, *TWICE):
        for guest in GUESTS:
            w.whereabouts(guest)
    settled(w)
    expect(w.closed() <= {story.closed}, "no other host is in maintenance", w.closed())
    w.cluster.start_services(w.a)
    wait_until(lambda: all(job["State"] in ENDS for job in w.policyd.objects(JOB).values()), "jobs that nobody waits for end too")
    if said.ok and blow not in ENDED:
        expect(story.is_done(w) or leaves_out(w, story, said), "what is said to be done is done", said)
    elif said.rc not in (0, KILLED_BY_SIGNAL):
        in_plain_words(said)
    wait_until(lambda: not unended(w), "the log tells of the end of each job that it has begun")
    if not story.is_done(w):
        again = w.ask(*story.words)
        expect(again.ok and story.is_done(w), "who asks again gets it", said, again)
        settled(w)


def leaves_out(w: Steps, story: Story, said: Result) -> bool:
    """Who comes home is told of who does not, and of hosts that could not be asked."""
    missing = [guest.name for guest in story.guests if w.a.state(guest) != "running"]
    return story.home and (GAPS in said.out or all(f"{name}: " in said.out for name in missing))


def unended(w: Steps) -> set[str]:
    """Jobs that have begun, as far as the log tells: their numbers begin anew with each service."""
    begun: set[str] = set()
    for line in w.a.read(DIARY_FILE).splitlines():
        event = json.loads(line)
        if event["event"].endswith("-begun"):
            begun.add(event["job"])
        elif not event["event"].endswith("-slow"):
            begun.discard(event.get("job", ""))
    return begun


def in_plain_words(said: Result) -> None:
    last = (said.err.strip().splitlines() or [""])[-1]
    expect(last.startswith("pinshift: ") and not any(word in said.err for word in JARGON), "they are told in plain words", said)


def settled(w: Steps) -> None:
    """Each guest runs on one host, nobody is on the way, and their originals are known."""
    for guest in GUESTS:
        for flags in ((), STORED):
            wait_for(lambda guest=guest, flags=flags: known(w, guest, *flags), w.originals[guest.name],
                     f"the original of {guest.name} where it runs {' '.join(flags)}".rstrip())


def known(w: Steps, guest: Guest, *flags: str) -> Elements | None:
    """The original of GUEST where it runs; None: it is on the way, or sets off while one looks."""
    hosts = {host.state(guest): host for host in w.all}
    if sorted(hosts) != ["none", "running"] or not rests(w, guest):
        return None
    try:
        return originals(hosts["running"].dumpxml(guest, *flags))
    except CommandFailed:
        return None


def rests(w: Steps, guest: Guest) -> bool:
    """libvirt has nothing to do for GUEST where it runs."""
    return any("None" in host.virsh("domjobinfo", guest.name, check=False).out for host in w.all)


def whole(w: Steps) -> None:
    """At home each guest has its original; a long run waits for leases, too."""
    DRAIN.ready(w)
    for guest in GUESTS:
        for flags in ((), STORED):
            wait_for(lambda guest=guest, flags=flags: elements(w.a.dumpxml(guest, *flags)), w.originals[guest.name],
                     f"placement {' '.join(flags)} of {guest.name} at home")
    if ALL:
        w.unclaimed(*GUESTS)


# The cases

@steps.case("all points are there that are listed of each story")
def listed(w: Steps) -> None:
    """By what the call is on, where nobody disturbs it."""
    w.begin_all()
    for story in STORIES:
        places = count(w, story)
        few = {place: places[place] for place, least in story.least.items() if places[place] < least}
        same(few, {}, f"places with fewer points than are listed where {story}")


def count(w: Steps, story: Story) -> Counter[str]:
    story.ready(w)
    with w.a.armed(CLUSTER_PROGRAM, NEVER, "none"):
        w.have_done(*story.words)
        calls = w.a.calls()
    expect(story.is_done(w), f"{story} as it was asked for")
    places = Counter(place for call in calls for place in PLACES if place in call.what)
    print(f"#   {story}: {len(calls)} points: {dict(places)}", flush=True)
    return places


# Of each story and each blow some, each at a place that matters to it.
SHORT = (
    (DRAIN, KILLED, LIBVIRT, 20),
    (HOME, KILLED, REMOTE_LIBVIRT, 30),
    (MOVE, CUT, BUS, 8),
    (MOVE, FULL, DIARY, 1),
    (CLOSING, POOR, RELAY, 1),
    (MOVE, QEMU_HERE, LIBVIRT, 5),
    (DRAIN, QEMU_THERE, LIBVIRT, 30),
    (DRAIN, QEMU_STILL, LIBVIRT, 10),
    (HOME, LIBVIRTD_STILL, REMOTE_LIBVIRT, 20),
    (MOVE, ASKS_STILL, RELAY, 1),
)


@steps.each("where {0}, pinshift-policyd is at call {3} on {2}, and {1}, nothing is lost, and who asks again gets it",
            () if ALL else SHORT)
def here_and_there(w: Steps, story: Story, blow: Blow, place: str, number: int) -> None:
    w.begin_all()
    call = one(w, story, blow, number, place)
    expect(call, "it comes to that")
    told(story, blow, [call] if call else [])
    whole(w)


def strokes() -> Iterator[tuple[Story, Blow]]:
    """While a host is put in maintenance all guests are at home."""
    for story in STORIES if ALL else ():
        for blow in BLOWS:
            if story is not CLOSING or blow not in (QEMU_THERE, QEMU_THERE_STILL):
                yield story, blow


@steps.each("where {0}, pinshift-policyd is at any call, and {1}, nothing is lost, and who asks again gets it", strokes())
def everywhere(w: Steps, story: Story, blow: Blow) -> None:
    w.begin_all()
    hit = through(blow.numbers(), lambda number: one(w, story, blow, number))
    told(story, blow, hit)
    missed = [place for place in story.least if not any(place in call.what for call in hit)]
    expect(blow is not KILLED or SHARE != Share() or not missed, "all that is listed is hit", missed)
    whole(w)
