/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Numbers with a unit in policy files: sizes of memory, lengths of time. */
#pragma once

#include <glib.h>

#define PIN_RULES_AMOUNT_UNITS 4

typedef struct
{
  const char *no_number; /* what is wrong with text that is none, after the text */
  const char *too_much;  /* the same for a number above @max */
  guint64 max;           /* the greatest number that is read, and the greatest amount */
  struct
  {
    const char *name;
    guint64 factor;
  } units[PIN_RULES_AMOUNT_UNITS]; /* from small to great, each a multiple of the one before */
} PinRulesAmount;

extern const PinRulesAmount pin_rules_memory; /* in KiB */
extern const PinRulesAmount pin_rules_time;   /* in ms */

/* "512MiB", blanks between number and unit allowed; 0 needs no unit.  PIN_ERROR_INVALID says what is wrong, and what is known. */
gboolean pin_rules_amount_parse (const PinRulesAmount *amount, const char *text, guint64 *ret_value,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* In the greatest unit of which it is a multiple.  (transfer full) */
char *pin_rules_amount_format (const PinRulesAmount *amount, guint64 value);
