/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a guest is, asked of libvirt, and what that makes of a migration that has failed. */
#pragma once

#include "migration.h"

typedef enum
{
  PIN_STAY_ABSENT,  /* this host does not know it */
  PIN_STAY_STOPPED, /* it is defined and does not run */
  PIN_STAY_PAUSED,  /* its process is there, and its CPUs stand still */
  PIN_STAY_RUNNING
} PinStay;

/* What one host says of a guest. */
typedef struct
{
  char *failure; /* why it can't be asked; NULL: it was */
  PinStay stay;
} PinWhereabouts;

void pin_whereabouts_clear (PinWhereabouts *there);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PinWhereabouts, pin_whereabouts_clear)

/*
 * Asks the host of @uri how the guest @uuid is there, over a connection of its own.  This blocks: it is for threads other than the main
 * loop's.  The event loop of libvirt must run.  Returns: FALSE if the host can't be asked; *ret_there is to be cleared all the same.
 */
gboolean pin_whereabouts_ask (const char *uri, const char *uuid, PinWhereabouts *ret_there);

/*
 * Says where the guest of @order is, that was running (@active) or not when a call to move it failed with *@outcome; that becomes what is
 * true: DONE if it is at its destination, UNREACHABLE if only that has become silent, FAILED where the guest is neither here nor there.
 * One line; (transfer full).
 */
char *pin_whereabouts_judge (const PinMigrationOrder *order, gboolean active, const PinWhereabouts *source,
                             const PinWhereabouts *destination, PinMigrationOutcome *outcome);
