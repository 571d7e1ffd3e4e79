# SPDX-License-Identifier: LGPL-2.1-or-later
"""The pages that a run writes: docs/matrix.md, docs/matrix.json, and the table in README.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from . import sheet
from .cells import Cells, is_untold
from .outcome import FAILED, LIVE, PINSHIFT, REFUSED, STOCK, Trip
from .saying import CHECKS, LEGEND, arrival, doing, is_restored, letter, plain
from .table import Row, beside, once, table

PAGE, SHEET, README = "docs/matrix.md", "docs/matrix.json", "README.md"
NAMES: Mapping[str, str] = {STOCK: "libvirt alone", PINSHIFT: "with pinshift"}
NOT_RUN = "not run yet"
MARKS = ("<!-- written by tests/lab/matrix -->\n", "<!-- up to here -->\n")
MODES_LEGEND = """\
So many trips of each guest in each mode; `1 of 2` had a fault. A `.` was not run yet; an empty cell is not part of the run.
"""
BLOCKS = 3  # tables of pairs beside each other

INTRO = """\
Each kind of guest migrates live, with its definition, from each kind of host on which it starts to each other kind, or to its twin,
and home again: with libvirt alone, and with pinshift on all hosts under the policy as installed. Then it does so in other ways. The
hosts are QEMU's, with the kernel's own NUMA nodes, page pools and cpusets; libvirt and QEMU on them are real. Whether a guest *can*
run on a host is tried there: the same guest is started without any placement.

