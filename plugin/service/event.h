/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a service has to tell people: one decision, in one line, of a kind that can be searched for.  It is said once, as a structured line of
 * the log, and whoever else wants to know of it reads that (see news.h).
 */
#pragma once

#include <glib.h>
#include <json-glib/json-glib.h>

typedef struct
{
  const char *name;       /* "adapted" */
  const char *message_id; /* of systemd's journal and its catalog */
  gboolean warning;       /* somebody should look at it */
} PinEventKind;

/* What it is about; NULL or "": no such thing. */
typedef struct
{
  const char *guest;
  const char *uuid;
  const char *migration; /* ID, the same on all hosts */
  const char *job;       /* number that pinshift-policyd gave it */
  const char *source;    /* hosts */
  const char *destination;
} PinEventAbout;

/* Says it.  @text: one line, with what it is about. */
void pin_event_log (const PinEventKind *kind, const PinEventAbout *about, const char *text);

/* One that was said.  All texts are there, and "" where there is no such thing. */
typedef struct
{
  gint64 time_us; /* since 1970 */
  guint priority; /* as syslog has it: 4 warning, 5 notice */
  char *kind;     /* its name */
  char *message_id;
  char *host; /* where it was said */
  char *guest;
  char *uuid;
  char *migration;
  char *job;
  char *source;
  char *destination;
  char *text;
} PinEvent;

/* From a line of the log; NULL: that is no event.  (transfer full) */
PinEvent *pin_event_new (const GLogField *fields, gsize n_fields, const char *host, gint64 time_us);
PinEvent *pin_event_copy (const PinEvent *event);
void pin_event_free (PinEvent *event);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinEvent, pin_event_free)

/* Oldest first, then by host; GCompareFunc on PinEvent *. */
gint pin_event_compare (gconstpointer a, gconstpointer b);

/*
 * { "version": 1, "event": "adapted", "time": "2026-11-21T21:10:06.123456Z", "priority": 4, "message_id": "...", "host": "hostb", "guest": "db1",
 *   "uuid": "...", "migration": "...", "job": "7", "source": "hosta", "destination": "hostb", "text": "..." }
 * What it is not about is left out.  (transfer full)
 */
JsonNode *pin_event_to_json (const PinEvent *event);

/* (transfer full); NULL with PIN_ERROR_INVALID that names the member, PIN_ERROR_UNSUPPORTED for another version. */
PinEvent *pin_event_from_json (JsonNode *node, GError **error) G_GNUC_WARN_UNUSED_RESULT;
