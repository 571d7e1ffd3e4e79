/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pinshift-policyd: one policy, the fleet of hosts, jobs that move guests between them, objects on the bus, one main loop. */
#include "bus.h"
#include "calls.h"
#include "cluster-metrics.h"
#include "core/error.h"
#include "journal.h"
#include "logbook.h"
#include "means.h"
#include "muster.h"
#include "pin-config.h"
#include "portrait.h"
#include "rules/rules-file.h"
#include "service/dump.h"
#include "service/tidings.h"
#include "unfinished.h"

#include <glib-unix.h>
#include <sys/resource.h>

#define PROGRAM "pinshift-policyd"
#define OPEN_FILES 65536
#define BUS_NAME "org.pinshift.Cluster1"

typedef struct
{
  char *policy;
  char *state_dir;
  gboolean version;
} Arguments;

typedef struct
{
  const Arguments *arguments;
  GMainLoop *loop;
  PinNews *news;
  PinDiary *diary;
  GPtrArray *unfinished; /* PinEvent; NULL: they were told */
  PinTidings *tidings;
  PinTally *tally;
  GDBusConnection *connection; /* NULL: not yet */
  PinRules *rules;
  PinFleet *fleet;
  PinHistory *history;
  PinExpected *expected;
  PinRanking *ranking;
  PinForecasting *forecasting;
  PinMeans means;
  PinJobs *jobs;
  PinHoming *homing;
  PinClusterBus *bus;
  PinCampaignCalls *campaigns;
  PinCalls *calls;
  PinLogbook *logbook;
  PinMuster *muster;
  PinPortrait *portrait;
  int status;
} Service;

static void
clear_arguments (Arguments *arguments)
{
  g_free (arguments->policy);
  g_free (arguments->state_dir);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Arguments, clear_arguments)

