# SPDX-License-Identifier: LGPL-2.1-or-later
"""A guest at home, at another host, and at home again: what is done, and what has to hold.

What a guest, libvirt or pinshift does wrong is a fault, in words; only a laboratory that fails is an exception.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from uuid import uuid4

from ..element import actions, has_record
from ..guest import Guest
from ..host import Host
from ..kernel import settled
from ..migrate import migrate
from ..result import CommandFailed, Result
from ..wait import Late, wait_until
from ..xml import difference, placement_of, xml_without
from .harm import Facts, harms
from .hosts import HOSTS
from .kinds import Kind
from .look import Look, look
from .outcome import ADAPTED, FAILED, KEPT, LIVE, PINSHIFT, REFUSED, STOCK, Start, Trip
from .pattern import wait_until_filled

MOVE = ("--persistent", "--undefinesource")
SETTLED = 120  # seconds until all that a host still has to write is written, on any machine
Arrival = tuple[str, dict[str, str], tuple[str, ...], tuple[str, ...]]  # outcome, actions, harm, faults
Faults = tuple[str, ...]


@dataclass(frozen=True)
class World:
    """HOSTS and FACTS by their keys in HOSTS of hosts.py; PRODUCT: whether pinshift is on them."""

    hosts: Mapping[str, Host]
    facts: Mapping[str, Facts]
    product: bool

    @property
    def side(self) -> str:
        return PINSHIFT if self.product else STOCK

    def key(self, host: Host) -> str:
        return next(key for key, other in self.hosts.items() if other is host)


@dataclass(frozen=True)
class Stay:
    """GUEST, of KIND, runs at HOME, where it was started; what was SEEN of it then.

    Each stay is another guest's, with a UUID of its own: hosts remember whom they have had.
    """

    kind: Kind
    guest: Guest
    home: Host
    seen: Look


# At home


def one_line(text: str) -> str:
    """What virsh said, without what each of its lines begins with, nor what differs from run to run."""
    said = [line.removeprefix("error: ") for line in text.splitlines() if line.strip()]
    return " / ".join(line for line in said if not line.startswith("Failed to "))


def started(host: Host, guest: Guest, persistent: bool = True) -> Result:
    """GUEST is defined and started in one call, or created."""
    words = f"define /dev/stdin; start {guest.name}" if persistent else "create /dev/stdin"
    done = host.virsh(words, input=guest.xml(), check=False)
    if done.ok and "error:" in done.err:  # The shell's status is that of its last command.
        done = replace(done, rc=1)
    return done


def tried(world: World, kind: Kind, host: Host) -> Start:
    """Starts the guest stripped of its placement, and ends it."""
    done = started(host, kind.stripped, persistent=False)
    ended(host, kind.stripped)
    return Start(kind.guest.name, world.key(host), False, "" if done.ok else one_line(done.err) or "no reason")


def ended(host: Host, guest: Guest) -> None:
    """No trace of GUEST is left on HOST."""
    host.virsh(f"destroy {guest.name}; undefine {guest.name} --managed-save", check=False)


def stay(world: World, kind: Kind, home: Host, *, persistent: bool = True) -> Stay | Start:
    """The guest runs at HOME, its memory is filled and its record written; or why it does not start."""
    guest = replace(kind.guest, uuid=str(uuid4()))
    done = started(home, guest, persistent)
    if not done.ok:
        ended(home, guest)
        return Start(guest.name, world.key(home), True, one_line(done.err) or "no reason")
    wait_until_filled(home, guest)
    recorded = world.product and kind.is_placed
    return Stay(kind, guest, home, wait_until(lambda: _at_home(home, guest, recorded, persistent), f"{guest.name} has its record"))


def _at_home(home: Host, guest: Guest, recorded: bool, persistent: bool) -> Look | None:
    seen = look(home, guest)
    if not recorded:
        return seen
    written = has_record(seen.live) and (not persistent or has_record(seen.stored))
    return seen if written else None


# At another host


def judge_away(world: World, stay: Stay, away: Host, guest: Guest | None = None) -> Arrival:
    """The guest runs on AWAY (as GUEST, where it has another name there)."""
    guest = guest or stay.guest
    seen, late = _settled(world, away, guest)
    faults = [*late, *_of_memory(seen, away)]
    kept = placement_of(seen.live) == placement_of(stay.seen.live)
    if world.product and _twins(world, stay.home, away):
        faults += _as_at_home(stay, seen, away)
    harm = harms(guest, world.facts[world.key(stay.home)], stay.seen.kernel, world.facts[world.key(away)], seen.kernel)
    return KEPT if kept else ADAPTED, actions(seen.live), tuple(harm), tuple(faults)


def _twins(world: World, one: Host, other: Host) -> bool:
    return HOSTS[world.key(one)].shape == HOSTS[world.key(other)].shape


def _settled(world: World, host: Host, guest: Guest) -> tuple[Look, Faults]:
    """What is seen of GUEST on HOST, once nothing is claimed for it any more."""
    last: list[Look] = []

    def unclaimed() -> bool:
        last[:] = [look(host, guest)]
        return guest.uuid not in last[0].claims

    try:
        wait_until(unclaimed, "no claim", SETTLED)
        return last[0], ()
    except Late:
        return last[0], (f"{host.name} still keeps room for {guest.name}",)


def _of_memory(seen: Look, host: Host) -> Faults:
    return () if seen.intact else (f"its memory is not what it was, on {host.name}",)


def refusal(stay: Stay, away: Host, done: Result) -> tuple[str, str, Faults]:
    """Outcome, words and faults of a migration that virsh says has failed: the guest has to run on where it was."""
    log = away.run("sh", "-c", 'cat "$1" 2>/dev/null; rm -f "$1"', "sh", _log(stay.guest), check=False).out
    outcome = FAILED if "starting up" in log else REFUSED
    state = stay.home.state(stay.guest)
    faults = () if state == "running" else (f"it is {state} on {stay.home.name} after a migration that failed",)
    return outcome, one_line(done.err), faults


def _log(guest: Guest) -> str:
    return f"/var/log/libvirt/qemu/{guest.name}.log"


def forget_log(host: Host, guest: Guest) -> None:
    """So that refusal() sees what comes from now on."""
    host.run("rm", "-f", _log(guest))


# At home again


def judge_home(world: World, stay: Stay, host: Host | None = None, guest: Guest | None = None) -> Faults:
    """The guest is at home again (on HOST, a twin, as GUEST): placement and reality are the original's, live and stored."""
    host, guest = host or stay.home, guest or stay.guest
    last: list[Look] = []

    def as_it_was() -> bool:
        last[:] = [look(host, guest)]
        return not _of_home(stay, last[0], host, guest)

    try:
        wait_until(as_it_was, "as at home", SETTLED if world.product else 0)
        return ()
    except Late:
        return _of_home(stay, last[0], host, guest)


