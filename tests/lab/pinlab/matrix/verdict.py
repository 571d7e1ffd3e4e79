# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a trip with pinshift owes, beyond what was looked at on the way."""

from __future__ import annotations

from .outcome import FAILED, PINSHIFT, REFUSED, Start, Trip

PLANNED = "pinshift:"  # what the plan's refusals have in virsh's words


def faults(trip: Trip, stripped: Start | None) -> tuple[str, ...]:
    """All that is wrong with TRIP; STRIPPED: whether its guest starts at the other host without its placement. libvirt alone owes nothing."""
    if trip.side != PINSHIFT:
        return ()
    return (*trip.faults, *_of_outcome(trip, stripped))


def _of_outcome(trip: Trip, stripped: Start | None) -> tuple[str, ...]:
    if trip.outcome == FAILED:
        return (f"it failed after a QEMU was started for it: {trip.said}",)
    if trip.outcome == REFUSED and stripped is not None and stripped.ok:
        return (f"it was refused, and starts there without its placement: {trip.said}",)
    if trip.outcome == REFUSED and PLANNED not in trip.said:
        return (f"the plan did not foresee it: {trip.said}",)
    return ()
