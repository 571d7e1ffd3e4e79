/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether guests may come to this host: what an administrator has asked for, which is kept, and what the policy says. */
#pragma once

#include "picture.h"

/* Takes in what is kept. */
void pin_maintenance_load (PinPicture *picture);

/*
 * Puts the host into maintenance for @reason ("": none), or takes it out, and keeps that.  Where the policy has it in maintenance, it stays.
 * PIN_ERROR_INVALID: the reason is no short line; PIN_ERROR_FAILED: it can't be kept, and nothing has changed.
 */
gboolean pin_maintenance_set (PinPicture *picture, gboolean on, const char *reason, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Brings the machine of @picture up to date with both. */
void pin_maintenance_apply (PinPicture *picture);
