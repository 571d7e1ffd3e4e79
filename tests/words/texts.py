# SPDX-License-Identifier: LGPL-2.1-or-later
"""The texts of errors, as the sources have them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOMS = ["hooks", "plugin/cli", "plugin/core", "plugin/daemon", "plugin/exam", "plugin/format", "plugin/host", "plugin/service", "plugin/virt",
         "policy/cluster", "policy/daemon", "policy/rules"]

# What takes the text of an error. Of functions that are a file's own, the name alone tells.
CALL = re.compile(r"\b(?:g_set_error|g_set_error_literal|g_error_new|g_error_new_literal|g_prefix_error|g_propagate_prefixed_error"
                  r"|g_task_return_new_error|g_dbus_method_invocation_return_(?:dbus_)?error(?:_literal)?|g_printerr"
                  r"|(?:fprintf|fputs)(?= \([^;]*stderr)|pin_json_spot_set_error|pin_xml_error|pin_complain|refuse|fail|set_error"
                  r"|set_file_error|give_up) \(")
# A text that is chosen first and told later.
CHOSEN = re.compile(r"(?:\b(?:fault|wrong|missing|problem)\b|\.(?:no_number|too_much)\b) = ")
TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\]|\\.)+\'|\w+|\s+|.', re.S)
COMMENT = re.compile(r'/\*.*?\*/|("(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\]|\\.)+\')', re.S)
CONVERSION = re.compile(r"%(?:%|[-+ #0]*(?:\*|\d+)?(?:\.(?:\*|\d+))?(?:hh|h|ll|l|z|j|t)?[a-zA-Z]?)")
ESCAPES = {"n": "\n", "t": "\t"}


@dataclass(frozen=True)
class Text:
    """One text of an error: where it stands, and as which pattern it shows."""

    file: str
    line: int
    text: str

    @property
    def pattern(self) -> re.Pattern[str]:
        parts = re.split(CONVERSION, self.text)
        return re.compile(".*?".join(re.escape(part.replace("\n", " ").strip() if len(parts) == 1 else part) for part in parts if part))

    @property
    def longest(self) -> str:
        """Its longest part that is the same each time."""
        return max((part.strip(" ;:,()\n") for part in re.split(CONVERSION, self.text)), key=len)

    @property
    def says_something(self) -> bool:
        return bool(re.search(r"[A-Za-z]{3}", re.sub(CONVERSION, "", self.text)))


def unquote(literal: str) -> str:
    return re.sub(r"\\(.)", lambda found: ESCAPES.get(found[1], found[1]), literal[1:-1])


def end_of(text: str, start: int, ends: str) -> int:
    """Where what begins at START ends: behind the first of ENDS that no bracket encloses."""
    depth = 0
    for found in TOKEN.finditer(text, start):
        if depth == 0 and found[0] in ends:
            return found.start()
        depth += {"(": 1, "{": 1, "[": 1, ")": -1, "}": -1, "]": -1}.get(found[0], 0)
    return len(text)


def literals(text: str) -> Iterator[str]:
    """What TEXT has of literals that are no argument of a function in it; a macro between two stands for anything."""
    told, callers, before = "", [], ""
    for found in TOKEN.finditer(text):
        token = found[0]
        if token.isspace():
            continue
        if token == "(":
            callers.append(bool(re.fullmatch(r"\w+", before)))
        elif token == ")" and callers:
            callers.pop()
        elif any(callers):
            pass
        elif token.startswith('"'):
            told += unquote(token)
        elif re.fullmatch(r"[A-Z][A-Z0-9_]+", token) and told and before.startswith('"'):
            told += "%s" if not told.endswith("%") else "s"
        elif token not in "()":
            yield told
            told = ""
        before = token
    yield told


def texts_of(source: Path, file: str) -> Iterator[Text]:
    bare = COMMENT.sub(lambda found: found[1] or re.sub(r"[^\n]", " ", found[0]), (source / file).read_text())
    spans = [(found.start(), found.end(), end_of(bare, found.end(), ")")) for found in CALL.finditer(bare)]
    spans += [(found.start(), found.end(), end_of(bare, found.end(), ";,")) for found in CHOSEN.finditer(bare)]
    for at, start, end in sorted(spans):
        for literal in literals(bare[start:end]):
            text = Text(file, bare.count("\n", 0, at) + 1, literal)
            if text.says_something:
                yield text


def texts(source: Path) -> list[Text]:
    files = [str(path.relative_to(source)) for room in ROOMS for path in sorted((source / room).glob("*.c"))]
    return [text for file in files for text in texts_of(source, file)]
