/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fake-polkit.h"

static const char introspection[]
    = "<node><interface name='org.freedesktop.PolicyKit1.Authority'>"
      "<method name='CheckAuthorization'><arg type='(sa{sv})' direction='in'/><arg type='s' direction='in'/>"
      "<arg type='a{ss}' direction='in'/><arg type='u' direction='in'/><arg type='s' direction='in'/>"
      "<arg type='(bba{ss})' direction='out'/></method>"
      "<method name='CancelCheckAuthorization'><arg type='s' direction='in'/></method>"
      "</interface></node>";

static void
answer (GDBusMethodInvocation *call, gboolean may, gboolean is_challenge, gboolean dismissed)
{
  GVariantBuilder details;

  g_variant_builder_init (&details, G_VARIANT_TYPE ("a{ss}"));
  if (dismissed)
    g_variant_builder_add (&details, "{ss}", "polkit.dismissed", "true");
  g_dbus_method_invocation_return_value (call, g_variant_new ("((bba{ss}))", may, is_challenge, &details));
}

static void
check (FakePolkit *polkit, GDBusMethodInvocation *call, gboolean interactive)
{
  switch (polkit->manner)
    {
    case FAKE_POLKIT_YES:
      answer (call, TRUE, FALSE, FALSE);
      break;
    case FAKE_POLKIT_NO:
      answer (call, FALSE, FALSE, FALSE);
      break;
    case FAKE_POLKIT_PASSWORD:
      answer (call, interactive, !interactive, FALSE);
      break;
    case FAKE_POLKIT_NO_AGENT:
      answer (call, FALSE, TRUE, FALSE);
      break;
    case FAKE_POLKIT_DISMISSED:
      answer (call, FALSE, FALSE, TRUE);
      break;
    case FAKE_POLKIT_ERROR:
      g_dbus_method_invocation_return_dbus_error (call, "org.freedesktop.PolicyKit1.Error.Failed", "it is\nnot registered");
      break;
    case FAKE_POLKIT_SILENCE:
    default:
      g_ptr_array_add (polkit->open, call);
    }
}

static void
on_call (GDBusConnection *connection, const char *sender, const char *path, const char *interface, const char *method,
         GVariant *parameters, GDBusMethodInvocation *call, gpointer data)
{
  FakePolkit *polkit = data;
  g_autoptr (GVariant) subject = NULL, details = NULL;
  const char *kind, *action, *id, *domain = "-";
  guint32 flags;

  if (g_str_equal (method, "CancelCheckAuthorization"))
    {
      g_free (polkit->cancelled);
      g_variant_get (parameters, "(s)", &polkit->cancelled);
      g_dbus_method_invocation_return_value (call, NULL);
      return;
    }
  g_variant_get (parameters, "((&s@a{sv})&s@a{ss}u&s)", &kind, &subject, &action, &details, &flags, &id);
  g_assert_cmpstr (kind, ==, "system-bus-name");
  g_free (polkit->sender);
  g_assert_true (g_variant_lookup (subject, "name", "s", &polkit->sender));
  g_free (polkit->id);
  polkit->id = g_strdup (id);
  if (!g_variant_lookup (details, "domain", "&s", &domain))
    g_variant_lookup (details, "host", "&s", &domain);
  g_string_append_printf (polkit->asked, "%s %s %s\n", action, domain, flags == 1 ? "interactive" : "silent");
  check (polkit, call, flags == 1);
}

void
fake_polkit_init (FakePolkit *polkit, const char *address)
{
  static const GDBusInterfaceVTable vtable = { .method_call = on_call };
  g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (introspection, NULL);
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;

  polkit->asked = g_string_new (NULL);
  polkit->open = g_ptr_array_new ();
  polkit->connection = g_dbus_connection_new_for_address_sync (
      address, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL, NULL,
      &error);
  g_assert_no_error (error);
  polkit->object = g_dbus_connection_register_object (polkit->connection, "/org/freedesktop/PolicyKit1/Authority",
                                                      node->interfaces[0], &vtable, polkit, NULL, &error);
  g_assert_no_error (error);
  reply = g_dbus_connection_call_sync (polkit->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                       "org.freedesktop.DBus", "RequestName",
                                       g_variant_new ("(su)", "org.freedesktop.PolicyKit1", 4), NULL, 0, -1, NULL, &error);
  g_assert_no_error (error);
}

void
fake_polkit_clear (FakePolkit *polkit)
{
  if (polkit->connection == NULL)
    return;
  g_dbus_connection_unregister_object (polkit->connection, polkit->object);
  g_dbus_connection_close_sync (polkit->connection, NULL, NULL);
  g_ptr_array_foreach (polkit->open, (GFunc) (void (*) (void)) g_object_unref, NULL);
  g_ptr_array_unref (polkit->open);
  g_clear_object (&polkit->connection);
  g_string_free (polkit->asked, TRUE);
  g_free (polkit->sender);
  g_free (polkit->id);
  g_free (polkit->cancelled);
}

void
fake_polkit_let (FakePolkit *polkit)
{
  for (guint i = 0; i < polkit->open->len; i++)
    answer (g_ptr_array_index (polkit->open, i), TRUE, FALSE, FALSE);
  g_ptr_array_set_size (polkit->open, 0);
}