`tests/lab/matrix --full` makes this page. [matrix.json](matrix.json) has each trip and each word,
[schema/matrix.schema.json](schema/matrix.schema.json) says how.
"""


def write(source: Path, cells: Cells) -> None:
    """All that is made of a run, in the tree SOURCE."""
    (source / SHEET).write_text(sheet.dumps(cells))
    for name, text in pages(source, cells).items():
        (source / name).write_text(text)


def pages(source: Path, cells: Cells) -> dict[str, str]:
    """For people; by their names in the tree SOURCE."""
    return {PAGE: page(cells), README: with_table((source / README).read_text(), cells)}


def page(cells: Cells) -> str:
    return "\n".join(part for part in (
        "# The matrix\n", INTRO, _state(cells), "## What it shows\n", _promise(cells), _arrivals(cells), _checks(cells),
        "## Hosts and guests\n", table(("host", "what"), cells.frame.hosts.items()),
        table(("guest", "what"), cells.frame.kinds.items()),
        "## Each guest to each host\n", _main(cells), "## All pairs of hosts\n", _pairs(cells), *_modes(cells),
        *_said(cells), "## Faults\n", _faults(cells)) if part)


def _state(cells: Cells) -> str:
    missing = len(cells.missing)
    total = len(cells.all) + missing
    versions = ", ".join(f"{name} {version}" for name, version in cells.frame.versions.items())
    partial = f"\n**This run is not complete: of {total} cells, {missing} were not run yet.**\n" if missing else ""
    return f"Run on {cells.frame.date}: {versions}.\n{partial}"


# Figures


def _possible(cells: Cells, side: str, can: bool | None) -> list[Trip]:
    """Plain trips by whether their guest can run there."""
    return [trip for trip in cells.trips(side, LIVE) if cells.can_run(trip) is can]


def _promise(cells: Cells) -> str:
    """One sentence, with what nobody would see without looking."""
    stock, ours = (_score(_possible(cells, side, True)) for side in NAMES)
    return (f"Of guests that can run at the destination, **with pinshift {ours[1]} of {ours[0]} arrive**, {ours[2]} of them worse"
            f" off than at home\nwithout a word; **with libvirt alone {stock[1]} of {stock[0]}**, and of those {stock[2]}.\n")


def _score(trips: Sequence[Trip]) -> tuple[int, int, int]:
    """How many, how many arrived, and how many of these are worse off without anybody saying so."""
    return len(trips), sum(trip.arrived for trip in trips), sum(is_untold(trip) for trip in trips)


def _arrivals(cells: Cells) -> str:
    rows = [row for can, title in ((True, "live, to hosts on which the guest can run"), (False, "live, to hosts on which it can't"),
                                   (None, "live, to hosts on which nobody has tried to start it"))
            for row in _arrival_rows(cells, can, title)]
    return table(("trips", *NAMES.values()), rows)


def _arrival_rows(cells: Cells, can: bool | None, title: str) -> Iterator[Row]:
    sides = [_possible(cells, side, can) for side in NAMES]
    counts = {
        f"**{title}**": [len(trips) for trips in sides],
        "arrived": [sum(trip.arrived for trip in trips) for trips in sides],
        "arrived, and worse off there than at home": [sum(bool(trip.harm) for trip in trips) for trips in sides],
        "arrived, worse off without a word": [sum(is_untold(trip) for trip in trips) for trips in sides],
        "arrived, and home again as they were": [sum(is_restored(trip, trip.faults) for trip in trips) for trips in sides],
        "refused before a QEMU was started": [sum(trip.outcome == REFUSED for trip in trips) for trips in sides],
        "failed after that": [sum(trip.outcome == FAILED for trip in trips) for trips in sides],
    }
    if any(sides):
        yield from ((what, *numbers) for what, numbers in counts.items())


def _checks(cells: Cells) -> str:
    trips = cells.trips(PINSHIFT)
    rows = []
    for check in CHECKS:
        asked = [trip for trip in trips if trip.arrived or not check.arrived]
        rows.append((check.what, len(asked), sum(any(map(check.fault.search, cells.faults(trip))) for trip in asked)))
    faulty = sum(bool(cells.faults(trip)) for trip in trips)
    return table(("with pinshift, in all modes", "trips", "not so"), [*rows, ("anything at all", len(trips), faulty)])


# Each guest from one home


def _main(cells: Cells) -> str:
    rows = [row for kind in cells.frame.kinds for row in _kind_rows(cells, kind)]
    if not rows:
        return "Nothing was run yet.\n"
    return table(("guest", "to", *NAMES.values(), "what was done", "home again"), once(rows))


def _home(cells: Cells, kind: str) -> str | None:
    """The first host from which this guest goes to any."""
    return next((home for home in cells.frame.hosts if cells.starts_at(kind, home) and _aways(cells, kind, home)), None)


def _aways(cells: Cells, kind: str, home: str) -> list[str]:
    return [away for away in cells.frame.hosts if any(cells.is_planned(side, kind, home, away) for side in NAMES)]


def _kind_rows(cells: Cells, kind: str) -> Iterator[Row]:
    """Hosts that are alike to this guest, in one row."""
    home = _home(cells, kind)
    alike: dict[tuple[str, ...], list[str]] = {}
    for away in _aways(cells, kind, home) if home else ():
        alike.setdefault(_trip_row(cells, kind, home or "", away), []).append(away)
    yield from ((f"{kind}, from {home}", ", ".join(aways), *row) for row, aways in alike.items())


def _trip_row(cells: Cells, kind: str, home: str, away: str) -> tuple[str, ...]:
    stock, ours = (cells.trip(side, kind, home, away) for side in NAMES)
    words = [_word(cells, trip) if trip else NOT_RUN if cells.is_planned(side, kind, home, away) else ""
             for side, trip in zip(NAMES, (stock, ours))]
    return (*words, *((doing(ours), _restored(cells, ours)) if ours else ("", "")))


def _word(cells: Cells, trip: Trip) -> str:
    can = "" if cells.can_run(trip) is not False or trip.arrived else ": it can't run there"
    return f"{arrival(trip)}{can}{', **with a fault**' if cells.faults(trip) else ''}"


def _restored(cells: Cells, trip: Trip) -> str:
    if not trip.arrived:
        return ""
    return "as it was" if is_restored(trip, cells.faults(trip)) else "**not as it was**"


# All pairs, and all modes


def _pairs(cells: Cells) -> str:
    blocks = [_block(cells, kind) for kind in cells.frame.kinds]
    return f"Rows are homes, columns the other hosts.\n{LEGEND}\n{beside(blocks, BLOCKS)}"


def _block(cells: Cells, kind: str) -> list[str]:
    hosts = [*cells.frame.hosts]
    width = max(3, *map(len, hosts)) + 1
    rows = [("", hosts)] + [(home, [_sign(cells, kind, home, away) for away in hosts]) for home in hosts
                            if cells.starts_at(kind, home) and _aways(cells, kind, home)]
    absent = [home for home in hosts if not cells.starts_at(kind, home)]
    lines = ["".join(cell.ljust(width) for cell in (first, *rest)).rstrip() for first, rest in rows]
    return [kind, *lines, *([f"does not start on {', '.join(absent)}"] if absent else [])]


def _sign(cells: Cells, kind: str, home: str, away: str) -> str:
    trips = [cells.trip(side, kind, home, away) for side in NAMES]
    planned = [cells.is_planned(side, kind, home, away) for side in NAMES]
    signs = "".join(letter(trip) if trip else "." if wanted else " " for trip, wanted in zip(trips, planned))
    return signs + ("*" if any(trip and cells.faults(trip) for trip in trips) else "")


def _modes(cells: Cells) -> Iterator[str]:
    modes = {mode: about for mode, about in cells.frame.modes.items() if mode != LIVE}
    used = {cell[3] for cell in cells.frame.planned if cell[0] == "trip"} | {trip.mode for trip in cells.trips(PINSHIFT)}
    if not used & modes.keys():
        return
    yield "## Other ways to go\n"
    counts = [(mode, about, *_count(cells, cells.trips(PINSHIFT, mode))) for mode, about in modes.items()]
    yield table(("mode", "what", "trips", "with a fault"), counts)
    yield MODES_LEGEND
    rows = [(kind, *(_in_mode(cells, kind, mode) for mode in modes)) for kind in cells.frame.kinds]
    yield table(("guest", *modes), rows)


def _count(cells: Cells, trips: Sequence[Trip]) -> tuple[int, int]:
    return len(trips), sum(bool(cells.faults(trip)) for trip in trips)


def _in_mode(cells: Cells, kind: str, mode: str) -> str:
    n, faulty = _count(cells, [trip for trip in cells.trips(PINSHIFT, mode) if trip.kind == kind])
    missing = any(cell[:1] + cell[2:4] == ("trip", kind, mode) for cell in cells.missing)
    seen = f"{faulty} of {n}" if faulty else str(n or "")
    return f"{seen} ." if seen and missing else seen or ("." if missing else "")


# What was said


def _said(cells: Cells) -> Iterator[str]:
    """Why guests did not arrive, what is worse for those that did, and who did not start at all."""
    for side, name in NAMES.items():
        trips = cells.trips(side, LIVE)
        yield from _grouped(f"Not arrived, {name}", "trips", [(trip.said, trip.kind) for trip in trips if not trip.arrived])
        yield from _grouped(f"Worse off, {name}", "trips", [(words, trip.kind) for trip in trips for words in trip.harm])
    for written, name in ((True, "as written"), (False, "without placement")):
        starts = [start for start in cells.starts if start.written == written and not start.ok]
        yield from _grouped(f"Not started, {name}", "hosts", [(start.said, start.kind) for start in starts])


def _grouped(title: str, what: str, said: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Of words and kinds."""
    kinds: dict[str, list[str]] = {}
    for words, kind in said:
        kinds.setdefault(plain(words, kind), []).append(kind)
    if kinds:
        yield f"## {title}\n"
        rows = sorted(kinds.items(), key=lambda item: -len(item[1]))
        yield table((what, "guests", "words"), [(len(all_), ", ".join(dict.fromkeys(all_)), words) for words, all_ in rows])


