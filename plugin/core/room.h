/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a host has for one guest: its snapshot less what others hold, with what the guest itself holds given back.  Sets say which
 * CPUs, and beside them stand the counts that a search goes by.
 */
#pragma once

#include "snapshot.h"
#include "terms.h"

/* CPUs and cores are numbered below PIN_CPUSET_MAX. */
G_STATIC_ASSERT (PIN_CPUSET_MAX <= G_MAXUINT16);
G_STATIC_ASSERT (PIN_TOPOLOGY_MAX_THREADS <= G_MAXUINT8);

/* A core of a node, with the CPUs on it that a vCPU may have for its own. */
typedef struct
{
  guint16 core;           /* as in topology->cpus */
  guint8 n_usable;
  guint8 n_isolated;      /* of those */
  guint8 n_online;        /* all its CPUs that are online */
} PinCoreRoom;

typedef struct
{
  guint16 n_usable;
  guint16 n_isolated;     /* of those */
  guint16 first_core;     /* its cores with usable CPUs are a slice of PinRoom.cores */
  guint16 n_cores;
  gboolean has_cpus;
  gboolean has_memory;
} PinNodeRoom;

/* Made in one piece of memory, and never changed. */
typedef struct
{
  const PinSnapshot *snapshot;
  guint n_nodes;
  guint n_cpus;           /* of the host; these and the next are here so that a search need not look further */
  PinCpuId last_cpu;
  PinNodeId last_node;
  guint threads;
  gboolean cores_known;
  guint64 default_page_kib;
  PinNodeRoom *nodes;     /* by node */
  PinCoreRoom *cores;     /* by node */
  guint64 *page_kib;      /* sizes of pools of the host, upwards; the first is 0: ordinary memory */
  guint n_sizes;
  guint64 *units;         /* by node, by size: free pages, or KiB; see pin_room_units() */
  PinCpuset *usable;      /* allowed, not reserved, not another guest's own: what a vCPU may have for its own */
  PinCpuset *keepable;    /* what may stay as written: usable, and with dedicated = as-written what is another guest's own too */
  PinCpuset *present;     /* allowed and not reserved: what a shared mask may name */
  PinCpuset *shareable;   /* usable and not isolated */
  PinCpuset *taken;       /* CPUs that are another guest's own */
  PinCpuset *named;       /* CPUs that an inactive resident names: given last */
} PinRoom;

/* The room for guest @uuid; NULL: for one that is not here.  @snapshot must outlive it.  (transfer full) */
PinRoom *pin_room_new (const PinSnapshot *snapshot, const char *uuid, const PinTerms *terms);
void pin_room_free (PinRoom *room);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinRoom, pin_room_free)

/* What it takes of memory, in bytes. */
gsize pin_room_size_bytes (const PinRoom *room);

/* Index of pages of @page_kib in page_kib (0: ordinary memory), or -1. */
gint pin_room_size (const PinRoom *room, guint64 page_kib);

/* What is free on @node of the size of index @size: pages, or KiB of ordinary memory. */
static inline guint64
pin_room_units (const PinRoom *room, guint node, guint size)
{
  return room->units[node * room->n_sizes + size];
}

/* CPUs of @node among @cpus.  (transfer full) */
PinCpuset *pin_room_on_node (const PinRoom *room, guint node, const PinCpuset *cpus);