def _of_home(stay: Stay, seen: Look, host: Host, guest: Guest) -> Faults:
    claimed = (f"{host.name} still keeps room for {guest.name}",) if guest.uuid in seen.claims else ()
    return (*claimed, *_of_memory(seen, host), *_as_at_home(stay, seen, host))


def _as_at_home(stay: Stay, seen: Look, host: Host) -> Faults:
    pairs = {
        "its placement": (_flat(placement_of(stay.seen.live)), _flat(placement_of(seen.live))),
        "what the kernel reports": (_reality(stay.seen, stay.guest), _reality(seen, stay.guest)),
        "its definition": (_defined(stay.seen.stored), _defined(seen.stored)),
    }
    return tuple(f"{what} on {host.name} differs: {_short(difference(before, after))}"
                 for what, (before, after) in pairs.items() if before != after)


def _reality(seen: Look, guest: Guest) -> str:
    """numad is asked anew at each start, and answers by what the host does then: of its answer nothing has to stay."""
    facts = settled(seen.kernel)
    if guest.auto:
        facts = {"threads": [*facts["threads"]], "memory": [page_kib for _, page_kib, _ in facts["memory"]], "pages": facts["pages"]}
    return _flat(facts)


def _flat(facts: Mapping[str, object]) -> str:
    return "".join(f"{name}: {value}\n" for name, value in sorted(facts.items()))


def _defined(stored: str) -> str:
    return xml_without(stored) if stored else ""


def _short(text: str) -> str:
    return " ".join(text.split())[:400]


# There and back


def broken(world: World, guest: Guest, home: Host, away: Host, error: Exception) -> Trip:
    """A trip that came to nothing: what had to happen failed, or did not in time."""
    return Trip(world.side, guest.name, LIVE, world.key(home), world.key(away), FAILED, faults=(" ".join(str(error).split()),))


@contextmanager
def timed(results: list[float]) -> Iterator[None]:
    start = time.monotonic()
    yield
    results.append(round(time.monotonic() - start, 1))


def trip(world: World, stay: Stay, away: Host) -> Trip:
    """Live, with the definition: there, and back if it got there."""
    seconds: list[float] = []
    with timed(seconds):
        made = _made(world, stay, away)
    return replace(made, seconds=seconds[0])


def _made(world: World, stay: Stay, away: Host) -> Trip:
    where = Trip(world.side, stay.guest.name, LIVE, world.key(stay.home), world.key(away), FAILED)
    try:
        forget_log(away, stay.guest)
        done = migrate(stay.guest, stay.home, away, *MOVE, check=False)
        if not done.ok:
            outcome, said, faults = refusal(stay, away, done)
            return replace(where, outcome=outcome, said=said, faults=faults)
        outcome, did, harm, faults = judge_away(world, stay, away)
        where = replace(where, outcome=outcome, actions=did, harm=harm, faults=faults)
        return replace(where, faults=(*faults, *returned(world, stay, away)))
    except (CommandFailed, Late) as error:
        return replace(where, faults=(*where.faults, " ".join(str(error).split())))


def returned(world: World, stay: Stay, away: Host) -> Faults:
    done = migrate(stay.guest, away, stay.home, *MOVE, check=False)
    if not done.ok:
        return (f"it does not get home from {away.name}: {one_line(done.err)}",)
    return judge_home(world, stay)
