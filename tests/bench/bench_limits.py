# SPDX-License-Identifier: LGPL-2.1-or-later
"""What figures have to keep, gathered on the way and printed at the end."""

from __future__ import annotations

import sys


class Limits:
    def __init__(self) -> None:
        self.limits: list[str] = []
        self.good = True

    def limit(self, name: str, value: float, bound: str, kept: bool) -> None:
        self.good &= kept
        self.limits.append(f"{name:<58} {value:>14,.2f}  ({bound:>18})  {'ok' if kept else 'MISSED'}")

    def at_most(self, name: str, value: float, most: float) -> None:
        self.limit(name, value, f"at most {most:,}", value <= most)

    def end(self) -> None:
        """Prints them, and ends with 1 if one was missed."""
        print("\nlimits")
        print("\n".join(self.limits))
        sys.exit(0 if self.good else 1)
