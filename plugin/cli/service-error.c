/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "service-error.h"

#include "core/error.h"

#include <string.h>

/* The code whose D-Bus name @remote is; FAILED for all others. */
static PinError
code_of (const char *remote)
{
  for (guint i = 0; remote != NULL && i < PIN_ERROR_N; i++)
    {
      g_autofree char *name = g_strdup_printf ("org.pinshift.Error.%s", pin_error_name (i));

      if (g_strcmp0 (remote, name) == 0)
        return i;
    }
  return PIN_ERROR_FAILED;
}

gboolean
pin_service_error_is_unknown (const GError *error)
{
  g_autofree char *remote = g_dbus_error_get_remote_error (error);

  return g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN)
         || g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER)
         || (remote != NULL && g_str_has_prefix (remote, "org.freedesktop.systemd1."))
         || (remote != NULL && g_str_has_prefix (remote, "org.freedesktop.DBus.Error.Spawn."));
}

/* Whether @error, whose D-Bus name is @remote (NULL: it is from this side), says that there is no service to answer. */
static gboolean
is_absence (const GError *error, const char *remote)
{
  if (remote == NULL)
    return error->domain == G_IO_ERROR || error->domain == G_DBUS_ERROR;
  return pin_service_error_is_unknown (error);
}

/* Whether the bus, by its policy, has kept a call from the service: the service itself says why it refuses. */
static gboolean
is_refused_by_bus (const GError *error)
{
  return g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED)
         && (strstr (error->message, "Rejected send message") != NULL               /* dbus-daemon */
             || strstr (error->message, "not authorized to send message") != NULL); /* dbus-broker */
}

/* (transfer full) */
static GError *
make_plain (GError *error, const PinService *service)
{
  g_autofree char *remote = g_dbus_error_get_remote_error (error);

  if (is_refused_by_bus (error))
    return g_error_new (PIN_ERROR, PIN_ERROR_DENIED, "the system bus does not let you ask %s for this: %s; join it, or be root",
                        service->name, service->rights);
  /* It was there to be asked. */
  if (g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_NO_REPLY))
    return g_error_new (PIN_ERROR, PIN_ERROR_FAILED,
                        "%s has ended before it answered; what it was asked for may have begun: see journalctl --unit %s, and ask again",
                        service->name, service->name);
  if (is_absence (error, remote))
    {
      g_dbus_error_strip_remote_error (error);
      return g_error_new (PIN_ERROR, PIN_ERROR_FAILED,
                          "can't reach %s on the system bus: %s; is it enabled (systemctl enable --now %s)?",
                          service->name, error->message, service->name);
    }
  g_dbus_error_strip_remote_error (error);
  if (g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED))
    return g_error_new_literal (PIN_ERROR, PIN_ERROR_DENIED, error->message);
  return g_error_new_literal (PIN_ERROR, code_of (remote), error->message);
}

void
pin_service_error_explain (GError **error, const PinService *service)
{
  GError *plain = make_plain (*error, service);

  g_clear_error (error);
  *error = plain;
}
