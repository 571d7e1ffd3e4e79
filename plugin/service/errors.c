/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "errors.h"

#include "core/error.h"

#include <gio/gio.h>

void
pin_bus_errors_register (void)
{
  for (guint code = 0; code < PIN_ERROR_N; code++)
    {
      g_autofree char *name = g_strdup_printf ("org.pinshift.Error.%s", pin_error_name (code));

      g_dbus_error_register_error (PIN_ERROR, (gint) code, name);
    }
}
