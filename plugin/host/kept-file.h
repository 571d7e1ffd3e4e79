/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What this host keeps of a guest, in one file a guest, named by its UUID: the last record of each side, so that one which somebody drops
 * comes back, and what is still to be done for it.
 */
#pragma once

#include "format/record.h"

/* What was last done to a setting here that is not as written. */
typedef struct
{
  PinAction action;  /* NONE, KEEP: it is as written */
  gint64 since_s;    /* since the epoch: from then on */
} PinGiven;

typedef struct
{
  PinRecord *live;        /* NULL: none was seen */
  PinRecord *stored;      /* of the persistent definition */
  gboolean forgotten;     /* an administrator wants none, until the guest starts or arrives anew */
  gboolean repair_due;    /* its persistent definition is still the source's */
  PinGiven given[PIN_SETTING_N];
  gboolean is_beyond;     /* after loading: the file has what another version wrote, and is set aside before another one takes its place */
  char *damage;           /* after loading: what was left out and why, in one line, for the journal; NULL: nothing */
  guint n_damages;        /* how many there were; of many the first are told */
} PinKept;

PinKept *pin_kept_new (void);
void pin_kept_free (PinKept *kept);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinKept, pin_kept_free)

/*
 * Notes what @record (NULL: there is none) says is done here, at @now_s.  An action that was known keeps its time, unless the guest has
 * just come (@anew): what it had on an earlier stay is over.
 */
void pin_kept_give (PinKept *kept, const PinRecord *record, gboolean anew, gint64 now_s);

/* "2026-11-21T21:10:06Z" of the time since which @setting is given by @action here.  (transfer full); NULL: not known. */
char *pin_kept_since (const PinKept *kept, PinSetting setting, PinAction action);

/*
 * Reads what is kept of @uuid in @directory.  No file is an empty one.  What can't be read or does not parse is left out, each
 * record for itself, and told in damage; no file stops anybody.  Records that the file lacks are taken from the one that was set aside, if
 * they can be read by now, but for a guest that is forgotten.
 * Returns: (transfer full), never NULL.
 */
PinKept *pin_kept_file_load (const char *directory, const char *uuid);

/*
 * Writes it, whole or not at all, if it differs from what the file says; an empty one removes the file.  One that is_beyond is first
 * renamed "UUID.aside": nobody here knows what it is worth.  @directory is made if it is not there.  As pin_kept_file_touch() besides.
 * PIN_ERROR_INVALID: @uuid is none; PIN_ERROR_FAILED.
 */
gboolean pin_kept_file_save (const char *directory, const char *uuid, const PinKept *kept, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The guest is here: what is kept of it, and what was set aside, becomes young again once in a while, so that it is not pruned. */
void pin_kept_file_touch (const char *directory, const char *uuid);

/*
 * Removes files that are older than @before_s (seconds since the epoch), and temporary ones that a writer left behind; other files
 * are nobody's business here.  Returns: how many.
 */
guint pin_kept_file_prune (const char *directory, gint64 before_s);
