/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The story of one arrival: domain XML in, original, plan, claim, XML out. */
#pragma once

#include "picture.h"

typedef struct
{
  PinVerdict verdict;    /* KEEP: the XML stays as it is; ADAPT: xml is to be used, be it to weaken or to give back */
  char *xml;             /* to use instead; NULL: as it is */
  gsize length;
  char *text;            /* of a refusal, one line; else NULL */
  char *uuid;
} PinArrival;

void pin_arrival_free (PinArrival *arrival);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinArrival, pin_arrival_free)

/* Manners go together; none of them: it comes from another host, as it was there. */
typedef enum
{
  PIN_ARRIVAL_COMES = 0,
  PIN_ARRIVAL_WRITTEN = 1 << 0,  /* as somebody wrote it, to start it here */
  PIN_ARRIVAL_RESTORED = 1 << 1, /* from a saved state, as it was then */
  PIN_ARRIVAL_OBSERVED = 1 << 2  /* it is only watched: change nothing, claim nothing, log */
} PinArrivalManner;

/*
 * Decides on a domain of @length bytes at @xml that comes to this host as guest @name.  What the plan uses is claimed.  Asks nobody outside:
 * libvirt waits.
 * Returns: (transfer full); NULL with PIN_ERROR_INVALID for a domain that can't be read, or what the machine's own files failed with.
 */
PinArrival *pin_arrival_decide (PinPicture *picture, const char *name, const char *xml, gsize length, PinArrivalManner manner,
                                gint64 now_ms, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The plan that a domain would get now, and nothing else.  *ret_domain (may be NULL): the parsed domain.  (transfer full) */
PinPlan *pin_arrival_plan (PinPicture *picture, const char *xml, gsize length, PinDomain **ret_domain, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
