/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rules/rules-amount.h"

#include "core/error.h"
#include "core/number.h"
#include "rules/rules-word.h"

#include <string.h>

#define SECOND_MS G_GUINT64_CONSTANT (1000)
#define DAY_MS (24 * 60 * 60 * SECOND_MS)

const PinRulesAmount pin_rules_memory = {
  .no_number = "is no size; write one as 2GiB or 512MiB",
  .too_much = "is too much",
  .max = G_GUINT64_CONSTANT (1) << 53,
  .units = { { "KiB", 1 }, { "MiB", 1 << 10 }, { "GiB", 1 << 20 }, { "TiB", 1 << 30 } },
};

/* 1000 days: more is a mistake. */
const PinRulesAmount pin_rules_time = {
  .no_number = "is no time; write one as 10min or 90s",
  .too_much = "is too long",
  .max = 1000 * DAY_MS,
  .units = { { "s", SECOND_MS }, { "min", 60 * SECOND_MS }, { "h", 60 * 60 * SECOND_MS }, { "d", DAY_MS } },
};

static gboolean
set_wrong (const PinRulesAmount *amount, const char *quoted, GError **error)
{
  g_autoptr (GString) known = g_string_new (amount->units[0].name);

  for (guint i = 1; i < PIN_RULES_AMOUNT_UNITS; i++)
    g_string_append_printf (known, ", %s", amount->units[i].name);
  g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "%s %s, or its unit is unknown; known are: %s", quoted,
               amount->too_much, known->str);
  return FALSE;
}

gboolean
pin_rules_amount_parse (const PinRulesAmount *amount, const char *text, guint64 *ret_value, GError **error)
{
  gsize digits = strspn (text, "0123456789");
  const char *unit = text + digits + strspn (text + digits, " \t");
  g_autofree char *number = g_strndup (text, digits);
  g_autofree char *quoted = pin_rules_quote (text);
  guint64 value;

  if (digits == 0)
    {
      g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "%s %s", quoted, amount->no_number);
      return FALSE;
    }
  if (!pin_number_parse (number, 10, 0, amount->max, &value))
    return set_wrong (amount, quoted, error);
  for (guint i = 0; i < PIN_RULES_AMOUNT_UNITS; i++)
    if ((strcmp (unit, amount->units[i].name) == 0 && value <= amount->max / amount->units[i].factor)
        || (value == 0 && *unit == '\0'))
      {
        *ret_value = value * amount->units[i].factor;
        return TRUE;
      }
  return set_wrong (amount, quoted, error);
}

char *
pin_rules_amount_format (const PinRulesAmount *amount, guint64 value)
{
  guint unit = PIN_RULES_AMOUNT_UNITS - 1;

  if (value == 0)
    return g_strdup ("0");
  while (unit > 0 && value % amount->units[unit].factor != 0)
    unit--;
  return g_strdup_printf ("%" G_GUINT64_FORMAT "%s", value / amount->units[unit].factor, amount->units[unit].name);
}
