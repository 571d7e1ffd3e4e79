# SPDX-License-Identifier: LGPL-2.1-or-later
"""pinshift-policyd is struck at each step of what it does: guests are safe, people are told in plain words, and who asks again gets it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pinlab import Guest, Lab, wait_until
from pinlab.asked import Asked
from pinlab.away import STORED, wait_for, wait_for_original
from pinlab.cases import Suite, Wrong, expect, same, stage
from pinlab.cluster import Cluster
from pinlab.element import Elements, elements
from pinlab.piece import Piece
from pinlab.point import CLUSTER_PROGRAM, Call, PointHost, build
from pinlab.policyd import ENDS, JOB
from pinlab.result import CommandFailed, Result
from pinlab.strike import ALL, ALONE, CUT, FULL, KILLED, POOR, Act, Blow, Target, strike, told
from pinlab.trio import PAGES, recorded
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
NEVER = 1_000_000
KILLED_BY_SIGNAL = 128 + 9  # as the shell has it


class Steps:
    """hosta, with pinshift-policyd and the guests' home, and hostb, which has no hugepages."""

    def __init__(self, lab: Lab) -> None:
        build(lab)
        self.a = lab.host("hosta", PointHost, stage=stage(), hugepages=PAGES)
        self.b = lab.host("hostb", PointHost, stage=stage())
        self.all = (self.a, self.b)
        self.originals: dict[str, Elements] = {}
        lab.up()
        self.cluster = Cluster(self.a, self.b)
        self.policyd = self.cluster.policyd
        self.cluster.start()

    def clean(self) -> None:
        self.cluster.stop()
        for host in self.all:
            expect(host.bus.alive and host.libvirtd.alive, f"{host.name} has its bus and libvirtd")
            host.clear()
            host.reset_product()
            host.forget_logs()
        self.cluster.start_services(self.a)

    def begin(self) -> None:
        """The guests are at home, on hosta, and their originals are known."""
        for guest in GUESTS:
            self.a.start(guest)
            recorded(self.a, guest)
            self.originals[guest.name] = elements(self.a.dumpxml(guest))
        settled(self)
        for guest in GUESTS:
            self.policyd.knows(guest, self.a)

    def ask(self, *words: str) -> None:
        self.a.run("pinshift", *words)

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
        w.ask("migrate-home")
        if self.home:
            w.ask("drain", "hosta")
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

def libvirtd_is_killed(at_home: bool) -> Act:
    def act(w: Steps, _story: Story, _under: Piece) -> None:
        host = w.a if at_home else w.b
        host.libvirtd.stop("KILL")
        host.libvirtd.start()
    return act


def pinshiftd_is_killed(at_home: bool) -> Act:
    return lambda w, _story, _under: (w.a if at_home else w.b).pinshiftd.stop("KILL")


def who_asks_is_killed(_w: Steps, _story: Story, under: Asked) -> None:
    under.kill()


ASKS = Blow("who has asked is killed", "stop", who_asks_is_killed)
BLOWS = (
    *ALONE,
    ASKS,
    Blow("libvirtd at home is killed", "stop", libvirtd_is_killed(True)),
    Blow("libvirtd of the other host is killed", "stop", libvirtd_is_killed(False)),
    Blow("pinshiftd at home is killed", "stop", pinshiftd_is_killed(True)),
    Blow("pinshiftd of the other host is killed", "stop", pinshiftd_is_killed(False)),
)


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
        recover(w, story, asked[0].said())
    except (CommandFailed, Late, Wrong) as error:
        raise Wrong(f"at point {number}, {call}:\n{error}") from error
    return call


def recover(w: Steps, story: Story, said: Result) -> None:
    """Nobody is lost, who has asked has been told, and asks again if need be."""
    if w.policyd.alive:  # One that had no memory has it again.
        w.a.run("prlimit", "--pid", str(w.policyd.pid), "--as=unlimited", check=False)
    for host in w.all:
        host.start_product()
    settled(w)
    expect(w.closed() <= {story.closed}, "no other host is in maintenance", w.closed())
    w.cluster.start_services(w.a)
    wait_until(lambda: all(job["State"] in ENDS for job in w.policyd.objects(JOB).values()), "jobs that nobody waits for end too")
    if said.ok:
        expect(story.is_done(w), "what is said to be done is done", said)
    elif said.rc != KILLED_BY_SIGNAL:
        in_plain_words(said)
    wait_until(lambda: not unended(w), "the log tells of the end of each job that it has begun")
    if not story.is_done(w):
        again = w.a.run("pinshift", *story.words, check=False)
        expect(again.ok and story.is_done(w), "who asks again gets it", said, again)
        settled(w)


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
        wait_until(lambda guest=guest: sorted(host.state(guest) for host in w.all) == ["none", "running"] and rests(w, guest),
                   f"one host has {guest.name}")
        for flags in ((), STORED):
            wait_for_original(here(w, guest), guest, w.originals[guest.name], *flags)


def here(w: Steps, guest: Guest) -> PointHost:
    return next(host for host in w.all if host.state(guest) == "running")


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
        wait_until(lambda: all(guest.uuid not in host.ask("Claims") for host in w.all for guest in GUESTS), "no claim outlives its lease")


# The cases

@steps.case("all points are there that are listed of each story")
def listed(w: Steps) -> None:
    """By what the call is on, where nobody disturbs it."""
    w.begin()
    for story in STORIES:
        places = count(w, story)
        few = {place: places[place] for place, least in story.least.items() if places[place] < least}
        same(few, {}, f"places with fewer points than are listed where {story}")


def count(w: Steps, story: Story) -> Counter[str]:
    story.ready(w)
    with w.a.armed(CLUSTER_PROGRAM, NEVER, "none"):
        w.ask(*story.words)
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
)


@steps.each("where {0}, pinshift-policyd is at call {3} on {2}, and {1}, nothing is lost, and who asks again gets it",
            () if ALL else SHORT)
def here_and_there(w: Steps, story: Story, blow: Blow, place: str, number: int) -> None:
    w.begin()
    call = one(w, story, blow, number, place)
    expect(call, "it comes to that")
    told([call] if call else [])
    whole(w)


def strokes() -> Iterator[tuple[Story, Blow]]:
    return ((story, blow) for story in STORIES for blow in BLOWS) if ALL else iter(())


@steps.each("where {0}, pinshift-policyd is at any call, and {1}, nothing is lost, and who asks again gets it", strokes())
def everywhere(w: Steps, story: Story, blow: Blow) -> None:
    w.begin()
    hit: list[Call] = []
    for number in blow.numbers():
        call = one(w, story, blow, number)
        if call is None:
            break
        hit.append(call)
    told(hit)
    missed = [place for place in story.least if not any(place in call.what for call in hit)]
    expect(blow is not KILLED or not missed, "all that is listed is hit", missed)
    whole(w)
