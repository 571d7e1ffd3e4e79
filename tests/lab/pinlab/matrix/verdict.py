# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a trip with pinshift owes, beyond what was looked at on the way."""

from __future__ import annotations

from .outcome import FAILED, PINSHIFT, REFUSED, Start, Trip

PLANNED = "pinshift:"  # what the plan's refusals have in virsh's words
STRICTER = ("postcopy",)  # In these modes the policy may say no to what it allows in others.


def faults(trip: Trip, stripped: Start | None) -> tuple[str, ...]:
    """All that is wrong with TRIP; STRIPPED: whether its guest starts at the other host without its placement. libvirt alone owes nothing."""
    if trip.side != PINSHIFT:
        return ()
    return (*trip.faults, *_of_outcome(trip, stripped))


def _of_outcome(trip: Trip, stripped: Start | None) -> tuple[str, ...]:
    """libvirt itself refuses a guest that can't run there before it calls any hook."""
    if trip.outcome == FAILED:
        return (f"it failed after a QEMU was started for it: {trip.said}",)
    if trip.outcome != REFUSED or (stripped is not None and not stripped.ok):
        return ()
    if stripped is not None and trip.mode not in STRICTER:
        return (f"it was refused, and starts there without its placement: {trip.said}",)
    return () if PLANNED in trip.said else (f"the plan did not foresee it: {trip.said}",)
