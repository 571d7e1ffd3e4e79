# SPDX-License-Identifier: LGPL-2.1-or-later
"""What processes cost, however busy the machine is."""

from __future__ import annotations

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """CPU time of process PID and of its children, as far as they run; 0 for one that has ended."""
    proc = Path(f"/proc/{pid}")
    try:
        words = (proc / "stat").read_text().rpartition(")")[2].split()
        children = [int(child) for task in (proc / "task").iterdir() for child in (task / "children").read_text().split()]
    except OSError:
        return 0
    return (int(words[11]) + int(words[12])) / TICKS + sum(map(cpu_seconds, children))
