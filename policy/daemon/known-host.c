/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "known-host.h"

#include "cluster/find.h"
#include "core/error.h"
#include "format/quote.h"

/* More hosts are no help in a line. */
#define NAMED_MAX 8

gboolean
pin_known_host (PinFleet *fleet, const char *name, GError **error)
{
  g_autoptr (GString) known = g_string_new (NULL);
  g_autofree char *shown = pin_quote (name);
  guint n, row;
  const PinHostRow *rows = pin_fleet_rows (fleet, &n);

  if (pin_find_host (rows, n, name, &row))
    return TRUE;
  for (guint i = 0; i < MIN (n, NAMED_MAX); i++)
    g_string_append_printf (known, "%s%s", i > 0 ? ", " : "; known are: ", rows[i].name);
  if (n > NAMED_MAX)
    g_string_append_printf (known, " and %u more", n - NAMED_MAX);
  g_set_error (error, PIN_ERROR, PIN_ERROR_NOT_FOUND, "no host '%s' in the cluster%s", shown, known->str);
  return FALSE;
}
