/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "job.h"

#include "cluster1-client.h"
#include "progress.h"

#include <glib-unix.h>
#include <json-glib/json-glib.h>
#include <signal.h>
#include <stdio.h>

typedef struct
{
  const PinCli *cli;
  const char *guest; /* as it was named */
  GDBusProxy *proxy;
  char *owner; /* the service that has the job: one that comes after it knows nothing of it */
  PinProgress *progress;
} Job;

/* Property @name as text, "" while there is none.  (transfer full) */
static char *
text_of (const Job *job, const char *name)
{
  g_autoptr (GVariant) value = g_dbus_proxy_get_cached_property (job->proxy, name);

  return value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) ? g_variant_dup_string (value, NULL)
                                                                              : g_strdup ("");
}

static guint64
number_of (const Job *job, const char *name)
{
  g_autoptr (GVariant) value = g_dbus_proxy_get_cached_property (job->proxy, name);

  if (value == NULL)
    return 0;
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_UINT32))
    return g_variant_get_uint32 (value);
  return g_variant_is_of_type (value, G_VARIANT_TYPE_UINT64) ? g_variant_get_uint64 (value) : 0;
}

/* "moving to hostb".  (transfer full) */
static char *
describe_stage (const Job *job)
{
  g_autofree char *stage = text_of (job, "Stage");
  g_autofree char *destination = text_of (job, "Destination");

  if (*destination == '\0' || g_str_equal (stage, "ranking"))
    return g_steal_pointer (&stage);
  return g_strdup_printf ("%s %s %s", stage, g_str_equal (stage, "finishing") ? "on" : "to", destination);
}

static gboolean
is_running (const Job *job)
{
  g_autofree char *owner = g_dbus_proxy_get_name_owner (job->proxy);
  g_autofree char *state = text_of (job, "State");

  return owner != NULL && g_strcmp0 (owner, job->owner) == 0 && g_str_equal (state, "running");
}

static void
show (GDBusProxy *proxy, GVariant *changed, GStrv invalidated, gpointer data)
{
  Job *job = data;
  g_autofree char *stage = describe_stage (job);
  const PinProgressState state = { stage, (guint) number_of (job, "Progress"), number_of (job, "BytesDone"),
                                   number_of (job, "BytesTotal"), number_of (job, "Rate") };

  if (is_running (job) && *stage != '\0')
    pin_progress_show (job->progress, &state);
}

static void
cancelled (GObject *proxy, GAsyncResult *result, gpointer data)
{
  Job *job = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = g_dbus_proxy_call_finish (G_DBUS_PROXY (proxy), result, &error);

  /* A job that has ended before: its end says so. */
  if (answer != NULL || !is_running (job))
    return;
  pin_cli_cluster1_explain (&error);
  g_prefix_error (&error, "can't cancel: ");
  pin_progress_hide (job->progress);
  pin_cli_fail (error);
}

/* Once: with the source gone, a second SIGINT ends us, as everybody is used to. */
static gboolean
cancel (gpointer data)
{
  Job *job = data;

  pin_progress_hide (job->progress);
  fputs ("pinshift: cancelling; once more, and it is left to itself\n", stderr);
  g_dbus_proxy_call (job->proxy, "Cancel", NULL, G_DBUS_CALL_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION, G_MAXINT, NULL,
                     cancelled, job);
  return G_SOURCE_REMOVE;
}

static void
print_json (const Job *job)
{
  static const char *const members[][2] = { { "guest", "Guest" },   { "uuid", "Uuid" },
                                            { "source", "Source" }, { "destination", "Destination" },
                                            { "state", "State" },   { "text", "Text" } };
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;

  json_builder_begin_object (builder);
  json_builder_add_int_value (json_builder_set_member_name (builder, "version"), 1);
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    {
      g_autofree char *value = text_of (job, members[i][1]);

      json_builder_add_string_value (json_builder_set_member_name (builder, members[i][0]), value);
    }
  json_builder_add_int_value (json_builder_set_member_name (builder, "bytes"), (gint64) number_of (job, "BytesDone"));
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  text = json_to_string (root, FALSE);
  pin_cli_print_json (text);
}

/* Returns: the exit code. */
static int
tell_end (const Job *job)
{
  g_autofree char *state = text_of (job, "State");
  g_autofree char *text = text_of (job, "Text");
  gboolean done = g_str_equal (state, "done");
  g_autoptr (GError) error = NULL;

  if (job->cli->json)
    print_json (job);
  else if (done && !job->cli->quiet)
    printf ("%s: %s\n", job->guest, *text != '\0' ? text : state);
  if (done)
    return PIN_CLI_DONE;
  error = g_error_new (PIN_ERROR, PIN_ERROR_FAILED, "%s: %s", job->guest, *text != '\0' ? text : state);
  return pin_cli_fail (error);
}

/* Serves the main context until the job has ended, or nobody tells of it any more. */
static void
wait_for_end (Job *job)
{
  gulong changes = g_signal_connect (job->proxy, "g-properties-changed", G_CALLBACK (show), job);

  show (job->proxy, NULL, NULL, job);
  while (is_running (job))
    g_main_context_iteration (NULL, TRUE);
  g_signal_handler_disconnect (job->proxy, changes);
  pin_progress_hide (job->progress);
}

/* Returns: the exit code; -1 with an error. */
static int
follow (Job *job, GError **error)
{
  g_autofree char *first = text_of (job, "State");
  g_autofree char *last = NULL;

  wait_for_end (job);
  last = text_of (job, "State");
  if (*last != '\0' && !g_str_equal (last, "running"))
    return tell_end (job);
  if (*first == '\0')
    g_set_error (error, PIN_ERROR, PIN_ERROR_DENIED,
                 "%s: its migration has begun; to follow it is for root and members of the group libvirt", job->guest);
  else
    g_set_error (error, PIN_ERROR, PIN_ERROR_FAILED,
                 "%s: pinshift-policyd has ended meanwhile; the migration may go on: see virsh domjobinfo %s",
                 job->guest, job->guest);
  return -1;
}

int
pin_job_follow (const PinCli *cli, const char *path, const char *guest, GError **error)
{
  g_autoptr (PinProgress) progress = pin_progress_new (cli, guest);
  g_autoptr (GDBusProxy) proxy = NULL;
  g_autofree char *owner = NULL;
  Job job = { .cli = cli, .guest = guest, .progress = progress };
  g_autoptr (GSource) interrupt = g_unix_signal_source_new (SIGINT);
  int code = -1;

  g_source_set_callback (interrupt, cancel, &job, NULL);
  g_source_attach (interrupt, NULL);
  proxy = g_dbus_proxy_new_for_bus_sync (G_BUS_TYPE_SYSTEM, G_DBUS_PROXY_FLAGS_DO_NOT_AUTO_START, NULL,
                                         PIN_CLUSTER1_NAME, path, PIN_CLUSTER1_NAME ".Job", NULL, error);
  if (proxy != NULL)
    {
      owner = g_dbus_proxy_get_name_owner (proxy);
      job.proxy = proxy;
      job.owner = owner;
      code = follow (&job, error);
    }
  g_source_destroy (interrupt);
  return code;
}
