# SPDX-License-Identifier: LGPL-2.1-or-later
"""What long runs have struck, read from what they printed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

POINTS = re.compile(r"#   points: (.*); (.*); share (\d+)/(\d+); (\d+) points; (.*)")
VERDICT = re.compile(r"(ok|not ok) \d+ - (\w+): ")

Case = tuple[str, str, str]  # suite, story, blow


@dataclass
class Seen:
    """Of one case: {(K, N) of a share: its points}."""

    points: dict[tuple[int, int], int] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        """Whether shares of one size are there that together are all."""
        return any(all((k, n) in self.points for k in range(1, n + 1)) for _, n in self.points)

    @property
    def total(self) -> int:
        n = min(n for _, n in self.points if all((k, n) in self.points for k in range(1, n + 1)))
        return sum(self.points[k, n] for k in range(1, n + 1))

    def __str__(self) -> str:
        if not self.points:
            return "·"
        return str(self.total) if self.whole else "only " + ", ".join(f"{k}/{n}" for k, n in sorted(self.points))


def read(lines: Iterable[str], seen: dict[Case, Seen]) -> None:
    """What a case says before its verdict counts if that is ok."""
    said: re.Match[str] | None = None
    for line in lines:
        said = POINTS.match(line) or said
        verdict = VERDICT.match(line)
        if verdict and said and verdict[1] == "ok":
            story, blow, k, n, points, _ = said.groups()
            seen.setdefault((verdict[2], story, blow), Seen()).points[int(k), int(n)] = int(points)
        if verdict or line.startswith("#   to be tried again: "):
            said = None
