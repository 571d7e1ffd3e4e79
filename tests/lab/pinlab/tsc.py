# SPDX-License-Identifier: LGPL-2.1-or-later
"""How fast this machine's time-stamp counter counts: TCG shows it to its guests as it is."""

from __future__ import annotations

import ctypes
import mmap
import time

RDTSC = b"\x0f\x31\x48\xc1\xe2\x20\x48\x09\xd0\xc3"  # rdtsc; shl $32, %rdx; or %rdx, %rax; ret
SECONDS = 0.2


def tsc_khz() -> int:
    """Its frequency, by the machine's clock."""
    with mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC) as page:
        page.write(RDTSC)
        start = ctypes.c_char.from_buffer(page)
        count = ctypes.CFUNCTYPE(ctypes.c_uint64)(ctypes.addressof(start))
        before, begun = count(), time.monotonic_ns()
        time.sleep(SECONDS)
        after, ended = count(), time.monotonic_ns()
        del count, start
    return round((after - before) * 1_000_000 / (ended - begun))
