/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lines of a log, as the services tell it, and the migrations that they belong to. */
#pragma once

#include <json-glib/json-glib.h>

typedef struct
{
  gint64 time_us; /* since 1970 */
  gboolean warning;
  JsonNode *event;  /* all that was told; the texts are borrowed from it, and "" where it has none */
  const char *kind;
  const char *message_id;
  const char *host;
  const char *uuid;
  const char *migration;
  const char *job;
  const char *text;
  guint part; /* see pin_log_lines_divide() */
} PinLogLine;

/* The events of @answer, oldest first: of PinLogLine (transfer full); NULL with PIN_ERROR_FAILED where @service, which gave it, says something else. */
GPtrArray *pin_log_lines_read (JsonNode *answer, const char *service, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/*
 * Numbers the migrations that @lines, of one guest, belong to, in the order in which they are told of first.  A guest without tuning has one ID for all of its moves: those that
 * pinshift-policyd makes are told apart by their jobs.
 */
void pin_log_lines_divide (GPtrArray *lines);

/* Whether somebody has begun the migration @part: if not, its ID is the one that the next is to have. */
gboolean pin_log_lines_is_begun (const GPtrArray *lines, guint part);

/* Of divided @lines, keeps those of the last migration that was begun, and of those after it. */
void pin_log_lines_keep_last (GPtrArray *lines);
void pin_log_lines_keep_warnings (GPtrArray *lines);
/* The @n that are newest. */
void pin_log_lines_keep_newest (GPtrArray *lines, guint n);
