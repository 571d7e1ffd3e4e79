/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether the CPUs of a demand can be had, by counting: what own pins and shared masks get on the nodes that their groups were given.
 * seat.c gives the CPUs themselves; what is found possible here, it can do.
 */
#pragma once

#include "here.h"
#include "levels.h"

/* What the own pins on one node of the host get, all of them alike. */
typedef enum
{
  PIN_MODE_NONE,     /* there are none */
  PIN_MODE_STRUCT,   /* CPUs of their own that lie to one another as at home, or as the policy's threads wants them */
  PIN_MODE_LOOSE,    /* CPUs of their own, no more */
  PIN_MODE_NODES,    /* the undedicated CPUs of the node */
  PIN_MODE_GONE      /* no pins */
} PinMode;

typedef struct
{
  PinMode mode;
  guint n_left;      /* undedicated CPUs that stay */
} PinNodeSeats;

/* A seating under way, and in the end its outcome; scratch is allocated once for many hosts. */
typedef struct
{
  const PinDemand *demand;
  const PinRoom *room;
  const PinHere *here;
  const PinLevels *levels;
  const guint *node_of;        /* by group: index of the host's node, or PIN_CPUSET_END */
  guint alone;                 /* the only group to look at, or PIN_CPUSET_END */
  guint alone_node;
  const gboolean *page_node;   /* by node: pages of the guest are preallocated there; NULL: nowhere */
  gboolean pages_moved;        /* some of those pages are not as written */
  PinNodeSeats *seats;         /* by node */
  PinAction *masks;            /* by mask: what shared masks get */
  PinAction emulator;          /* what an emulator gets that shares or is isolated; NONE: it is a mask like others */
  gboolean *tied;              /* by core of the demand: must have the CPUs that are written */
  gboolean *written;           /* by core of the demand: has them */
  guint *stamp;                /* by index in shape->cpus: scratch to count each once */
  guint round;
  guint8 *marks;               /* by CPU of the host: scratch of one node */
  guint n_marks;
  PinCoreRoom *cores;          /* scratch of one node */
  guint n_cores_scratch;
  guint n_nodes_scratch;
  gboolean leave;              /* others need CPUs that are nobody's own: own pins leave some if they can */
  gboolean budget_out;         /* none of the ways that were tried will do, and there were more; whoever asks takes it back */
} PinSeating;

PinSeating *pin_seating_new (const PinDemand *demand);
void pin_seating_free (PinSeating *s);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinSeating, pin_seating_free)

/* Makes ready for @room; allocates only where its host is larger than any before. */
void pin_seating_enter (PinSeating *s, const PinRoom *room, const PinHere *here);

/*
 * Whether own pins may lie anywhere for all that cores and counts say: nothing that is written is here, or it may be re-mapped to itself, so that
 * whatever fits with some of it kept fits without.
 */
gboolean pin_seating_is_free (const PinSeating *s, const PinLevels *levels);

/* Whether @group could be on @node if it were alone in the world: what no neighbour can mend. */
gboolean pin_seating_group_fits (PinSeating *s, const PinLevels *levels, guint group, guint node);

/* Whether all groups, on the nodes of @node_of, can be seated; fills the outcome. */
gboolean pin_seating_fits (PinSeating *s, const PinLevels *levels, const guint *node_of);

/* Whether CPU of index @index in the shape lies here as it lay at home. */
gboolean pin_seating_holds (const PinSeating *s, guint index);

/* Node that @group is on, or PIN_CPUSET_END; and whether another group with CPUs is there too. */
guint pin_seating_node_of (const PinSeating *s, guint group);
gboolean pin_seating_is_merged (const PinSeating *s, guint group);

/* The mask of the emulator, or PIN_CPUSET_END. */
guint pin_seating_emulator_mask (const PinDemand *demand);

/* Group beside which an isolated emulator is put. */
guint pin_seating_emulator_group (const PinDemand *demand);

/* Whether mask @i is one that gets CPUs as masks do: neither a vCPU's own nor an emulator that shares or is isolated. */
gboolean pin_seating_is_shared (const PinSeating *s, guint i);

/* Whether mask @i is looked at: all shared ones are, but where a group is alone just those that lie in it. */
gboolean pin_seating_is_in_view (const PinSeating *s, guint i);

/* Whether CPU of index @index is on @node with its group, as far as groups are looked at. */
gboolean pin_seating_is_on (const PinSeating *s, guint index, guint node);
