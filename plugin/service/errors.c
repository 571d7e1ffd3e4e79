/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "errors.h"

#include "core/error.h"

void
pin_bus_errors_register (void)
{
  for (guint code = 0; code < PIN_ERROR_N; code++)
    {
      g_autofree char *name = g_strdup_printf ("org.pinshift.Error.%s", pin_error_name (code));

      g_dbus_error_register_error (PIN_ERROR, (gint) code, name);
    }
}

/* (transfer full) */
static char *
one_line (const char *message)
{
  g_autofree char *valid = g_utf8_make_valid (message, -1);
  GString *line = g_string_new (NULL);

  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_unichar_isprint (g_utf8_get_char (at)) ? g_utf8_get_char (at) : ' ';

      if (line->len + (gsize) g_unichar_to_utf8 (c, NULL) > PIN_BUS_ERROR_MOST)
        break;
      g_string_append_unichar (line, c);
    }
  return g_string_free (line, FALSE);
}

void
pin_bus_errors_return (GDBusMethodInvocation *invocation, const GError *error)
{
  g_autofree char *line = one_line (error->message);

  g_dbus_method_invocation_return_error_literal (invocation, error->domain, error->code, line);
}
