/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a host has for one guest: its snapshot less what others hold, with what the guest itself holds given back. */
#pragma once

#include "snapshot.h"
#include "terms.h"

typedef struct
{
  const PinSnapshot *snapshot;
  guint n_nodes;
  PinCpuset *taken;       /* CPUs that are another guest's own */
  PinCpuset *usable;      /* allowed, not reserved, not taken: what a vCPU may have for its own */
  PinCpuset *keepable;    /* what may stay as written: usable, and with dedicated = as-written the taken too */
  PinCpuset *present;     /* allowed and not reserved: what a shared mask may name */
  PinCpuset *named;       /* CPUs that an inactive resident names: given last */
  PinCpuset **own;        /* by node: usable CPUs */
  PinCpuset **shared;     /* by node: usable CPUs that are not isolated */
  PinNodeset *near;       /* ids of nodes with CPUs: what was on one of home goes to no other */
  guint64 *memory_kib;    /* by node */
  guint64 **pages;        /* by node, by index of snapshot->memory[node].pools: free pages */
} PinRoom;

/* The room for guest @uuid; @snapshot must outlive it.  (transfer full) */
PinRoom *pin_room_new (const PinSnapshot *snapshot, const char *uuid, const PinTerms *terms);
void pin_room_free (PinRoom *room);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinRoom, pin_room_free)
