# SPDX-License-Identifier: LGPL-2.1-or-later
"""Suites in a build with options of its own, for checks that watch what programs do; their results as TAP."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import occasion

ROOT = Path(__file__).resolve().parents[1]
LOG_LINES = 40
CASE = re.compile(r"^(not ok|ok)\b[^\n#]*(?:#\s*(SKIP|TODO)\b[^\n]*)?", re.M | re.I)


@dataclass(frozen=True)
class Place:
    """Where a check works: a directory that goes with it, in which other users find files, and a build directory."""

    scratch: Path
    build: Path

    @property
    def log(self) -> Path:
        return self.scratch / "log"

    def folder_for_all(self, name: str) -> Path:
        """A new folder that programs of any user may write to."""
        folder = self.scratch / name
        folder.mkdir()
        folder.chmod(0o1777)
        return folder


@dataclass(frozen=True)
class Result:
    """What came of one test of meson; @cases by their outcomes."""

    name: str
    outcome: str
    cases: dict[str, int]
    said: str


class Tap:
    """Numbers cases as they come, each good without complaints; @part: those that were asked for, not all."""

    def __init__(self, check: str, part: bool = False) -> None:
        occasion.tell(check, part)
        self.check = check
        self.n_cases = 0
        self.n_failed = 0

    def case(self, name: str, complaints: Iterable[str] = (), note: str = "") -> None:
        complaints = list(complaints)
        self.n_cases += 1
        self.n_failed += bool(complaints)
        print(f"{'not ok' if complaints else 'ok'} {self.n_cases} - {self.check}: {name}{' # ' + note if note else ''}")
        self.tell(complaints)

    def tell(self, lines: Iterable[str]) -> None:
        for line in lines:
            print(f"# {line}")
        sys.stdout.flush()

    def end(self) -> int:
        print(f"1..{self.n_cases}")
        return 1 if self.n_failed else 0


def bail_out(why: str) -> None:
    print(f"Bail out! {why}")
    sys.exit(1)


@contextmanager
def place(check: str, variable: str) -> Iterator[Place]:
    """Its build directory is that which the environment's @variable names, to be kept, or a new one."""
    with tempfile.TemporaryDirectory(prefix=f"pinshift-{check}-") as name:
        scratch = Path(name)
        scratch.chmod(0o711)
        yield Place(scratch, Path(os.environ.get(variable) or scratch / "build").resolve())


def give_up(why: str, log: Path) -> None:
    """Ends here, with the last lines of @log."""
    for line in log.read_text(errors="replace").splitlines()[-LOG_LINES:]:
        print(f"# {line}")
    bail_out(why)


def call(command: list[str], log: Path, env: dict[str, str] | None = None) -> None:
    """Runs what belongs to building; ends here if it fails."""
    with log.open("a") as file:
        done = subprocess.run(command, stdout=file, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env={**os.environ, **(env or {})})
    if done.returncode != 0:
        give_up(f"{' '.join(command[:3])} failed", log)


def set_up(where: Place, options: list[str], compiler: str = "cc") -> None:
    """A build directory that is there already keeps its options."""
    if not (where.build / "build.ninja").exists():
        call(["meson", "setup", str(where.build), str(ROOT), *options], where.log, {"CC": compiler})


def known_tests(build: Path, suites: Iterable[str], programs_only: bool) -> list[str]:
    """Names of meson's tests in @suites; only those which are programs of ours, or scripts too."""
    listing = subprocess.run(["meson", "introspect", "--tests", str(build)], capture_output=True, text=True, check=True).stdout
    wanted = {f"pinshift:{suite}" for suite in suites}
    tests = [test for test in json.loads(listing) if wanted & set(test["suite"])]
    return [test["name"] for test in tests if not programs_only or test["cmd"][0].startswith(f"{build}/")]


def counted(output: str) -> dict[str, int]:
    """Cases of a test's TAP."""
    cases = {"passed": 0, "failed": 0, "skipped": 0}
    for good, directive in CASE.findall(output):
        cases["skipped" if directive else "passed" if good.lower() == "ok" else "failed"] += 1
    return cases


def result_of(entry: dict[str, str]) -> Result:
    outcome = {"OK": "passed", "SKIP": "skipped"}.get(entry["result"], "failed")
    said = entry.get("stdout", "") + entry.get("stderr", "")
    return Result(entry["name"].removeprefix("pinshift:"), outcome, counted(entry.get("stdout", "")), said)


def record_in(build: Path, options: list[str]) -> Path:
    """Where meson test with @options writes what came of each test: it names that after a program that tests run in."""
    wrapper = options[options.index("--wrap") + 1].split()[0] if "--wrap" in options else ""
    return build / "meson-logs" / (f"testlog-{Path(wrapper).name}.json" if wrapper else "testlog.json")


def run(where: Place, suites: list[str], names: list[str], env: dict[str, str], options: list[str]) -> list[Result]:
    """Builds what tests of @suites with @names (all, if there are none) need, and runs them with @env and @options of meson test."""
    chosen = [word for suite in suites for word in ("--suite", suite)]
    record = record_in(where.build, options)
    record.unlink(missing_ok=True)
    with where.log.open("a") as log:
        subprocess.run(["meson", "test", "-C", str(where.build), *chosen, *options, *names], stdout=log, stderr=subprocess.STDOUT,
                       stdin=subprocess.DEVNULL, env={**os.environ, **env})
    if not record.exists():
        give_up("meson test ran nothing", where.log)
    return [result_of(json.loads(line)) for line in record.read_text().splitlines()]


def tell(tap: Tap, results: list[Result]) -> dict[str, int]:
    """A case for each of @results; a failed one with what it said last.  Returns: figures of all cases in them."""
    figures = {"passed": 0, "failed": 0, "skipped": 0}
    if not results:
        tap.case("tests were run", ["none was"])
    for result in sorted(results, key=lambda one: one.name):
        for outcome, count in result.cases.items():
            figures[outcome] += count
        last = [result.outcome, *result.said.splitlines()[-LOG_LINES:]] if result.outcome == "failed" else []
        tap.case(result.name, last, "SKIP by itself" if result.outcome == "skipped" else f"{sum(result.cases.values())} cases")
    return figures