def _faults(cells: Cells) -> str:
    found = [(trip, fault) for trip in cells.trips(PINSHIFT) for fault in cells.faults(trip)]
    rows = [(f"{trip.kind}, {trip.mode}", f"{trip.home} to {trip.away}", plain(fault, trip.kind)) for trip, fault in found]
    return table(("guest", "way", "what had to hold, and did not"), once(rows)) if rows else "No fault was seen.\n"


# README.md


def with_table(readme: str, cells: Cells) -> str:
    """README with the table of this run between its two marks; a ValueError without them."""
    head, begin, rest = readme.partition(MARKS[0])
    _, end, tail = rest.partition(MARKS[1])
    if not begin or not end:
        raise ValueError(f"README.md lacks a line {MARKS[0] if not begin else MARKS[1]}")
    return f"{head}{begin}{readme_table(cells)}{end}{tail}"


def readme_table(cells: Cells) -> str:
    """By destination, of guests that can run there."""
    rows = [_readme_row(cells, away, f"{away}: {about}") for away, about in cells.frame.hosts.items()]
    total = _readme_row(cells, None, "all")
    missing = f" Cells that were not run yet: {len(cells.missing)}." if cells.missing else ""
    head = ("live to host", "trips", "arrive, libvirt alone", "these worse off", "arrive, with pinshift", "these worse off",
            "home again as they were")
    return (table(head, [*rows, total])
            + f"\n[docs/matrix.md](docs/matrix.md) has each guest, each pair of hosts and all else that was tried.{missing}\n")


def _readme_row(cells: Cells, away: str | None, title: str) -> Row:
    stock, ours = ([trip for trip in _possible(cells, side, True) if away in (None, trip.away)] for side in NAMES)
    seen = [number for trips in (stock, ours) for number in (sum(trip.arrived for trip in trips), sum(bool(trip.harm) for trip in trips))]
    return title, len(ours), *seen, sum(is_restored(trip, cells.faults(trip)) for trip in ours)
