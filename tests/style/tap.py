# SPDX-License-Identifier: LGPL-2.1-or-later
"""Cases of a check, printed as TAP."""

from __future__ import annotations

import sys
from collections.abc import Iterable


class Tap:
    """Numbers cases, and knows whether all were good."""

    def __init__(self) -> None:
        self.n_cases = 0
        self.n_failed = 0

    def case(self, name: str, complaints: Iterable[str]) -> None:
        """One case, good without complaints."""
        complaints = list(complaints)
        self.n_cases += 1
        self.n_failed += bool(complaints)
        print(f"{'not ok' if complaints else 'ok'} {self.n_cases} - {name}")
        for complaint in complaints:
            print(f"# {complaint}")

    def skip(self, name: str, why: str) -> None:
        """One case that can't be tried here."""
        self.n_cases += 1
        print(f"ok {self.n_cases} - {name} # SKIP {why}")

    def end(self) -> None:
        print(f"1..{self.n_cases}")
        sys.exit(1 if self.n_failed else 0)
