/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Policy files: where they are, how they merge, and what is wrong in them, by file and line. */
#pragma once

#include "rules/rules.h"

/* One key that holds, and where it comes from. */
typedef struct
{
  char *section;   /* "fit", "domain rt-*" */
  char *key;
  char *value;
  char *file;      /* NULL: the default */
  guint line;
} PinRulesEntry;

/*
 * Reads /etc/pinshift/pinshift.conf, then pinshift.conf.d (vendor files in /usr/lib, the administrator's in /etc,
 * sorted by base name; a file of /etc hides the vendor's of the same name), below @root ("/" usually; for tests a directory).
 * No file is fine.
 * Returns: (transfer full); NULL with PIN_ERROR_INVALID: "FILE:LINE: what is wrong; what is known", or
 * PIN_ERROR_FAILED for a file or directory that is there and can't be read.
 */
PinRules *pin_rules_file_load (const char *root, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* One file in place of all installed ones; PIN_ERROR_NOT_FOUND if it is not there. */
PinRules *pin_rules_file_load_one (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/*
 * All entries that hold: those at their defaults, then those that files set, in the order of files and lines.
 * (transfer full) GPtrArray of PinRulesEntry.
 */
GPtrArray *pin_rules_entries (const PinRules *rules);
void pin_rules_entry_free (PinRulesEntry *entry);
