/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a search found, in CPUs, pages and nodes rather than counts: what each mask and chunk gets, and why it is no better. */
#pragma once

#include "search.h"

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
  const PinDemand *demand;
  const PinRoom *room;
  const PinSearch *search;         /* what was found; it keeps it until it judges again */
  guint *image;                    /* by index in shape->cpus: CPU of the host, or PIN_CPUSET_END */
  PinCpuset *own;                  /* CPUs that become the guest's own */
  PinCpuset *along;                /* those that are taken with them: siblings that stay empty */
  PinCpuset **given;               /* by mask; NULL: no pin */
  PinAction *seats;                /* by mask */
  PinCpuset *emulator;             /* of one that shares or is isolated; NULL: no pin, or it is a mask like others */
  PinTenant *held;                 /* memory and pages taken */
  PinAction actions[PIN_SETTING_N];
  PinFinding findings[PIN_SETTING_N];
  guint64 short_kib;               /* ordinary memory that is not there */
} PinFit;

/* Works out what @search found, which did not refuse, last.  (transfer full); borrows all else. */
PinFit *pin_fit_new (PinSearch *search);
void pin_fit_free (PinFit *fit);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinFit, pin_fit_free)

/* A setting gets @action if that is worse than what it has, with the finding that says why. */
void pin_fit_worsen (PinFit *fit, PinSetting setting, PinAction action, const PinFinding *finding);

/* Whether @sched of the threads that @pins is about may stay where @fit puts them. */
gboolean pin_fit_keeps_sched (const PinFit *fit, PinSetting pins, const PinSched *sched);

/* Node of the host on which the group of a CPU that is written is. */
guint pin_fit_node_of_cpu (const PinFit *fit, PinCpuId written);

/* Host nodes, by id, that a nodeset of the original becomes.  (transfer full) */
PinNodeset *pin_fit_nodes (const PinFit *fit, const PinNodeset *written);

/* CPUs that are nobody's own: where vCPUs go that have lost their pins.  (transfer full) */
PinCpuset *pin_fit_common_cpus (const PinFit *fit);

/* The placement that @fit gives, from the original.  (transfer full) */
PinPlacement *pin_fit_draw (const PinFit *fit);
