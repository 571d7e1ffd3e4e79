/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "systemd.h"

#include <string.h>

#define PATIENCE_MS 2000

/* The properties of the unit; NULL: nobody says them.  (transfer full) */
static GVariant *
ask_unit (const char *name)
{
  g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SYSTEM, NULL, NULL);
  g_autofree char *path = g_strdup_printf ("/org/freedesktop/systemd1/unit/%s_2eservice", name);
  g_autoptr (GVariant) reply = NULL;

  if (bus == NULL)
    return NULL;
  reply = g_dbus_connection_call_sync (bus, "org.freedesktop.systemd1", path, "org.freedesktop.DBus.Properties", "GetAll",
                                       g_variant_new ("(s)", "org.freedesktop.systemd1.Unit"), G_VARIANT_TYPE ("(a{sv})"),
                                       G_DBUS_CALL_FLAGS_NO_AUTO_START, PATIENCE_MS, NULL, NULL);
  return reply == NULL ? NULL : g_variant_get_child_value (reply, 0);
}

gboolean
pin_exam_service_reloaded (const PinExamOrder *order, const char *name, gint64 *ret_reloaded)
{
  g_autoptr (GVariant) unit = NULL;
  const char *state = NULL;
  guint64 entered, changed;

  if (strcmp (order->root, "/") != 0 || !g_file_test ("/run/systemd/system", G_FILE_TEST_IS_DIR))
    return FALSE;
  unit = ask_unit (name);
  if (unit == NULL || !g_variant_lookup (unit, "ActiveState", "&s", &state) || strcmp (state, "active") != 0
      || !g_variant_lookup (unit, "ActiveEnterTimestamp", "t", &entered) || !g_variant_lookup (unit, "StateChangeTimestamp", "t", &changed))
    return FALSE;
  /*
   * A reload is the only change of state that an active service comes back from.  What ExecReload says is forgotten with each daemon-reload,
   * and is empty for services that systemd itself signals.
   */
  *ret_reloaded = changed > entered ? (gint64)changed : 0;
  return TRUE;
}
