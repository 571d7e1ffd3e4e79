# SPDX-License-Identifier: LGPL-2.1-or-later
"""Pairwise covering arrays: few rows in which any two values meet that may meet at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from itertools import combinations, product

Row = dict[str, Hashable]
Value = tuple[str, Hashable]  # of a factor
Pair = tuple[Value, Value]    # of two factors, in the order of the factors


def pairs(row: Row) -> frozenset[Pair]:
    """All that meet in ROW."""
    return frozenset(combinations(row.items(), 2))


def allowed_rows(factors: Mapping[str, Iterable[Hashable]], allowed: Callable[[Row], bool]) -> Iterator[Row]:
    """All rows of one value of each factor that are ALLOWED."""
    rows = (dict(zip(factors, values)) for values in product(*factors.values()))
    return (row for row in rows if allowed(row))


def cover(factors: Mapping[str, Iterable[Hashable]], allowed: Callable[[Row], bool]) -> list[Row]:
    """ALLOWED rows such that any two values that are in an allowed row are in one of these.

    Greedy: each row is the one in which most meet who have not met before; of equals, the one whose others have met
    least, so that no pair is used much more than another; of those, the first. It looks at all rows, so factors have to be few.
    """
    meetings = [(row, pairs(row)) for row in allowed_rows(factors, allowed)]
    left = {pair for _, met in meetings for pair in met}
    times: Counter[Pair] = Counter()
    chosen: list[Row] = []
    while left:
        row, met = max(meetings, key=lambda meeting: (len(meeting[1] & left), -sum(times[pair] for pair in meeting[1])))
        chosen.append(row)
        left -= met
        times.update(met)
        meetings = [meeting for meeting in meetings if meeting[1] & left]
    return chosen
