/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Persistent definitions of guests that arrived.  `virsh migrate --persistent` brings the source's own, and later than
 * the hook is asked: it names CPUs, nodes and pages of another host, and the guest's next start would fail on them.
 */
#pragma once

#include "picture.h"

typedef enum
{
  PIN_REPAIR_NONE,   /* right as it is */
  PIN_REPAIR_WRITE,  /* the domain now says what is to be defined */
  PIN_REPAIR_REFUSE, /* nothing that the policy allows fits here: it stays as it is */
} PinRepairVerdict;

/*
 * What to do with @stored, a guest's persistent definition, on @host under @terms; changes @stored where it is to be
 * written.  The original is what its own record says, else @live (the running guest's record, or NULL), else what it
 * has itself.  A definition without a record gets one if there is @live.  @assigned: what the policy writes for the guest on @host, or NULL.
 * *ret_plan: (transfer full) what was planned; NULL if there was nothing to plan.
 */
PinRepairVerdict pin_repair_decide (PinDomain *stored, const PinRecord *live, const PinTerms *terms, const PinHostPlacement *assigned,
                                    const PinSnapshot *host, PinPlan **ret_plan);

typedef struct _PinRepair PinRepair;

/* @picture and @virt must outlive it. */
PinRepair *pin_repair_new (PinPicture *picture, PinVirt *virt);
/* Answers that are still to come find nobody. */
void pin_repair_free (PinRepair *repair);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinRepair, pin_repair_free)

/*
 * The definition of @uuid is still the source's.  @idle: the guest does not run here, so what it can have on an idle host counts.  It is
 * kept (host/kept-file.h) until it is done: a service that ends in between has not forgotten it.
 */
void pin_repair_owe (PinRepair *repair, const char *uuid, gboolean idle);
/* A guest with @uuid that was let in has ended before its arrival was looked at: if it left a definition, that is due,
 * for an idle host.  Not kept. */
void pin_repair_expect (PinRepair *repair, const char *uuid, gint64 now_ms);
/* libvirt has told of all that it has, which the picture has now, and was asked at @asked_ms: guests that were expected before then and are not
 * among those left no definition, and what others are owed that are not is owed to nobody.  One that comes later is its author's own. */
void pin_repair_expire (PinRepair *repair, gint64 asked_ms);
/* libvirt no longer has @uuid. */
void pin_repair_forget (PinRepair *repair, const char *uuid);
/* Repairs the definition of @uuid, called @name, if it is due.  Call it whenever the picture has news of the guest: what could not be done
 * before is tried again, and what an earlier service left is taken up. */
void pin_repair_try (PinRepair *repair, const char *uuid, const char *name);