static void
clear_service (Service *service)
{
  pin_portrait_free (service->portrait);
  pin_muster_free (service->muster);
  pin_logbook_free (service->logbook);
  pin_calls_free (service->calls);
  pin_campaign_calls_free (service->campaigns);
  /* Its last answers. */
  if (service->connection != NULL && !g_dbus_connection_is_closed (service->connection))
    g_dbus_connection_flush_sync (service->connection, NULL, NULL);
  pin_homing_free (service->homing);
  pin_jobs_free (service->jobs);
  pin_forecasting_free (service->forecasting);
  pin_ranking_free (service->ranking);
  pin_expected_free (service->expected);
  pin_fleet_free (service->fleet);
  pin_history_free (service->history);
  pin_cluster_bus_free (service->bus);
  pin_tidings_free (service->tidings);
  pin_tally_free (service->tally);
  g_clear_object (&service->connection);
  pin_rules_free (service->rules);
  if (service->diary != NULL)
    pin_news_remove (service->news, service->diary);
  pin_diary_free (service->diary);
  g_clear_pointer (&service->unfinished, g_ptr_array_unref);
  g_clear_pointer (&service->loop, g_main_loop_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Service, clear_service)

static PinRules *
load_rules (const Arguments *arguments, GError **error)
{
  return arguments->policy != NULL ? pin_rules_file_load_one (arguments->policy, error) : pin_rules_file_load ("/", error);
}

/* The hosts of the policy; without any, the cluster is this one. */
static void
set_hosts (Service *service)
{
  if (service->connection != NULL)
    pin_fleet_set_hosts (service->fleet, pin_rules_hosts (service->rules), service->connection, g_get_host_name ());
}

/* Jobs that are under way go on as they were begun. */
static void
take_rules (Service *service, PinRules *rules)
{
  g_autoptr (PinRules) before = service->rules;

  service->rules = rules;
  service->means.rules = rules;
  pin_ranking_set_rules (service->ranking, rules);
  pin_forecasting_set_rules (service->forecasting, rules);
  pin_portrait_set_rules (service->portrait, rules);
  pin_campaign_calls_set_rules (service->campaigns, rules);
  pin_homing_set_mode (service->homing, pin_rules_home_mode (rules), pin_rules_settle_ms (rules));
  pin_cluster_bus_set_policy_digest (service->bus, pin_rules_digest (rules));
  pin_tidings_set (service->tidings, pin_rules_notify (rules), pin_rules_metrics_cluster_file (rules));
  set_hosts (service);
}

/* As pinshiftd does: what the hosts do can be seen with any policy. */
static PinRules *
load_rules_or_defaults (Service *service)
{
  g_autoptr (GError) error = NULL;
  PinRules *rules = load_rules (service->arguments, &error);

  pin_tidings_set_policy_valid (service->tidings, rules != NULL);
  if (rules != NULL)
    return rules;
  g_warning ("policy: %s; starting with the defaults", error->message);
  return pin_rules_new ();
}

static void
on_host (const char *name, gpointer data)
{
  Service *service = data;
  PinBusHosts *hosts = pin_cluster_bus_hosts (service->bus);
  PinHostRow row;

  pin_tidings_changed (service->tidings);
  if (!pin_fleet_row (service->fleet, name, &row))
    {
      pin_bus_hosts_drop (hosts, name);
      pin_history_forget (service->history, name);
      return;
    }
  pin_bus_hosts_show (hosts, &row, pin_fleet_facts (service->fleet, name));
  if (row.site != NULL)
    pin_history_note (service->history, name, row.site, g_get_monotonic_time () / 1000);
  pin_jobs_look (service->jobs);
  pin_homing_look (service->homing);
}

/* Who is where has changed with the end of a job: the next question need not wait until the hosts say so. */
static void
on_job_shown (const PinJobFacts *facts, gpointer data)
{
  Service *service = data;

  pin_bus_jobs_show (pin_cluster_bus_jobs (service->bus), facts);
  pin_tally_note (service->tally, facts, g_get_monotonic_time ());
  pin_tidings_changed (service->tidings);
  if (facts->kind == PIN_JOB_MIGRATE && facts->moved.rate > 0)
    pin_history_note_rate (service->history, facts->moved.rate / 1024);
  if (facts->state == PIN_JOB_RUNNING)
    return;
  pin_fleet_mark (service->fleet, facts->source);
  pin_fleet_mark (service->fleet, facts->destination);
}

static void
on_job_gone (guint number, gpointer data)
{
  pin_bus_jobs_drop (pin_cluster_bus_jobs (((Service *) data)->bus), number);
}

static void
on_job_cancel (GDBusMethodInvocation *invocation, guint number, const char *guest, gpointer data)
{
  pin_calls_cancel (((Service *) data)->calls, invocation, number, guest);
}

static void
end (Service *service, int status)
{
  service->status = status;
  g_main_loop_quit (service->loop);
}

static void
on_bus (GDBusConnection *connection, const char *name, gpointer data)
{
  Service *service = data;
  g_autoptr (GError) error = NULL;

  /* GLib would end the process by SIGTERM, and that is a good end. */
  g_dbus_connection_set_exit_on_close (connection, FALSE);
  g_set_object (&service->connection, connection);
  set_hosts (service);
  if (pin_cluster_bus_export (service->bus, connection, &error))
    return;
  g_warning ("the bus: %s", error->message);
  end (service, 1);
}

/* One that finds that it is the second leaves that to the first. */
static void
tell_unfinished (Service *service)
{
  g_autoptr (GPtrArray) unfinished = g_steal_pointer (&service->unfinished);

  for (guint i = 0; unfinished != NULL && i < unfinished->len; i++)
    pin_journal_interrupted (g_ptr_array_index (unfinished, i));
}

static void
on_name (GDBusConnection *connection, const char *name, gpointer data)
{
  Service *service = data;

  tell_unfinished (service);
  pin_fleet_start (service->fleet);
}

static void
on_name_lost (GDBusConnection *connection, const char *name, gpointer data)
{
  g_warning (connection == NULL ? "the system bus can't be reached; see systemctl status dbus"
                                : "%s is taken by another service; see busctl status " BUS_NAME, BUS_NAME);
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

  pin_tidings_set_policy_valid (service->tidings, rules != NULL);
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
    { "state-dir", 0, 0, G_OPTION_ARG_FILENAME, &arguments->state_dir, "Keep the diary in DIR", "DIR" },
    { "version", 0, 0, G_OPTION_ARG_NONE, &arguments->version, "Print the version", NULL },
    { NULL }
  };
  g_autoptr (GError) wrong = NULL;
  g_autoptr (GOptionContext) context = g_option_context_new ("- rank the hosts of a cluster, and move guests between them");

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, &wrong))
    {
      g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "%s; see %s --help", wrong->message, PROGRAM);
      return FALSE;
    }
  if (*argc < 2)
    return TRUE;
  g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "unexpected argument '%s'; see %s --help", (*argv)[1], PROGRAM);
  return FALSE;
}

