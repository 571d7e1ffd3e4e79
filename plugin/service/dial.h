/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A message bus behind a command: its standard input and output are the bus, as those of "ssh HOST pinshift relay".  The
 * command has a process group of its own, and ends with the dial.
 */
#pragma once

#include "guard.h"

typedef struct _PinDial PinDial;

typedef struct
{
  /* The bus answers; @connection is the dial's. */
  void (*connected) (PinDial *dial, GDBusConnection *connection, gpointer data);
  /* It does not, or no more: one line, which begins with the command.  Comes once, last; the dial may be freed in it. */
  void (*ended) (PinDial *dial, const char *why, gpointer data);
} PinDialEvents;

/*
 * Runs @command, a line as a shell has it, though no shell reads it.  One that has not led to a bus after @answer_ms is
 * ended.  Nothing here waits; @events come in the default main context, and none before this has returned.  (transfer full)
 */
PinDial *pin_dial_new (const char *command, guint answer_ms, const PinGuardLimits *limits, const PinDialEvents *events,
                       gpointer data);
void pin_dial_free (PinDial *dial);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinDial, pin_dial_free)
