/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pinshift-policyd: one policy, the fleet of hosts, their objects on the bus, one main loop. */
#include "bus.h"
#include "core/error.h"
#include "fleet.h"
#include "pin-config.h"
#include "rules/rules-file.h"

#include <glib-unix.h>

#define PROGRAM "pinshift-policyd"
#define BUS_NAME "org.pinshift.Cluster1"

typedef struct
{
  char *policy;
  gboolean version;
} Arguments;

typedef struct
{
  const Arguments *arguments;
  GMainLoop *loop;
  PinRules *rules;
  PinFleet *fleet;
  PinClusterBus *bus;
  int status;
} Service;

static void
clear_arguments (Arguments *arguments)
{
  g_free (arguments->policy);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Arguments, clear_arguments)

static void
clear_service (Service *service)
{
  pin_fleet_free (service->fleet);
  pin_cluster_bus_free (service->bus);
  pin_rules_free (service->rules);
  g_clear_pointer (&service->loop, g_main_loop_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Service, clear_service)

static PinRules *
load_rules (const Arguments *arguments, GError **error)
{
  return arguments->policy != NULL ? pin_rules_file_load_one (arguments->policy, error) : pin_rules_file_load ("/", error);
}

static void
take_rules (Service *service, PinRules *rules)
{
  g_clear_pointer (&service->rules, pin_rules_free);
  service->rules = rules;
  pin_cluster_bus_set_policy_digest (service->bus, pin_rules_digest (rules));
}

/* As pinshiftd does: what the hosts do can be seen with any policy. */
static PinRules *
load_rules_or_defaults (const Arguments *arguments)
{
  g_autoptr (GError) error = NULL;
  PinRules *rules = load_rules (arguments, &error);

  if (rules != NULL)
    return rules;
  g_warning ("policy: %s; starting with the defaults", error->message);
  return pin_rules_new ();
}

static void
on_host (const char *name, gpointer data)
{
  Service *service = data;
  PinHostRow row;

  if (pin_fleet_row (service->fleet, name, &row))
    pin_cluster_bus_show (service->bus, &row, pin_fleet_facts (service->fleet, name));
}

static void
end (Service *service, int status)
{
  service->status = status;
  g_main_loop_quit (service->loop);
}

/* No policy names other hosts: the cluster is this one. */
static void
on_bus (GDBusConnection *connection, const char *name, gpointer data)
{
  Service *service = data;
  g_autoptr (GError) error = NULL;

  /* GLib would end the process by SIGTERM, and that is a good end. */
  g_dbus_connection_set_exit_on_close (connection, FALSE);
  pin_fleet_set_hosts (service->fleet, pin_rules_hosts (service->rules), connection, g_get_host_name ());
  if (pin_cluster_bus_export (service->bus, connection, &error))
    return;
  g_warning ("the bus: %s", error->message);
  end (service, 1);
}

static void
on_name (GDBusConnection *connection, const char *name, gpointer data)
{
  pin_fleet_start (((Service *) data)->fleet);
}

static void
on_name_lost (GDBusConnection *connection, const char *name, gpointer data)
{
  g_warning (connection == NULL ? "the system bus can't be reached" : "%s is taken by another service", BUS_NAME);
  end (data, 1);
}

static gboolean
on_quit (gpointer data)
{
  g_main_loop_quit (((Service *) data)->loop);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_reload (gpointer data)
{
  Service *service = data;
  g_autoptr (GError) error = NULL;
  PinRules *rules = load_rules (service->arguments, &error);

  if (rules == NULL)
    {
      g_warning ("policy: %s; the last good one holds on", error->message);
      return G_SOURCE_CONTINUE;
    }
  take_rules (service, rules);
  g_message ("policy: read anew");
  return G_SOURCE_CONTINUE;
}

static gboolean
read_arguments (Arguments *arguments, int *argc, char ***argv, GError **error)
{
  const GOptionEntry entries[] = {
    { "policy", 0, 0, G_OPTION_ARG_FILENAME, &arguments->policy, "Read FILE in place of all installed policy", "FILE" },
    { "version", 0, 0, G_OPTION_ARG_NONE, &arguments->version, "Print the version", NULL },
    { NULL }
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("- know the hosts of a cluster");

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  if (*argc < 2)
    return TRUE;
  g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "unexpected argument '%s'; see %s --help", (*argv)[1], PROGRAM);
  return FALSE;
}

static int
run (Service *service)
{
  guint owner;

  service->loop = g_main_loop_new (NULL, FALSE);
  service->bus = pin_cluster_bus_new ();
  service->fleet = pin_fleet_new (&pin_link_times, on_host, service);
  take_rules (service, load_rules_or_defaults (service->arguments));
  g_unix_signal_add (SIGTERM, on_quit, service);
  g_unix_signal_add (SIGINT, on_quit, service);
  g_unix_signal_add (SIGHUP, on_reload, service);
  owner = g_bus_own_name (G_BUS_TYPE_SYSTEM, BUS_NAME, G_BUS_NAME_OWNER_FLAGS_DO_NOT_QUEUE, on_bus, on_name,
                          on_name_lost, service, NULL);
  g_main_loop_run (service->loop);
  g_bus_unown_name (owner);
  return service->status;
}

int
main (int argc, char **argv)
{
  g_auto (Arguments) arguments = { 0 };
  g_auto (Service) service = { .arguments = &arguments };
  g_autoptr (GError) error = NULL;

  if (!read_arguments (&arguments, &argc, &argv, &error))
    {
      g_printerr ("%s: %s\n", PROGRAM, error->message);
      return 2;
    }
  if (arguments.version)
    {
      g_print ("%s %s\n", PROGRAM, PIN_VERSION);
      return 0;
    }
  g_log_set_writer_func (g_log_writer_default, NULL, NULL);
  return run (&service);
}
