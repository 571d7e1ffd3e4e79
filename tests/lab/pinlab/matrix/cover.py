# SPDX-License-Identifier: LGPL-2.1-or-later
"""Covering arrays: few rows in which all values meet that may meet, two by two."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from itertools import combinations, product
from typing import Any

Row = dict[str, Any]                        # by factor
Meeting = tuple[tuple[str, Hashable], ...]  # values of some factors, in the order of the factors


def meetings(row: Row, strength: int) -> frozenset[Meeting]:
    """All that meet in ROW, STRENGTH at a time."""
    return frozenset(combinations(row.items(), strength))


def allowed_rows(factors: Mapping[str, Iterable[Hashable]], allowed: Callable[[Row], bool]) -> Iterator[Row]:
    """All rows of one value of each factor that are ALLOWED."""
    rows = (dict(zip(factors, values)) for values in product(*factors.values()))
    return (row for row in rows if allowed(row))


def cover(factors: Mapping[str, Iterable[Hashable]], allowed: Callable[[Row], bool], strength: int = 2) -> list[Row]:
    """ALLOWED rows such that any two values (STRENGTH of them) that are in an allowed row are in one of these.

    Greedy: each row is the one in which most meet who have not met before; of equals, the one whose others have met
    least, so that none meet much more than others; of those, the first. It looks at all rows, so factors have to be few.
    """
    rows = [(row, meetings(row, strength)) for row in allowed_rows(factors, allowed)]
    left = {meeting for _, met in rows for meeting in met}
    times: Counter[Meeting] = Counter()
    chosen: list[Row] = []
    while left:
        row, met = max(rows, key=lambda each: (len(each[1] & left), -sum(times[meeting] for meeting in each[1])))
        chosen.append(row)
        left -= met
        times.update(met)
        rows = [each for each in rows if each[1] & left]
    return chosen
