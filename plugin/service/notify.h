/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* [notify] command: it is run for each event, one after the other, and nobody waits for it. */
#pragma once

#include "event.h"

typedef struct _PinNotify PinNotify;

typedef struct
{
  guint most;     /* events that wait for their turn; where there are more, the oldest ones are left out */
  guint limit_ms; /* for which the command may run */
} PinNotifyLimits;

extern const PinNotifyLimits pin_notify_limits; /* as the service has them */

/* Without a command.  (transfer full) */
PinNotify *pin_notify_new (const PinNotifyLimits *limits);
/* A command that runs is told to end; events that wait are told to nobody. */
void pin_notify_free (PinNotify *notify);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinNotify, pin_notify_free)

/* @command: a line that can be split as by a shell (there is none in it), for this and all later events; NULL: none. */
void pin_notify_set_command (PinNotify *notify, const char *command);

/*
 * A PinNewsListener, @data is a PinNotify: runs the command, when it is its turn, with @event in one line of JSON on standard input and its
 * kind as PINSHIFT_EVENT.  What goes wrong is logged; of a command that can't be started once, until it can.
 */
void pin_notify_hear (const PinEvent *event, gpointer data);
