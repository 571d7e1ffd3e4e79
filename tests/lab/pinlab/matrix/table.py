# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tables in Markdown, and blocks of lines side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

Row = Sequence[object]


def table(header: Row, rows: Iterable[Row]) -> str:
    """Columns of which each cell is a number, or nothing, are aligned as numbers."""
    cells = [[_cell(value) for value in row] for row in rows]
    ruled = ["---:" if cells and _is_numeric(column) else "---" for column in zip(*cells)] or ["---"] * len(header)
    return "".join(f"| {' | '.join(row)} |\n" for row in ([_cell(value) for value in header], ruled, *cells))


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


def _is_numeric(column: Iterable[str]) -> bool:
    values = [value for value in column if value]
    return bool(values) and all(value.isdigit() for value in values)


def once(rows: Iterable[Row]) -> Iterator[Row]:
    """ROWS whose first cell is left empty where it is as in the row above."""
    before: object = None
    for first, *rest in rows:
        yield ["" if first == before else first, *rest]
        before = first


def beside(blocks: Sequence[Sequence[str]], columns: int, gap: int = 4) -> str:
    """BLOCKS of lines, so many beside each other, as code."""
    width = max((len(line) for block in blocks for line in block), default=0) + gap
    rows = [blocks[first:first + columns] for first in range(0, len(blocks), columns)]
    return "```\n" + "\n".join(_side_by_side(row, width) for row in rows) + "```\n"


def _side_by_side(blocks: Sequence[Sequence[str]], width: int) -> str:
    return "".join("".join(line.ljust(width) for line in lines).rstrip() + "\n" for lines in zip_longest(*blocks, fillvalue=""))
