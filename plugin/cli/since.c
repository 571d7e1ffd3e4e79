/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "since.h"

#include "core/error.h"
#include "rules/rules-amount.h"

#include <string.h>

/* With what is left out of @text, as ISO 8601 has it.  (transfer full) */
static char *
complete (const char *text, GDateTime *now)
{
  g_autofree char *today = g_date_time_format (now, "%Y-%m-%d");
  gboolean has_day = strchr (text, '-') != NULL;
  gboolean has_time = strchr (text, ':') != NULL;
  const char *colon = strchr (text, ':');
  char *whole = g_strdup_printf ("%s%s%s%s%s", has_day ? "" : today, has_day ? "" : "T", text, has_time ? "" : "T00:00:00",
                                 has_time && strchr (colon + 1, ':') == NULL ? ":00" : "");

  return g_strdelimit (whole, " ", 'T');
}

static gint64
microseconds (GDateTime *time)
{
  return g_date_time_to_unix (time) * G_USEC_PER_SEC + g_date_time_get_microsecond (time);
}

gboolean
pin_since_parse (const char *text, GDateTime *now, gint64 *ret_us, GError **error)
{
  g_autofree char *whole = complete (text, now);
  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (whole, g_date_time_get_timezone (now));
  guint64 ago_ms = 0;

  if (time == NULL && !pin_rules_amount_parse (&pin_rules_time, text, &ago_ms, NULL))
    {
      g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID,
                   "'%s' is no time; write one as 2h, 21:10, 2026-11-21 or \"2026-11-21 21:10\"", text);
      return FALSE;
    }
  *ret_us = time != NULL ? microseconds (time) : microseconds (now) - (gint64) ago_ms * 1000;
  return TRUE;
}
