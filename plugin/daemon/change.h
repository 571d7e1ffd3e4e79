/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What administrators ask to be changed on a guest of this host.
 *
 * In all of them @domain is a name or a UUID; a name wins over a UUID that looks like it.  Errors: PIN_ERROR_NOT_FOUND "no domain 'x'
 * here", PIN_ERROR_FAILED where libvirt is not connected or says no; each one line for people.  @callback runs on the main context; @watch
 * must be there still.
 */
#pragma once

#include "watch.h"

#include <gio/gio.h>

/* UUID of @domain, borrowed; NULL with @error: libvirt is not connected, or has no such domain. */
const char *pin_change_find (const PinWatch *watch, const char *domain, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Gives back live what of the original can be now.  @dry_run: only plans it. */
void pin_change_repin_async (PinWatch *watch, const char *domain, gboolean dry_run, GAsyncReadyCallback callback, gpointer data);
/* Returns: the plan as JSON, as pin_plan_to_json_live() makes it, also where it refuses (transfer full); NULL with @error, which may be
 * PIN_ERROR_BUSY too. */
char *pin_change_repin_finish (PinWatch *watch, GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Makes the present placements, live and stored, the originals, at home here. */
void pin_change_adopt_async (PinWatch *watch, const char *domain, GAsyncReadyCallback callback, gpointer data);
gboolean pin_change_adopt_finish (PinWatch *watch, GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Gives the stored definition its original back, and drops the records and what is kept.  Without @force a transient guest that misses
 * something is left as it is: what it misses would be lost. */
void pin_change_forget_async (PinWatch *watch, const char *domain, gboolean force, GAsyncReadyCallback callback, gpointer data);
gboolean pin_change_forget_finish (PinWatch *watch, GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;
