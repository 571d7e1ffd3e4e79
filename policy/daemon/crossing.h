/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The calls to libvirt by which a guest is moved.  They block: they are for a thread of their own. */
#pragma once

#include "connection.h"
#include "migration.h"

typedef struct
{
  PinConnection *connection;
  PinConnectionDomain *domain;
  gboolean active;
  gboolean persistent;
} PinCrossing;

/* Finds the guest of @order at its source.  FALSE with @error, which says where it is not. */
gboolean pin_crossing_open (const PinMigrationOrder *order, PinCrossing *ret_crossing, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pin_crossing_clear (PinCrossing *crossing);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PinCrossing, pin_crossing_clear)

/*
 * Moves it.  Returns when it is over: FALSE with *ret_outcome, CANCELLED, REFUSED, UNREACHABLE or FAILED as far as libvirt's error tells, and
 * *ret_text, its reason in one line (transfer full).
 */
gboolean pin_crossing_run (const PinCrossing *crossing, const PinMigrationOrder *order, PinMigrationOutcome *ret_outcome,
                           char **ret_text) G_GNUC_WARN_UNUSED_RESULT;

/* While it runs, from another thread: how far it is, as far as libvirt says it.  FALSE: nothing is known. */
gboolean pin_crossing_look (const PinCrossing *crossing, PinMigrationProgress *ret_progress) G_GNUC_WARN_UNUSED_RESULT;
/* The same: makes the guest run at its destination now.  FALSE: not yet. */
gboolean pin_crossing_hurry (const PinCrossing *crossing) G_GNUC_WARN_UNUSED_RESULT;
/* The same: ends it, if there is something to end already, and still. */
void pin_crossing_abort (const PinCrossing *crossing);

/* What a hook of pinshift said, from libvirt's @message; all of it if that was another hook.  One line.  (transfer full) */
char *pin_crossing_refusal (const char *message);
