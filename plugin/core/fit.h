/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Can it be: one demand in one room, its groups on nodes that the search chose.  A fit says for each mask, chunk of memory and
 * setting what it gets; plan.c searches for the cheapest one and draws the placement from it.
 */
#pragma once

#include "demand.h"
#include "plan.h"
#include "room.h"

/* How a mask's new CPUs are told. */
typedef enum
{
  PIN_SEAT_WRITTEN,    /* as in the original */
  PIN_SEAT_IMAGE,      /* each CPU's image */
  PIN_SEAT_NODES,      /* what is nobody's own on the nodes of its groups */
  PIN_SEAT_GONE        /* no pin */
} PinSeatKind;

typedef struct
{
  PinSeatKind kind;
  PinAction action;
  PinCode code;        /* why it is no better, where the CPUs themselves do not say: FITS */
} PinSeat;

/* What a chunk of memory gets. */
typedef struct
{
  guint64 page_kib;    /* 0: ordinary memory */
  PinAction pages;     /* KEEP, WEAKEN or STRIP; NONE: had no huge pages */
  PinAction nodes;     /* KEEP to STRIP; NONE: was not bound */
  gboolean to_preferred; /* weakened to preferred; FALSE: several nodes on one */
} PinStore;

/* Why the worst element of a setting is not kept, in figures. */
typedef struct
{
  PinCode code;
  guint node;          /* index of the host node it is about, or PIN_CPUSET_END */
  guint number;        /* the CPU or node that is written and does not hold, or PIN_CPUSET_END */
  guint64 page_kib;
  guint64 wanted;      /* CPUs, pages or KiB, as the setting counts */
  guint64 available;
} PinFinding;

typedef struct
{
  guint *node_of;                  /* by group: index of the host's node */
  gboolean *merged;                /* by group: another group with CPUs is on its node */
  guint *image;                    /* by index in shape->cpus: CPU of the host, or PIN_CPUSET_END */
  PinCpuset *own;                  /* CPUs that become vCPUs' own */
  PinSeat *seats;                  /* by mask */
  PinStore *stores;                /* by chunk */
  PinAction memory_element;        /* what becomes of <numatune><memory>; NONE: there is none */
  gboolean memory_to_preferred;
  PinTenant *held;                 /* memory and pages taken */
  PinCpuset *page_nodes;           /* indices of host nodes from which QEMU preallocates pages, bound to them */
  PinAction actions[PIN_SETTING_N];
  PinFinding findings[PIN_SETTING_N];
  guint64 short_kib;               /* ordinary memory that is not there */
  guint cost;
  guint changes;                   /* elements that are not as written */
} PinFit;

PinFit *pin_fit_new (const PinDemand *demand);
void pin_fit_free (PinFit *fit);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinFit, pin_fit_free)

/*
 * Fits @demand into @room, its group g on node fit->node_of[g], and fills the rest of @fit.  Settings of which no allowed action can be
 * satisfied get PIN_ACTION_REFUSE.  No input but @fit is changed.
 */
void pin_fit_try (const PinDemand *demand, const PinRoom *room, const PinTerms *terms, PinFit *fit);

/* Whether @sched of the threads that @pins is about may stay where @fit puts them. */
gboolean pin_fit_keeps_sched (const PinFit *fit, const PinDemand *demand, PinSetting pins, const PinSched *sched);

/* Whether some setting is refused. */
gboolean pin_fit_is_refused (const PinFit *fit);

/* Whether @fit is better than @other: admitted, cheaper, fewer changes. */
gboolean pin_fit_is_better (const PinFit *fit, const PinFit *other);

/* A setting gets @action if that is worse than what it has, with the finding that says why. */
void pin_fit_worsen (PinFit *fit, PinSetting setting, PinAction action, const PinFinding *finding);

/* The placement that @fit gives, from the original of @demand.  (transfer full) */
PinPlacement *pin_fit_draw (const PinFit *fit, const PinDemand *demand, const PinRoom *room, const PinTerms *terms);