static void
begin_diary (Service *service)
{
  const char *state_dir = service->arguments->state_dir != NULL ? service->arguments->state_dir : PIN_POLICYD_STATEDIR;
  g_autofree char *path = g_build_filename (state_dir, "diary", NULL);

  service->diary = pin_diary_new (path, &pin_diary_bounds);
  service->unfinished = pin_unfinished_find (service->diary);
  pin_news_add (service->news, pin_diary_note, service->diary);
}

/* All parts, each knowing those that it needs. */
static void
build (Service *service)
{
  static const PinJobsListener listener = { on_job_shown, on_job_gone };
  PinJobMeans means = pin_means_of (&service->means);
  PinCampaignMeans campaign_means;
  PinHomingMeans homing_means;
  PinCluster1 *skeleton;

  service->bus = pin_cluster_bus_new (on_job_cancel, service);
  service->history = pin_history_new ();
  service->fleet = pin_fleet_new (&pin_link_times, on_host, service);
  service->expected = pin_expected_new ();
  service->ranking = pin_ranking_new (service->fleet, service->expected, service->history);
  service->forecasting = pin_forecasting_new (service->fleet, service->expected, service->history);
  service->means.fleet = service->fleet;
  service->means.ranking = service->ranking;
  service->means.forecasting = service->forecasting;
  service->means.history = service->history;
  service->jobs = service->means.jobs = pin_jobs_new (&means, &pin_jobs_limits, &listener, service);
  campaign_means = pin_means_of_campaigns (&service->means);
  pin_jobs_set_campaign_means (service->jobs, &campaign_means);
  pin_expected_set_jobs (service->expected, service->jobs);
  homing_means = pin_means_of_homing (&service->means);
  service->homing = pin_homing_new (&homing_means);
  skeleton = pin_cluster_bus_skeleton (service->bus);
  service->campaigns = pin_campaign_calls_new (skeleton, service->fleet, service->jobs);
  service->calls = pin_calls_new (skeleton, service->fleet, service->ranking, service->forecasting, service->jobs, service->campaigns);
  service->logbook = pin_logbook_new (skeleton, service->fleet, service->diary);
  service->muster = pin_muster_new (skeleton, service->fleet);
  service->portrait = pin_portrait_new (skeleton, service->fleet, service->expected, service->history);
}

static void
tell_metrics (GString *text, gpointer data)
{
  Service *service = data;
  guint n_rows;
  const PinHostRow *rows = pin_fleet_rows (service->fleet, &n_rows);

  pin_cluster_metrics (text, rows, n_rows, service->tally);
}

static int
run (Service *service)
{
  guint owner;

  service->loop = g_main_loop_new (NULL, FALSE);
  begin_diary (service);
  service->tally = pin_tally_new ();
  service->tidings = pin_tidings_new (service->news, "pinshift_cluster_", tell_metrics, service);
  build (service);
  take_rules (service, load_rules_or_defaults (service));
  g_unix_signal_add (SIGTERM, on_quit, service);
  g_unix_signal_add (SIGINT, on_quit, service);
  g_unix_signal_add (SIGHUP, on_reload, service);
  owner = g_bus_own_name (G_BUS_TYPE_SYSTEM, BUS_NAME, G_BUS_NAME_OWNER_FLAGS_DO_NOT_QUEUE, on_bus, on_name,
                          on_name_lost, service, NULL);
  g_main_loop_run (service->loop);
  g_bus_unown_name (owner);
  return service->status;
}

/* Each host takes three, and the usual limit is 1024. */
static void
raise_open_files (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0)
    return;
  limit.rlim_cur = MIN (limit.rlim_max, OPEN_FILES);
  setrlimit (RLIMIT_NOFILE, &limit);
}

int
main (int argc, char **argv)
{
  g_auto (Arguments) arguments = { 0 };
  g_auto (Service) service = { .arguments = &arguments };
  g_autoptr (GError) error = NULL;

  /* In a migration libvirt's client library has the whole XML. */
  pin_dump_forbid ();
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
  service.news = pin_news_new (g_get_host_name ());
  g_log_set_writer_func (pin_news_write, service.news, NULL);
  raise_open_files ();
  return run (&service);
}
