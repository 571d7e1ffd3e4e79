/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the guest's owner wrote, where, and how the CPUs and nodes that it names lay to one another there. */
#pragma once

#include "guest.h"
#include "placement.h"
#include "topology.h"

typedef struct
{
  char *host_uuid;       /* lower case; NULL: written on a host that nobody told us */
  char *host_name;
  PinTopology *shape;    /* NULL: unknown */
} PinHome;

typedef struct
{
  PinPlacement *placement;
  GPtrArray *homes;              /* PinHome; at most one a setting */
  gint home_of[PIN_SETTING_N];   /* index in homes; -1: none */
  PinCpuModel *cpu;              /* of the host where the guest started; NULL: unknown */
  char *rest;                    /* what a newer version wrote besides, to be handed on; format/record-rest; NULL: nothing */
} PinOriginal;

PinHome *pin_home_new (const char *host_uuid, const char *host_name, PinTopology *shape); /* takes a reference */
void pin_home_free (PinHome *home);
/* Whether both are one host: one home, or two with one UUID; NULL is none. */
gboolean pin_home_is_same (const PinHome *a, const PinHome *b);

PinOriginal *pin_original_new (void); /* an empty placement, no homes */
PinOriginal *pin_original_copy (const PinOriginal *original);
void pin_original_free (PinOriginal *original);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinOriginal, pin_original_free)

/* An original that @placement is, all of it at @home; @home NULL: unknown.  (transfer full); copies @placement, owns @home. */
PinOriginal *pin_original_from (const PinPlacement *placement, PinHome *home);

/*
 * Drops what names vCPUs, cells, I/O threads or memory devices that @guest does not have: a record may be older than an unplug, or
 * forged, and libvirt refuses a domain that names them.
 */
void pin_original_limit (PinOriginal *original, const PinGuest *guest);

/*
 * The part of @topology that goes into a record of @placement: the CPUs and nodes that it names, and one CPU of each node of which it
 * names none, so that a node without CPUs is known for one.  (transfer full)
 */
PinTopology *pin_original_shape (const PinTopology *topology, const PinPlacement *placement);

/*
 * @original, but for the settings of the mask @settings (1 << PinSetting): those are as in @placement, and at home @here, whose shape is that of
 * the whole host.  What @guest does not have is left out.  (transfer full); owns @here.
 */
PinOriginal *pin_original_assign (const PinOriginal *original, const PinGuest *guest, guint settings, const PinPlacement *placement,
                                  PinHome *here);

/* The home of @setting, or NULL; borrowed. */
const PinHome *pin_original_home (const PinOriginal *original, PinSetting setting);
