/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A seating under way: what seat.c and seat-own.c share. */
#pragma once

#include "seat.h"

typedef struct
{
  const PinDemand *demand;
  const PinRoom *room;
  const PinTerms *terms;
  PinFit *fit;
  const PinTopology *host;
  gboolean *core_used;      /* by core of the host: a core of the shape has it */
  gboolean *core_holds;     /* by index in shape->cpus: shares its core with the same CPUs here */
  gboolean *loose;          /* by index in shape->cpus: has a CPU, but not as its core demands */
  gboolean *full;           /* by node of the host: no CPU is free that a vCPU could have for its own */
  PinCpuset *lent;          /* images of CPUs of shared masks */
} PinSeating;

/* Node, by index, that the group of a CPU that is written was given. */
guint pin_seating_node_of (const PinSeating *s, PinCpuId written);

/* Whether CPU @cpu lies here as its original says: on its group's node, sharing its core with the same CPUs. */
gboolean pin_seating_holds (const PinSeating *s, PinCpuId cpu);

/* Whether no vCPU of the guest has @cpu for its own. */
gboolean pin_seating_is_free (const PinSeating *s, PinCpuId cpu);

/* Any of @candidates that is free and not lent, isolated ones first, those that are named elsewhere last; or PIN_CPUSET_END. */
guint pin_seating_any_free (const PinSeating *s, const PinCpuset *candidates);

/* Fills core_holds: a CPU's core holds if those that share it in the shape share it here, and no other CPU that is named does. */
void pin_seating_check_cores (PinSeating *s);

/* Gives images to vCPUs' own CPUs, as far as there are any. */
void pin_seating_seat_own (PinSeating *s);
