/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Guests, read from the hosts that they are on, so that they can be planned with. */
#pragma once

#include "enquiry.h"
#include "testimony.h"

/* Adds those of the guests that run on the host of @row to @calls, which pin_enquiry_calls_new() made.  To be read are the guests of such calls. */
void pin_gathering_add_row (GPtrArray *calls, const PinHostRow *row);

typedef struct
{
  char *host;             /* that said it */
  PinDomain *domain;      /* without its document */
  PinOriginal *original;  /* NULL, until the guest is on a scene */
  char *held;             /* why nobody may move it; NULL: it may be moved */
} PinGatheredGuest;

/* What is not known, and why. */
typedef struct
{
  char *host;
  GError *error; /* the text says which host or guest, in one line */
  PinDomain *domain; /* of a guest of which all is known but what its owner wrote: its record is another version's; else NULL */
} PinGap;

typedef struct
{
  GPtrArray *guests; /* PinGatheredGuest, by UUID, each once */
  GPtrArray *gaps;   /* PinGap, by host, each once: a host that can't be asked, or a guest that is not what it should be */
} PinGathered;

/* (transfer full) */
PinGathered *pin_gathered_new (void);
void pin_gathered_free (PinGathered *gathered);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinGathered, pin_gathered_free)

gboolean pin_gathered_has (const PinGathered *gathered, const char *uuid);
/* Takes @error. */
void pin_gathered_add_gap (PinGathered *gathered, const char *host, GError *error);
/* Of the gaps, those that are such guests are guests from now on, and held. */
void pin_gathered_hold (PinGathered *gathered);
/* Moves all of @more into @gathered, but guests that are there. */
void pin_gathered_merge (PinGathered *gathered, PinGathered *more);

/* Reads the guests of @calls, which it takes, a few of each host at once.  One that its host does not know any more is left out.  @answered is called
 * once, from the main context. */
void pin_gathering_ask (PinFleet *fleet, GPtrArray *calls, GCancellable *cancellable, GAsyncReadyCallback answered, gpointer data);
/* (transfer full); NULL: it was cancelled. */
PinGathered *pin_gathering_finish (GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;
