/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A guest that is brought to another host: to the best one, or, where that refuses or can't be reached, to the next, ranked anew each
 * time, none of them twice.  Any other failure leaves it where it is and ends the job.
 */
#pragma once

#include "job-facts.h"
#include "route.h"

#include <gio/gio.h>

/* What a job needs of the world; all of it is called in the main context, and none of it answers before it has returned. */
typedef struct
{
  gpointer world;
  /* Asks anew where the guest @uuid can go. */
  void (*ask) (gpointer world, const char *uuid, GCancellable *cancellable, GAsyncReadyCallback answered, gpointer data);
  PinRoute *(*answer) (gpointer world, GAsyncResult *result, GError **error); /* (transfer full); NULL with @error */
  /* Begins to move the guest of @route to @host.  Returns: what cancel and end take; NULL with @error, and @listener is told nothing. */
  gpointer (*move) (gpointer world, const PinRoute *route, const char *host, const PinMigrationListener *listener, gpointer data,
                    GError **error);
  void (*cancel) (gpointer move);
  void (*end) (gpointer move); /* frees it; the listener is told nothing more */
  PinMigrateRule (*manner) (gpointer world); /* of moves that begin now */
} PinJobMeans;

typedef struct _PinJob PinJob;
typedef void (*PinJobChanged) (PinJob *job, gpointer data);

/*
 * Begins to bring the guest of @route to @host, or where that is NULL to the best host.  @changed is called each time that the facts change, and
 * not before this has returned: a job that finds no host has failed by then.  @parent: number of the job that it is a part of, or 0.  (transfer full)
 */
PinJob *pin_job_new (const PinJobMeans *means, guint number, guint parent, const PinRoute *route, const char *host, PinJobChanged changed,
                     gpointer data);

const PinJobFacts *pin_job_facts (const PinJob *job);

/* Ends it, if that is still possible: the facts tell.  One that has ended stays as it is. */
void pin_job_cancel (PinJob *job);

/* Nothing more is told.  A guest that moves goes on. */
void pin_job_free (PinJob *job);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinJob, pin_job_free)
