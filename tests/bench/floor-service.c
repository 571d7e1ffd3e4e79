/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The floor of the benchmark, its service: it has Fit, and answers "keep" at once. It owns the name in its argument. */

#include <gio/gio.h>

static const char introspection[] =
    "<node><interface name='org.pinshift.Host1'>"
    "<method name='Fit'><arg type='s' direction='in'/><arg type='s' direction='in'/><arg type='h' direction='in'/>"
    "<arg type='a{sv}' direction='in'/><arg type='s' direction='out'/><arg type='ah' direction='out'/>"
    "<arg type='s' direction='out'/></method>"
    "</interface></node>";

static void
handle_call (GDBusConnection *connection, const char *sender, const char *object, const char *interface,
             const char *method, GVariant *parameters, GDBusMethodInvocation *call, gpointer data)
{
  g_dbus_method_invocation_return_value (call, g_variant_new ("(sahs)", "keep", NULL, ""));
}

static void
on_bus (GDBusConnection *connection, const char *name, gpointer data)
{
  static const GDBusInterfaceVTable vtable = { .method_call = handle_call };
  g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (introspection, NULL);

  g_dbus_connection_register_object (connection, "/org/pinshift/Host1", node->interfaces[0], &vtable, NULL, NULL, NULL);
}

int
main (int argc, char **argv)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);

  if (argc != 2)
    {
      g_printerr ("usage: floor-service BUS-NAME\n");
      return 2;
    }

  g_bus_own_name (G_BUS_TYPE_SYSTEM, argv[1], G_BUS_NAME_OWNER_FLAGS_NONE, on_bus, NULL, NULL, NULL, NULL);
  g_main_loop_run (loop);
  return 0;
}
