# SPDX-License-Identifier: LGPL-2.1-or-later
"""Guests that look at their own memory, and what is seen of them in one round trip."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from pinlab import CommandFailed, Guest, Host, Lab, everything, migrate
from pinlab.cases import Suite, expect, same, stage
from pinlab.guest import Cell
from pinlab.matrix.hosts import HOSTS
from pinlab.matrix.look import Look, look
from pinlab.matrix.pattern import ROM, program, reader, wait_until_filled
from pinlab.numa import NumaHost
from pinlab.trio import recorded

CELLS = (Cell("0", 64), Cell("1", 64))
ON_BOTH = {0: ("strict", "0"), 1: ("strict", "1")}
MOVE = ("--persistent", "--undefinesource")

# Whole 4 KiB pages have the pattern, one of them here in each cell; it begins with a zero byte.
OFFSET = 2 << 20
WRITE = 'printf "$3" | dd of="/proc/$1/mem" bs=1 seek="$2" conv=notrunc 2>/dev/null'


def guest(name: str, machine: str = "q35", hugepages: int | None = None) -> Guest:
    return Guest(name, machine=machine, rom=ROM, extra_devices=reader(name), memory_mib=128, cells=CELLS, memnode=ON_BOTH,
                 hugepages=hugepages)


class Two:
    """hosta has pages of 2 MiB, hostb none, and one node."""

    def __init__(self, lab: Lab) -> None:
        files = {ROM: program()}
        self.a = lab.host("hosta", NumaHost, shape=HOSTS["a"].shape, stage=stage(), files=files)
        self.b = lab.host("hostb", NumaHost, shape=HOSTS["b"].shape, stage=stage(), files=files)
        lab.up()

    def clean(self) -> None:
        with ThreadPoolExecutor() as pool:
            list(pool.map(_clean, (self.a, self.b)))


def _clean(host: Host) -> None:
    host.clear()
    host.start_product()


pattern = Suite("numa pattern", Two)


def begin(host: Host, guest: Guest) -> Look:
    """GUEST runs on HOST, its memory filled."""
    host.start(guest)
    wait_until_filled(host, guest)
    recorded(host, guest)
    return look(host, guest)


def pages_by_node(seen: Look) -> list[tuple[str, int, list[str]]]:
    return sorted((mapping["policy"], mapping["page_kib"], sorted(mapping["pages"])) for mapping in seen.kernel["memory"])


def cells(host: Host, guest: Guest) -> list[int]:
    """Where QEMU has the memory of each cell."""
    areas = [line.split()[0].split("-") for line in host.read(f"/proc/{host.qemu_pid(guest.name)}/maps").splitlines()
             if " rw-" in line]
    return [int(start, 16) for start, end in areas if int(end, 16) - int(start, 16) == 64 << 20]


def write(host: Host, guest: Guest, address: int, byte: str) -> None:
    """BYTE, as printf has it, is at ADDRESS of the guest's QEMU from now on."""
    host.run("busybox", "sh", "-c", WRITE, "sh", str(host.qemu_pid(guest.name)), str(address), byte)


@pattern.each("a guest of machine {0} fills the memory of both cells, and finds its pattern as often as it is asked",
              ("q35", "pc-q35-5.0", "pc-i440fx-3.1"))
def fills(w: Two, machine: str) -> None:
    seen = begin(w.a, guest("filler", machine))
    same(pages_by_node(seen), [("bind:0", 4, ["0"]), ("bind:1", 4, ["1"])], "its memory")
    expect(seen.intact and look(w.a, guest("filler")).intact, "it has found its pattern, twice")


@pattern.case("a byte that changes in either cell is found, until it is changed back")
def changes(w: Two) -> None:
    victim = guest("victim")
    begin(w.a, victim)
    found = cells(w.a, victim)
    same(len(found), 2, "cells")
    for start in found:
        write(w.a, victim, start + OFFSET, r"\377")
        expect(not look(w.a, victim).intact, "the changed byte is found")
        write(w.a, victim, start + OFFSET, r"\0")
        expect(look(w.a, victim).intact, "the pattern is found again")


@pattern.case("memory is what it was on a host with other pages, and at home again")
def travels(w: Two) -> None:
    traveller = guest("traveller", hugepages=2048)
    home = begin(w.a, traveller)
    same(pages_by_node(home), [("bind:0", 2048, ["0"]), ("bind:1", 2048, ["1"])], "its memory at home")
    migrate(traveller, w.a, w.b, *MOVE)
    visit = look(w.b, traveller)
    same([size for _policy, size, _nodes in pages_by_node(visit)], [4, 4], "sizes of its pages on hostb")
    migrate(traveller, w.b, w.a, *MOVE)
    back = look(w.a, traveller)
    same(pages_by_node(back), pages_by_node(home), "its memory at home again")
    same([seen.intact for seen in (home, visit, back)], 3 * [True], "whether it found its pattern, at each place")


@pattern.case("a look sees what asking for each thing would")
def sees(w: Two) -> None:
    visible, transient, claimed = guest("visible"), guest("transient"), guest("claimed")
    begin(w.a, visible)
    w.a.create(transient)
    wait_until_filled(w.a, transient)
    done = w.a.hook(claimed.name, "migrate", claimed.xml())
    seen, passing = look(w.a, visible), look(w.a, transient)
    same((seen.live, seen.stored), tuple(w.a.dumpxml(visible, flag).strip() for flag in ("--migratable", "--inactive")), "XML")
    same(seen.kernel, everything(w.a, visible), "what the kernel reports")
    same((done.rc, set(seen.claims)), (0, {claimed.uuid}), "claims")
    expect(claimed.uuid in w.a.ask("Claims"), "pinshiftd says so")
    same((passing.stored, passing.intact), ("", True), "definition and memory of a transient guest")


@pattern.case("nobody waits for the memory of a guest that is not there")
def absent(w: Two) -> None:
    try:
        wait_until_filled(w.b, guest("nobody"))
    except CommandFailed:
        return
    expect(False, "waiting fails")
