/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What of the numbers that are written lies on this host as it lay at home. */
#pragma once

#include "demand.h"
#include "room.h"

typedef struct
{
  gboolean found;     /* there is such a CPU here, online or not */
  gint node;          /* index of the host's node; -1: there is no such CPU here, or it is offline */
  guint core;         /* of the host */
  gboolean core_holds; /* shares its core with the same CPUs of those that are named */
  gboolean present;
  gboolean keepable;
  gboolean usable;
  gboolean shareable;
} PinCpuHere;

typedef struct
{
  PinTopology *topology; /* that was looked at last, or NULL */
  PinCpuHere *cpus;      /* by index in shape->cpus */
  gint *nodes;           /* by group: index of the host's node of the same number, or -1 */
  gboolean blank;        /* no CPU was here the last time either */
  gboolean any_cpu;      /* some CPU that is named is here */
  gboolean cores_count;  /* who shares a core is known at both ends */
  gint *shape_to_host;   /* scratch, by core */
  gint *host_to_shape;
  guint n_host_cores;    /* that there is scratch for */
} PinHere;

PinHere *pin_here_new (const PinDemand *demand);
void pin_here_free (PinHere *here);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinHere, pin_here_free)

/* Looks at @room, for the same demand each time; allocates only where its host has more cores than any before.  Hosts of one topology, one
 * after the other, take least. */
void pin_here_look (PinHere *here, const PinDemand *demand, const PinRoom *room);
