/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One guest on its way from one host to another, by libvirt: the source's libvirtd is told to move it, and goes on with that whatever becomes
 * of this process.  libvirt's calls block, so they are made on threads of their own; what comes of them is told in the main context in which
 * the migration was begun.
 */
#pragma once

#include "rules/rules-cluster.h"

typedef enum
{
  PIN_MIGRATION_DONE,
  PIN_MIGRATION_REFUSED,     /* a hook of the destination said no; the guest is where it was */
  PIN_MIGRATION_UNREACHABLE, /* the destination could not be reached, or was lost; the guest is where it was */
  PIN_MIGRATION_CANCELLED,
  PIN_MIGRATION_FAILED,
  PIN_MIGRATION_N
} PinMigrationOutcome;

typedef struct
{
  const char *uuid;
  const char *source; /* names, for people */
  const char *destination;
  const char *source_uri;      /* as this process reaches it */
  const char *destination_uri; /* as the source reaches it */
  PinMigrateRule manner;
} PinMigrationOrder;

typedef struct
{
  guint64 done_bytes;
  guint64 total_bytes;
  guint64 rate;         /* bytes a second */
  guint64 dirty_rate;   /* bytes a second that the guest writes; 0: not known */
  guint64 time_left_ms; /* 0: not known */
  guint64 downtime_ms;  /* so long it would stand still, were it to switch now; 0: not known */
  guint pass;           /* over the guest's memory, from 1; 0: none yet */
  guint throttle_percent; /* by so much auto-converge slows the guest down */
} PinMigrationProgress;

typedef struct
{
  /* The guest begins to move, and then from time to time. */
  void (*progress) (const PinMigrationProgress *progress, gpointer data);
  /* Once, last of all.  @text: one line; why it was not done, and where the guest is now; "" if there is nothing to say. */
  void (*ended) (PinMigrationOutcome outcome, const char *text, gpointer data);
} PinMigrationListener;

typedef struct _PinMigration PinMigration;

/* Begins it: nothing is told before this has returned.  A guest that does not run takes its definition along.  (transfer full) */
PinMigration *pin_migration_new (const PinMigrationOrder *order, const PinMigrationListener *listener, gpointer data);

/* Ends it, if that is still possible: ended() tells. */
void pin_migration_cancel (PinMigration *migration);

/* Nothing more is told.  What is under way goes on. */
void pin_migration_free (PinMigration *migration);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinMigration, pin_migration_free)
