/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How busy single guests are, as their hosts have measured it: asked only when somebody wants to even it out. */
#pragma once

#include "fleet.h"

typedef struct
{
  gint cpu_permille;   /* of one CPU; -1: not known */
  guint64 dirty_kib_s; /* how much of its memory it writes; 0: not known */
} PinUsage;

/*
 * Has the hosts @names, which end with NULL, measure how busy their guests are: a second or a few, all of them at once.  Of guests of a host that
 * can't be reached, does not answer in the time that it has, or is older than the question, nothing is known.
 */
void pin_usage_ask (PinFleet *fleet, const char *const *names, GCancellable *cancellable, GAsyncReadyCallback answered, gpointer data);
/* (transfer full) UUID of a guest -> PinUsage; NULL: it was cancelled. */
GHashTable *pin_usage_finish (GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;
