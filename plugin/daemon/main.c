/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pinshiftd: one picture, one watch on libvirt, one object on the bus, one main loop. */
#include "bus.h"
#include "clock.h"
#include "core/error.h"
#include "host-metrics.h"
#include "pin-config.h"
#include "policy.h"
#include "service/dump.h"
#include "service/tidings.h"

#include <glib-unix.h>
#include <glib/gstdio.h>
#include <libxml/parser.h>

#define BUS_NAME "org.pinshift.Host1"

typedef struct
{
  char *sysroot;
  char *policy;
  char *runtime_dir;
  char *state_dir;
  char *uri;
  gboolean version;
} Arguments;

typedef struct
{
  const Arguments *arguments;
  GMainLoop *loop;
  PinNews *news;
  PinTidings *tidings;
  PinPicture *picture;
  PinDiary *diary;
  PinBus *bus;
  PinWatch *watch;
  int status;
} Service;

static void
clear_arguments (Arguments *arguments)
{
  g_free (arguments->sysroot);
  g_free (arguments->policy);
  g_free (arguments->runtime_dir);
  g_free (arguments->state_dir);
  g_free (arguments->uri);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Arguments, clear_arguments)

static void
clear_service (Service *service)
{
  if (service->bus != NULL)
    pin_bus_set_watch (service->bus, NULL);
  pin_watch_free (service->watch);
  pin_bus_free (service->bus);
  pin_tidings_free (service->tidings);
  pin_picture_free (service->picture);
  if (service->diary != NULL)
    pin_news_remove (service->news, service->diary);
  pin_diary_free (service->diary);
  g_clear_pointer (&service->loop, g_main_loop_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Service, clear_service)

/* A policy that does not parse must not leave the host without a service: what is known then are the defaults. */
static PinRules *
load_rules_or_defaults (const Arguments *arguments, gboolean *ret_valid)
{
  g_autoptr (GError) error = NULL;
  PinRules *rules = pin_policy_load (arguments->policy, &error);

  *ret_valid = rules != NULL;
  if (rules != NULL)
    return rules;
  g_warning ("policy: %s; starting with the defaults", error->message);
  return pin_rules_new ();
}

static const char *
state_dir_of (const Arguments *arguments)
{
  return arguments->state_dir != NULL ? arguments->state_dir : PIN_STATEDIR;
}

static PinPicture *
make_picture (const Arguments *arguments, gboolean *ret_valid, GError **error)
{
  const char *directory = arguments->runtime_dir != NULL ? arguments->runtime_dir : PIN_RUNTIMEDIR;
  const char *state_dir = state_dir_of (arguments);
  g_autofree char *ledger_path = g_build_filename (directory, "claims", NULL);
  PinSysfs *sysfs = pin_sysfs_open (arguments->sysroot != NULL ? arguments->sysroot : "/", error);
  PinPicture *picture;

  if (sysfs == NULL)
    return NULL;
  if (g_mkdir_with_parents (directory, 0700) < 0)
    g_warning ("%s can't be made: %s", directory, g_strerror (errno));
  picture = pin_picture_new (sysfs, arguments->sysroot == NULL, load_rules_or_defaults (arguments, ret_valid), ledger_path,
                             state_dir, pin_clock_now_ms (), error);
  if (picture == NULL)
    return NULL;
  picture->root = g_strdup (arguments->sysroot != NULL ? arguments->sysroot : "/");
  picture->policy_file = g_strdup (arguments->policy);
  return picture;
}

static void
on_changed (gpointer data)
{
  Service *service = data;

  pin_bus_set_connected (service->bus, service->watch != NULL && pin_watch_is_connected (service->watch));
  pin_bus_listener ()->changed (service->bus);
  pin_tidings_changed (service->tidings);
}

static void
on_adapted (const char *guest, const char *uuid, const char *text, gpointer data)
{
  pin_bus_listener ()->adapted (guest, uuid, text, ((Service *)data)->bus);
}

static void
on_restored (const char *guest, const char *uuid, gpointer data)
{
  pin_bus_listener ()->restored (guest, uuid, ((Service *)data)->bus);
}

static void
on_bus (GDBusConnection *connection, const char *name, gpointer data)
{
  Service *service = data;
  g_autoptr (GError) error = NULL;

  if (pin_bus_export (service->bus, connection, &error))
    return;
  g_warning ("the bus: %s", error->message);
  service->status = 1;
  g_main_loop_quit (service->loop);
}

static void
on_name (GDBusConnection *connection, const char *name, gpointer data)
{
  static const PinWatchListener listener = { on_changed, on_adapted, on_restored };
  Service *service = data;
  const char *uri = service->arguments->uri != NULL ? service->arguments->uri : "qemu:///system";

  if (service->watch != NULL)
    return;
  service->watch = pin_watch_new (service->picture, g_str_equal (uri, "none") ? NULL : uri, &listener, service);
  pin_bus_set_watch (service->bus, service->watch);
}

static void
on_name_lost (GDBusConnection *connection, const char *name, gpointer data)
{
  Service *service = data;

  g_warning (connection == NULL ? "there is no system bus; see systemctl status dbus"
                                : "%s is taken by another service, or the bus is gone; see systemctl status dbus pinshiftd", BUS_NAME);
  service->status = 1;
  g_main_loop_quit (service->loop);
}

static gboolean
on_quit (gpointer data)
{
  g_main_loop_quit (((Service *)data)->loop);
  return G_SOURCE_CONTINUE;
}

/* Who is told what, as the policy has it. */
static void
set_tidings (Service *service)
{
  const PinRules *rules = service->picture->rules;

  pin_tidings_set (service->tidings, pin_rules_notify (rules), pin_rules_metrics_file (rules));
}

static gboolean
on_reload (gpointer data)
{
  Service *service = data;
  g_autoptr (GError) error = NULL;
  PinRules *rules = pin_policy_load (service->arguments->policy, &error);

  pin_tidings_set_policy_valid (service->tidings, rules != NULL);
  if (rules == NULL)
    {
      g_warning ("policy: %s; the last good one holds on", error->message);
      return G_SOURCE_CONTINUE;
    }
  pin_picture_set_rules (service->picture, rules);
  set_tidings (service);
  g_message ("policy: read anew");
  on_changed (service);
  return G_SOURCE_CONTINUE;
}

static gboolean
read_arguments (Arguments *arguments, int *argc, char ***argv, GError **error)
{
  const GOptionEntry entries[] = {
    { "sysroot", 0, 0, G_OPTION_ARG_FILENAME, &arguments->sysroot, "Read the machine below DIR, not below /", "DIR" },
    { "policy", 0, 0, G_OPTION_ARG_FILENAME, &arguments->policy, "Read FILE in place of all installed policy", "FILE" },
    { "runtime-dir", 0, 0, G_OPTION_ARG_FILENAME, &arguments->runtime_dir, "Keep claims in DIR", "DIR" },
    { "state-dir", 0, 0, G_OPTION_ARG_FILENAME, &arguments->state_dir, "Keep records, maintenance and the diary in DIR", "DIR" },
    { "connect", 'c', 0, G_OPTION_ARG_STRING, &arguments->uri, "Follow libvirt at URI; 'none' follows nobody", "URI" },
    { "version", 0, 0, G_OPTION_ARG_NONE, &arguments->version, "Print the version", NULL },
    { NULL }
  };
  g_autoptr (GError) wrong = NULL;
  g_autoptr (GOptionContext) context = g_option_context_new ("- fit arriving guests into this host");

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, &wrong))
    {
      g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "%s; see pinshiftd --help", wrong->message);
      return FALSE;
    }
  if (*argc < 2)
    return TRUE;
  g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "unexpected argument '%s'; see pinshiftd --help", (*argv)[1]);
  return FALSE;
}

