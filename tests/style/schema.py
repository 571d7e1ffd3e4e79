# SPDX-License-Identifier: LGPL-2.1-or-later
"""The schemas of what `pinshift --json` prints, and what is wrong with a text by one of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import jsonschema
from jsonschema.exceptions import ValidationError, relevance

DIRECTORY = Path(__file__).resolve().parent.parent.parent / "docs" / "schema"
SUFFIX = ".schema.json"
# Of a file in docs, not of what a command prints: it stays in the tree.
OF_DOCS = {"matrix"}


def load(directory: Path = DIRECTORY) -> dict[str, dict[str, Any]]:
    """{"status": its schema}"""
    return {path.name.removesuffix(SUFFIX): json.loads(path.read_text()) for path in directory.glob(f"*{SUFFIX}")}


def name_of(verb: str, words: Sequence[str] = ()) -> str:
    """Which schema is that of `pinshift VERB WORDS`: config has one for each of its words."""
    return next((f"{verb}-{word}" for word in words if word in ("check", "cat")), verb) if verb == "config" else verb


class Judge:
    def __init__(self, directory: Path = DIRECTORY) -> None:
        self.schemas = load(directory)
        self._store = {schema["$id"]: schema for schema in self.schemas.values()}

    def complaints(self, name: str, text: str) -> Iterator[str]:
        """What is wrong with TEXT as one object of the schema NAME."""
        if name not in self.schemas:
            yield f"there is no schema {name}"
            return
        try:
            value = json.loads(text)
        except ValueError as error:
            yield f"no JSON: {error}: {text[:80]!r}"
            return
        schema = self.schemas[name]
        resolver = jsonschema.RefResolver(schema["$id"], schema, store=self._store)
        for error in jsonschema.Draft202012Validator(schema, resolver=resolver).iter_errors(value):
            inner = _nearest(error)
            yield f"{name}: {inner.json_path}: {inner.message[:300]}"


def _nearest(error: ValidationError) -> ValidationError:
    """Of several shapes that it could have: what is wrong by the one that it comes closest to."""
    while error.context:
        shapes: dict[Any, list[ValidationError]] = {}
        for inner in error.context:
            shapes.setdefault(inner.schema_path[0], []).append(inner)
        error = max(min(shapes.values(), key=len), key=relevance)
    return error
