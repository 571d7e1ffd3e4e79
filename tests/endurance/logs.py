# SPDX-License-Identifier: LGPL-2.1-or-later
"""Logs of long runs, read into figures; what did not run to its end, or was a part of what there is, has none."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import occasion
from occasion import Occasion

Figures = dict[str, Any]
Rows = dict[str, Figures]
# Of kinds of runs: of a row of the kind: its figures, and its occasion's members.
Record = dict[str, Rows]

PLAN = re.compile(r"1\.\.(\d+)$")
VERDICT = re.compile(r"(ok|not ok) \d+ ")
FUZZ = re.compile(r"(?:ok|not ok) \d+ - fuzz (\S+) # (\d+|\?) runs, (\d+) s, (\d+) s of CPU time\b")
INPUT = re.compile(r"# input: ")
SUITES = re.compile(r"# (?:sanitize|valgrind): (\d+) tests, (\d+) passed, \d+ failed, (\d+) skipped, (\d+) reports$")
THREADS = re.compile(r"(?:ok|not ok) \d+ - threads \S+ # (\d+) reports, (\d+) suppressed$")
ANALYSE = re.compile(r"(?:ok|not ok) \d+ - analyse: (\w+) has no findings # (\d+) files, (\d+) findings, (.*)")
ROOM = re.compile(r"# (\S+) +(\d+) of +(\d+) lines +[\d.]+ %$")
COVERAGE = re.compile(r"# coverage: ")
OBJECTS = re.compile(r"# (\d+) objects, \d+ bytes in large ones, own memory (\d+) KiB, (\d+) descriptors, (\d+) threads$")
MIGRATIONS = re.compile(r"# (\d+) migrations: (\d+) kept, (\d+) adapted, (\d+) refused$")
LOAD = re.compile(r"ok \d+ /load/")
CASE = re.compile(r"(ok|not ok) \d+ - ([\w ]+): .* # (SKIP|[\d.]+ s)(, at the second try)?")
POINTS = re.compile(r"#   points: .*; share (\S+); (\d+) points; ")
# Suites of the laboratory in which something is ended, or full, at each point.
STRUCK = ("points", "steps", "saved", "room", "cluster room")


def failed(lines: Iterable[str]) -> int:
    return sum(line.startswith("not ok") for line in lines)


def at_end(lines: list[str]) -> bool:
    """Whether there are as many verdicts as were planned."""
    planned = [int(found[1]) for found in map(PLAN.match, lines) if found]
    return planned == [sum(VERDICT.match(line) is not None for line in lines)]


def fuzz(lines: list[str]) -> Rows:
    """A target that found something without an input, such as a hang, found one thing."""
    rows: Rows = {}
    target: Figures = {}
    for line in lines:
        if found := FUZZ.match(line):
            name, runs, seconds, cpu_seconds = found.groups()
            target = {"runs": None if runs == "?" else int(runs), "seconds": int(seconds), "cpu_seconds": int(cpu_seconds),
                      "findings": int(line.startswith("not ok")), "inputs": 0}
            rows[name] = target
        elif INPUT.match(line) and target:
            target["inputs"] += 1
            target["findings"] = max(target["findings"], target["inputs"])
    return {name: {key: value for key, value in row.items() if key != "inputs"} for name, row in rows.items()}


def suites(lines: list[str]) -> Rows:
    for found in filter(None, map(SUITES.match, lines)):
        tests, passed, skipped, reports = map(int, found.groups())
        return {"": {"tests": tests, "cases": passed, "skipped": skipped, "failed": failed(lines), "reports": reports}}
    return {}


def threads(lines: list[str]) -> Rows:
    programs = [found for found in map(THREADS.match, lines) if found]
    if not programs or not at_end(lines):
        return {}
    return {"": {"programs": len(programs), "failed": failed(lines), "reports": sum(int(found[1]) for found in programs),
                 "suppressed": sum(int(found[2]) for found in programs)}}


def analyse(lines: list[str]) -> Rows:
    """Each tool is a run of its own."""
    found = [line for line in map(ANALYSE.match, lines) if line]
    return {line[1]: {"files": int(line[2]), "reports": int(line[3]), "version": line[4]} for line in found}


def coverage(lines: list[str]) -> Rows:
    if not any(map(COVERAGE.match, lines)):
        return {}
    rooms = filter(None, map(ROOM.match, lines))
    return {found[1]: {"run": int(found[2]), "lines": int(found[3])} for found in rooms}


def load(lines: list[str]) -> Rows:
    """What there was after the first migrations, and after the last."""
    states = [[int(figure) for figure in found.groups()] for found in map(OBJECTS.match, lines) if found]
    counts = [[int(figure) for figure in found.groups()] for found in map(MIGRATIONS.match, lines) if found]
    if len(states) != 2 or len(counts) != 1:
        return {}
    names = ("objects", "kib", "descriptors", "threads")
    before_and_after = {name: [before, after] for name, before, after in zip(names, *states)}
    return {"": {**dict(zip(("migrations", "kept", "adapted", "refused"), counts[0])), **before_and_after,
                 "failed": int(not any(map(LOAD.match, lines)))}}


def laboratory(lines: list[str]) -> Rows:
    """Points stand before the verdict of their case, and count if that is good."""
    rows: Rows = {}
    said: re.Match[str] | None = None
    for line in lines if at_end(lines) else []:
        said = POINTS.match(line) or said
        case = CASE.match(line)
        if case and case[2] in STRUCK and case[3] != "SKIP":
            row = rows.setdefault(case[2], {"cases": 0, "failed": 0, "second": 0, "points": 0, "shares": []})
            row["cases"] += 1
            row["failed"] += case[1] != "ok"
            row["second"] += case[4] is not None
            if said and case[1] == "ok":
                row["points"] += int(said[2])
                row["shares"] = sorted({*row["shares"], said[1]})
        if VERDICT.match(line) or line.startswith("#   to be tried again: "):
            said = None
    return rows


READERS: Mapping[str, Callable[[list[str]], Rows]] = {
    "fuzz": fuzz, "sanitize": suites, "valgrind": suites, "threads": threads, "analyse": analyse, "coverage": coverage, "load": load,
    "lab": laboratory}


def runs(lines: Iterable[str]) -> Iterator[tuple[Occasion, list[str]]]:
    """A log may have several, one after another."""
    current: tuple[Occasion, list[str]] | None = None
    for line in lines:
        if at := occasion.of_line(line):
            if current:
                yield current
            current = at, []
        elif current:
            current[1].append(line)
    if current:
        yield current


def together(one: Figures, other: Figures) -> Figures:
    """Two runs of a laboratory, which each have a share."""
    sums = {name: one[name] + other[name] for name in ("cases", "failed", "second", "points")}
    commits = sorted({*one["commit"].split(", "), *other["commit"].split(", ")})
    return {**sums, "shares": sorted({*one["shares"], *other["shares"]}), "day": max(one["day"], other["day"]), "commit": ", ".join(commits),
            "cpus": max(one["cpus"], other["cpus"])}


def read(text: str, fresh: Record) -> bool:
    """Puts into @fresh what @text tells; whether that is anything. Of two runs the later one counts, but for shares of a laboratory."""
    told = False
    for at, lines in runs(text.splitlines()):
        rows = {} if at.part or at.kind not in READERS else READERS[at.kind](lines)
        for name, figures in rows.items():
            row = {**figures, "day": at.day, "commit": at.commit, "cpus": at.cpus}
            known = fresh.setdefault(at.kind, {})
            known[name] = together(known[name], row) if at.kind == "lab" and name in known else row
            told = True
    return told


def put(fresh: Record, record: Record) -> None:
    """@fresh into @record. A run of a laboratory, of analysers or of fuzzing may be of some rows; others are whole."""
    for kind, rows in fresh.items():
        record[kind] = {**({} if kind == "coverage" else record.get(kind, {})), **rows}
