# SPDX-License-Identifier: LGPL-2.1-or-later
"""The tables of docs/endurance.md; a dot is what was not run yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from endurance import logs, targets
from endurance.logs import Figures, Record

DOT = "·"
WHEN = ("day", "commit", "CPUs")
ANALYSERS = {"analyser": "clang's static analyser", "tidy": "clang-tidy", "cppcheck": "cppcheck"}


def number(figure: int | None) -> str:
    return "?" if figure is None else f"{figure:,}"


def when(row: Figures) -> list[str]:
    return [row["day"], row["commit"], str(row["cpus"])]


def table(first: str, columns: Sequence[str], rows: Sequence[tuple[str, Figures | None]],
          cells: Callable[[Figures], list[str]]) -> Iterator[str]:
    """A row that nothing is known of has dots."""
    heads = [*columns, *WHEN]
    yield f"| {first} | {' | '.join(heads)} |"
    yield "|---|" + "--:|" * len(columns) + "---|---|--:|"
    for name, row in rows:
        shown = [*cells(row), *when(row)] if row else [DOT] * len(heads)
        yield f"| {name} | {' | '.join(shown)} |"
    yield ""


def fuzz(record: Record) -> Iterator[str]:
    kept = record.get("fuzz", {})
    names = targets.names()
    yield from (f"- `{name}`: {targets.sentence(name)}" for name in names)
    yield ""
    yield from table("target", ("runs", "minutes", "of CPU time", "findings"), [(f"`{name}`", kept.get(name)) for name in names],
                     lambda row: [number(row["runs"]), *(f"{row[name] / 60:.1f}" for name in ("seconds", "cpu_seconds")),
                                  number(row["findings"])])


def of_suites(row: Figures) -> list[str]:
    return [f"{number(row['tests'])} tests, {number(row['cases'])} cases", number(row["skipped"]), number(row["failed"]), number(row["reports"])]


def of_threads(row: Figures) -> list[str]:
    return [f"{number(row['programs'])} programs", "0", number(row["failed"]), number(row["reports"])]


def of_files(row: Figures) -> list[str]:
    return [f"{number(row['files'])} files, {row['version']}", "0", number(int(row["reports"] > 0)), number(row["reports"])]


def tools(record: Record) -> Iterator[str]:
    def cells(row: Figures) -> list[str]:
        return (of_suites if "tests" in row else of_threads if "programs" in row else of_files)(row)

    def whole(kind: str) -> Figures | None:
        return record.get(kind, {}).get("")

    rows = [("sanitizers for addresses, leaks and undefined behaviour", whole("sanitize")), ("memcheck", whole("valgrind")),
            ("thread sanitizer", whole("threads")), *((name, record.get("analyse", {}).get(tool)) for tool, name in ANALYSERS.items())]
    yield from table("", ("watched", "skipped", "failed", "reports"), rows, cells)


def coverage(record: Record) -> Iterator[str]:
    kept = record.get("coverage", {})
    rows = [(name if name == "all" else f"`{name}`", row) for name, row in kept.items()] or [("all", None)]
    yield from table("room", ("lines", "run", "%"), rows,
                     lambda row: [number(row["lines"]), number(row["run"]), f"{1000 * row['run'] // max(row['lines'], 1) / 10:.1f}"])


def load(record: Record) -> Iterator[str]:
    row = record.get("load", {}).get("")
    names = ("objects", "kib", "descriptors", "threads")
    yield from table("", ("migrations", "kept", "adapted", "refused", "objects", "own memory, KiB", "descriptors", "threads", "failed"),
                     [("pinshiftd", row)],
                     lambda row: [*(number(row[name]) for name in ("migrations", "kept", "adapted", "refused")),
                                  *(" → ".join(map(number, row[name])) for name in names), number(row["failed"])])


def share(row: Figures) -> str:
    """What part of the points there are was struck at."""
    shares = row["shares"]
    return "all" if shares == ["1/1"] else "some of each kind" if shares in ([], ["none"]) else ", ".join(shares)


def laboratory(record: Record) -> Iterator[str]:
    kept = record.get("lab", {})
    yield from table("suite", ("cases", "failed", "at the second try", "points struck", "which"),
                     [(f"`{suite}`", kept.get(suite)) for suite in logs.STRUCK],
                     lambda row: [*(number(row[name]) for name in ("cases", "failed", "second")), number(row["points"]) if row["points"] else "-",
                                  share(row) if row["points"] else "-"])


PARTS: Sequence[tuple[str, Callable[[Record], Iterator[str]]]] = (
    ("Fuzzing", fuzz), ("Tools", tools), ("Lines", coverage), ("Load", load), ("Points of failure", laboratory))


def report(record: Record) -> str:
    lines = [line for title, part in PARTS for line in (f"### {title}", "", *part(record))]
    return "\n".join(lines)
