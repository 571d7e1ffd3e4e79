/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pins threads of running guests anew: what is wanted, and the steps that take a guest there. */
#pragma once

#include "registry.h"

/* What could be done for a guest without moving it. */
typedef struct
{
  PinOriginal *original;  /* the owner's */
  PinOriginal *here;      /* what counts on this host; NULL: the owner's */
  PinPlan *plan;          /* of pin_live_plan() */
  PinPlacement *pins;     /* of pin_live_pins(); empty where the plan is a refusal */
  gboolean in_the_way;    /* of a resident, on whose own CPUs it is */
  gboolean better;        /* the plan loses less than what the guest has */
} PinRepinWish;

void pin_repin_wish_free (PinRepinWish *wish);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinRepinWish, pin_repin_wish_free)

/*
 * Whether a guest of @record is a visitor on the host of that UUID: it has other CPUs than its owner wrote, or they were written elsewhere.
 * Visitors make way for residents, also where for a while they had all that was written.
 */
gboolean pin_repin_is_visitor (const PinRecord *record, const char *host_uuid);

/* Whether @domain, which has a record, is on CPUs that are a resident's of @host own. */
gboolean pin_repin_is_in_the_way (const PinDomain *domain, const PinSnapshot *host);

/* What @domain, live on @host, where the policy writes @assigned for it (NULL: nothing), could have.  (transfer full); NULL if it has no
 * record, so nothing was ever changed. */
PinRepinWish *pin_repin_wish (const PinDomain *domain, const PinTerms *terms, const PinHostPlacement *assigned, const PinSnapshot *host);

/*
 * The record to write before the first pin is made: what the guest has, and what it is about to have, so that any mix of both is known
 * for pinshift's doing.  (transfer full)
 */
PinRecord *pin_repin_intent (const PinDomain *domain, const PinRepinWish *wish);

typedef enum
{
  PIN_REPIN_PLAN,   /* change nothing */
  PIN_REPIN_YIELD,  /* only if it is in a resident's way */
  PIN_REPIN_BETTER, /* or if it gets something back */
  PIN_REPIN_ASKED   /* or if its pins never held here */
} PinRepinMode;

typedef struct _PinRepin PinRepin;
/* Called in the end of each that changed something, or tried to: libvirt's word on the guest is to be taken anew. */
typedef void (*PinRepinSettled) (const char *uuid, const char *name, gpointer data);

/* @picture, @virt and @registry must outlive it. */
PinRepin *pin_repin_new (PinPicture *picture, PinVirt *virt, PinRegistry *registry, PinRepinSettled settled, gpointer data);
void pin_repin_free (PinRepin *repin);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinRepin, pin_repin_free)

/*
 * Reads the guest, plans, writes the intent, pins thread by thread.  Finish: the plan as JSON (transfer full), also where nothing was to
 * be done; NULL with PIN_ERROR_NOT_FOUND, with PIN_ERROR_BUSY while a job runs on the guest or another of these does,
 * with PIN_ERROR_FAILED for a guest that does not run or what libvirt said.
 */
void pin_repin_async (PinRepin *repin, const char *uuid, PinRepinMode mode, GAsyncReadyCallback callback, gpointer data);
char *pin_repin_finish (PinRepin *repin, GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;