static void
begin_diary (Service *service)
{
  g_autofree char *path = g_build_filename (state_dir_of (service->arguments), "diary", NULL);

  service->diary = pin_diary_new (path, &pin_diary_bounds);
  pin_news_add (service->news, pin_diary_note, service->diary);
}

static void
tell_metrics (GString *text, gpointer data)
{
  pin_host_metrics (text, ((Service *)data)->picture);
}

/* @valid: the policy could be taken. */
static void
start_tidings (Service *service, gboolean valid)
{
  service->tidings = pin_tidings_new (service->news, "pinshift_", tell_metrics, service);
  pin_tidings_set_policy_valid (service->tidings, valid);
  set_tidings (service);
}

static int
run (Service *service)
{
  guint owner;

  service->loop = g_main_loop_new (NULL, FALSE);
  begin_diary (service);
  service->bus = pin_bus_new (service->picture, service->diary);
  g_unix_signal_add (SIGTERM, on_quit, service);
  g_unix_signal_add (SIGINT, on_quit, service);
  g_unix_signal_add (SIGHUP, on_reload, service);
  owner = g_bus_own_name (G_BUS_TYPE_SYSTEM, BUS_NAME, G_BUS_NAME_OWNER_FLAGS_NONE, on_bus, on_name, on_name_lost, service,
                          NULL);
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
  gboolean valid;

  pin_dump_forbid ();
  if (!read_arguments (&arguments, &argc, &argv, &error))
    {
      g_printerr ("pinshiftd: %s\n", error->message);
      return 2;
    }
  if (arguments.version)
    {
      g_print ("pinshiftd %s\n", PIN_VERSION);
      return 0;
    }
  service.news = pin_news_new (g_get_host_name ());
  g_log_set_writer_func (pin_news_write, service.news, NULL);
  service.picture = make_picture (&arguments, &valid, &error);
  if (service.picture == NULL)
    {
      g_warning ("%s", error->message);
      return 1;
    }
  start_tidings (&service, valid);
  return run (&service);
}
