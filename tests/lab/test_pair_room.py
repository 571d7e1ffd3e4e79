# SPDX-License-Identifier: LGPL-2.1-or-later
"""File systems that are full to the last byte: a guest comes or is refused in plain words, nothing is lost, and with room again all goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from pinlab import Host, PairHost, migrate, wait_until
from pinlab.away import STORED, wait_for, wait_for_original
from pinlab.breaking import mounted
from pinlab.cases import Suite, expect
from pinlab.couple import Couple
from pinlab.element import Elements, elements
from pinlab.result import Result
from pinlab.strike import ALL
from pinlab.trio import TUNED

RUN, VAR = "/run/pinshift", "/var/lib/pinshift"
DIRECTORIES = {RUN: (RUN,), VAR: (VAR,), f"{RUN} and {VAR}": (RUN, VAR)}
# A long run fills each by itself, too.
FILLED = list(DIRECTORIES)[0 if ALL else 2:]
MOVE = ("--persistent", "--undefinesource")

# What is there stays; then each page and each byte is taken.
SMALL = """
set -e
kept=$(mktemp -d)
cp -a "$1/." "$kept"
mount -t tmpfs -o size=128k,mode=0755 pinlab "$1"
cp -a "$kept/." "$1"
rm -r "$kept"
"""
FILL = 'cat /dev/zero >>"$1/ballast" 2>/dev/null; test "$(stat -f -c %f "$1")" = 0'


room = Suite("room", lambda lab: Couple(lab, PairHost))


@contextmanager
def small(host: Host, directories: tuple[str, ...]) -> Iterator[None]:
    """Within, DIRECTORIES of HOST are file systems of a few pages; what has come into them is kept."""
    with ExitStack() as stack:
        for directory in directories:
            host.run("mkdir", "-p", directory)
            stack.enter_context(mounted(host, directory, SMALL))
        yield
        for directory in directories:
            host.run("sh", "-c", 'mkdir -p /tmp/kept"$1" && cp -a "$1/." /tmp/kept"$1"', "sh", directory)
    for directory in directories:
        host.run("sh", "-c", 'cp -a /tmp/kept"$1/." "$1" && rm -r /tmp/kept"$1"', "sh", directory)


@contextmanager
def full(host: Host, directories: tuple[str, ...]) -> Iterator[None]:
    """Within, there is no byte left in DIRECTORIES."""
    for directory in directories:
        host.run("sh", "-c", FILL, "sh", directory)
    try:
        yield
    finally:
        for directory in directories:
            host.run("rm", f"{directory}/ballast")


def comes_or_is_refused(source: Host, target: Host, original: Elements) -> bool:
    """Whether it comes; it is whole either way."""
    said = migrate(TUNED, source, target, *MOVE, check=False)
    here, other = (target, source) if said.ok else (source, target)
    expect((here.state(TUNED), other.state(TUNED)) == ("running", "none"), "it is where virsh has said", said)
    if not said.ok:
        in_plain_words(said)
    wait_for_original(here, TUNED, original)
    return said.ok


def its_definition_fits(host: Host) -> None:
    wait_until(lambda: "hugepages" not in elements(host.dumpxml(TUNED, *STORED)), f"the definition fits {host.name}")


def in_plain_words(said: Result) -> None:
    expect("pinshift: " in said.err and len(said.err.strip().splitlines()) == 1, "a line says why it is refused", said)


def goes_on(source: Host, target: Host, original: Elements) -> None:
    """With room again."""
    if source.state(TUNED) == "running":
        migrate(TUNED, source, target, *MOVE)
    for flags in ((), STORED):
        wait_for_original(target, TUNED, original, *flags)


@room.each("where {0} of a host is full while a guest comes and while it goes home, nothing is lost", FILLED)
def away(w: Couple, where: str) -> None:
    """pinshiftd is killed when the guest has come or was refused, and begins anew in what is full."""
    directories = DIRECTORIES[where]
    original = w.begin()
    with small(w.b, directories):
        with full(w.b, directories):
            if comes_or_is_refused(w.a, w.b, original):
                its_definition_fits(w.b)
            w.b.pinshiftd.stop("KILL")
            w.b.start_product()
        goes_on(w.a, w.b, original)
        its_definition_fits(w.b)
        with full(w.b, directories):
            comes_or_is_refused(w.b, w.a, original)
        goes_on(w.b, w.a, original)
    home(w, original)


@room.each("where {0} at home is full while a guest leaves and while it comes back, nothing is lost", FILLED)
def at_home(w: Couple, where: str) -> None:
    directories = DIRECTORIES[where]
    original = w.begin()
    with small(w.a, directories):
        with full(w.a, directories):
            comes_or_is_refused(w.a, w.b, original)
        goes_on(w.a, w.b, original)
        with full(w.a, directories):
            comes_or_is_refused(w.b, w.a, original)
            w.a.pinshiftd.stop("KILL")
            w.a.start_product()
        goes_on(w.b, w.a, original)
    home(w, original)


def home(w: Couple, original: Elements) -> None:
    """The guest has its original, and nothing is claimed."""
    for flags in ((), STORED):
        wait_for(lambda flags=flags: elements(w.a.dumpxml(TUNED, *flags)), original, f"placement {' '.join(flags)} at home")
    wait_until(lambda: all(TUNED.uuid not in host.ask("Claims") for host in (w.a, w.b)), "no claim outlives its lease")
