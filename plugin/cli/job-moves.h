/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The moves of a job that has several, as they come and go: each is a job itself, whose parent that one is. */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

typedef struct
{
  void (*changed) (gpointer data);                /* some move goes on */
  void (*tell) (const char *line, gpointer data); /* some move has begun, or ended */
  void (*warn) (const char *line, gpointer data); /* some move will not converge */
} PinJobMovesListener;

typedef struct _PinJobMoves PinJobMoves;

/*
 * Follows the moves of the job at @path, which need not exist yet; @listener, which must outlive it, is told of those that come later, or go on.
 * (transfer full); NULL where nobody lets us look: the moves go on all the same.
 */
PinJobMoves *pin_job_moves_new (const char *path, const PinJobMovesListener *listener, gpointer data);
void pin_job_moves_free (PinJobMoves *moves);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinJobMoves, pin_job_moves_free)

/* Those that are under way, and how fast: "db1 to hostb 45 %, web1 to hostc 10 %, 12.0 MiB/s"; "" if none is.  (transfer full) */
char *pin_job_moves_describe (const PinJobMoves *moves);

/* Adds an object for each move that was seen to the array that is open in @builder. */
void pin_job_moves_add_json (const PinJobMoves *moves, JsonBuilder *builder);
