/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The JSON of a rank: the hosts for a guest, best first, then those that can't take it. */
#pragma once

#include "cli.h"

#include <json-glib/json-glib.h>

/* Parses @json.  Returns: an object whose "hosts" are objects (transfer full); NULL with PIN_ERROR_FAILED. */
JsonNode *pin_rank_text_parse (const char *json, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The host @name of @rank, or with NULL the best; borrowed.  NULL: there is none. */
JsonObject *pin_rank_text_host (JsonNode *rank, const char *name);

/* What place @host has, from 1; 0: it can't take the guest. */
guint pin_rank_text_place (JsonObject *host);

/* The names of all hosts of @rank with commas between, as long as there are few; else how many.  (transfer full) */
char *pin_rank_text_names (JsonNode *rank);

/* Prints a table, a row for each host.  @cli->quiet: only those that can take the guest, and no header. */
void pin_rank_text_print (const PinCli *cli, JsonNode *rank);
