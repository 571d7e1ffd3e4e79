/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A host of two nodes on which another guest has CPUs of its own, and domains whose placements and records are drawn from a seed. */
#pragma once

#include "daemon/arrival.h"
#include "fake-machine.h"
#include "random-placement.h"
#include "random-record.h"

/* CPUs of the host, and those that the other guest has for itself. */
#define FORGED_CPUS "0-15"
#define FORGED_TAKEN "2-3,9"

typedef struct
{
  FakeMachine *machine;
  PinPicture *picture;
  GRand *rand;
  char *plain; /* the domain, without placement and record */
} ForgedWorld;

void forged_world_init (ForgedWorld *world);
void forged_world_clear (ForgedWorld *world);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ForgedWorld, forged_world_clear)

PinDomain *forged_parse (const char *xml, gsize length);
/* The domain with @placement and @record, which may be NULL.  (transfer full) */
char *forged_xml (const ForgedWorld *world, const PinPlacement *placement, const PinRecord *record);
/* Half of them say that all that the domain has was given by pinshift: then what they call the original is what counts.  (transfer full) */
PinRecord *forged_record (ForgedWorld *world, const PinPlacement *present, gboolean has_homes);
/* What @xml would get; *ret_domain may be NULL.  (transfer full), both. */
PinPlan *forged_plan (ForgedWorld *world, const char *xml, PinDomain **ret_domain);

/* Memory and pages. */
guint64 forged_claimed_kib (const PinTenant *claim, guint node);
void forged_assert_same_claim (const PinTenant *a, const PinTenant *b);
/* The same answer. */
void forged_assert_same (const PinPlan *a, const PinPlan *b);
