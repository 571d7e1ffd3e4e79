# SPDX-License-Identifier: LGPL-2.1-or-later
"""What an error must be like: one line that says what, where, and what to do."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

# Where sanitizers report to (tests/sanitize) is said in the environment.
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8",
               **{name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}}
PATIENCE_S = 120
# Lists of what is known may be longer than a line of a terminal, but not without end.
LONGEST = 420
# What no line may have: values that are missing, and the clothes of libraries.
NOISE = re.compile(r"\(null\)|GDBus\.Error|-error-quark|\bg_\w|GLib|org\.freedesktop\.DBus\.Error|\bvir[A-Z]\w+\b")
# How what to do is said.
REMEDY = re.compile(r"\bknown(?: are|:)|\busage: pinshift|\bdid you mean|\bas in \S|; (?:see|write|put|take|leave|save|begin|use|ask|try|"
                    r"start|wait|give|close|name|do|join|say|migrate|set|read|is it)\b|\(see pinshift|[:,] (?:use|take|see) |"
                    r" see that | is it enabled \(systemctl| try again|; to make it fit: |\(see \S")

Content = str | bytes
Files = Mapping[str, Content]


@dataclass(frozen=True)
class Error:
    """How a user comes to an error, and what the program says."""

    name: str
    words: tuple[str, ...]
    # Behind the name of the program; "..." for what differs by version, time or machine.
    line: str
    # The part of it that says where, or what of the user's it is about.
    where: str
    # The end of it that says what to do; "": some words for that are in it.
    remedy: str = ""
    status: int = 2
    files: Files = field(default_factory=dict)
    read: Content = ""
    # Printed on standard output before the error, or beside it.
    prints: bool = False
    program: str = "pinshift"
    # Where standard output goes.
    output: str = ""
    # Who asks; None: who runs the test.
    user: int | None = None

    @property
    def pattern(self) -> str:
        return ".*?".join(re.escape(part) for part in self.line.split("..."))


@dataclass(frozen=True)
class Outcome:
    status: int
    printed: bytes
    said: str


def of_files(files: Mapping[str, Content | None]) -> Files:
    return {name: content for name, content in files.items() if content is not None}


def as_bytes(content: Content) -> bytes:
    return content.encode() if isinstance(content, str) else content


def run(program: str, error: Error, address: str) -> Outcome:
    """Runs PROGRAM in a folder of its own with the files of ERROR, on the bus at ADDRESS."""
    with tempfile.TemporaryDirectory() as scratch:
        Path(scratch).chmod(0o755)
        Path(scratch, "folder").mkdir()
        Path(scratch, "folder.jsonl").mkdir()
        for name, content in error.files.items():
            Path(scratch, name).parent.mkdir(parents=True, exist_ok=True)
            Path(scratch, name).write_bytes(as_bytes(content))
            Path(scratch, name).chmod(0o755)
        if error.user is not None:
            program = shutil.copy(program, scratch)  # The build may be for its owner's eyes alone.
        with open(error.output or f"{scratch}/output", "wb") as output:
            done = subprocess.run([program, *error.words], cwd=scratch, input=as_bytes(error.read), stdout=output,
                                  stderr=subprocess.PIPE, timeout=PATIENCE_S, check=False,
                                  user=error.user, group=error.user, extra_groups=None if error.user is None else [],
                                  env=ENVIRONMENT | {"DBUS_SYSTEM_BUS_ADDRESS": address, "HOME": scratch, "PINSHIFT": program,
                                                     "PATH": f"{scratch}/bin:{ENVIRONMENT['PATH']}"})
        printed = b"" if error.output else Path(scratch, "output").read_bytes()
    return Outcome(done.returncode, printed, done.stderr.decode(errors="replace"))


def clean(program: str, said: str) -> str:
    """SAID without what GLib writes in front of a line of the log: its time, its process."""
    return re.sub(rf"\A\n*(?:\(\S+:\d+\): )?{program}-WARNING \*\*: [\d:.]+: ", f"{program}: ", said)


def complaints_of_line(line: str, where: str, remedy: str) -> Iterator[str]:
    """What LINE, without its line feed, lacks."""
    if not line.isprintable():
        yield f"characters that no terminal shows: {line!a}"
    if NOISE.search(line):
        yield f"{NOISE.search(line)[0]!a} in {line!a}"
    if len(line) > LONGEST:
        yield f"{len(line)} characters: {line!a}"
    if where not in line:
        yield f"does not say where, {where!a}: {line!a}"
    if not (remedy and line.endswith(remedy.removesuffix("...")) or remedy.endswith("...") or REMEDY.search(line)):
        yield f"does not say what to do: {line!a}"
    if not re.search(r"[a-z]{2}", line.replace(where, "").replace(remedy, "")):
        yield f"does not say what: {line!a}"


def complaints(error: Error, outcome: Outcome) -> Iterator[str]:
    name = os.path.basename(error.program)
    said = clean(name, outcome.said)
    if outcome.status != error.status:
        yield f"exit status {outcome.status}, not {error.status}"
    if not re.fullmatch(f"{name}: {error.pattern}\n", said):
        yield f"said    {said!a}"
        yield f"instead {name + ': ' + error.line!a}"
    if outcome.printed and not error.prints:
        yield f"printed {outcome.printed[:80]!r}"
    yield from complaints_of_line(said.removesuffix("\n"), error.where, error.remedy)
