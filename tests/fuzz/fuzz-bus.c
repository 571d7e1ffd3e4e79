/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Arguments that make no sense, or nearly some, in calls of every method of the real pinshiftd and pinshift-policyd on a bus of their
 * own: each has an answer of its type, or an error of one line, and after it both services are still there; in the end they end well. */
/* fuzz-bus CALLS SECONDS SEED FILE...: files are what strings are made of. Ends after so many calls or seconds, where they are not 0. */
#include "../bus/cluster-world.h"
#include "argument.h"
#include "fuzz.h"
#include "method.h"
#include "mutation.h"

#include <sched.h>
#include <signal.h>

#define PATIENCE_MS (30 * 1000)
#define SHOWN 20000 /* bytes of a log */
#define HOST_NAME "org.pinshift.Host1"
#define CLUSTER_NAME "org.pinshift.Cluster1"

typedef struct
{
  ClusterWorld world;
  ArgumentSource source;
  GPtrArray *methods; /* Method */
  GDBusNodeInfo *common; /* what all objects have */
  char *host;         /* owners of the names */
  char *cluster;
  GThread *listener;  /* to what pinshift-policyd logs */
  guint32 seed;
  guint64 calls;
  guint64 answers;
} Storm;

/* (transfer full) */
static char *
owner_of (Storm *storm, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_sync (storm->world.connection, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                                            "org.freedesktop.DBus", "GetNameOwner", g_variant_new ("(s)", name), NULL,
                                                            G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
  char *owner = NULL;

  g_assert_no_error (error);
  g_variant_get (reply, "(s)", &owner);
  return owner;
}

/* What was said on standard error goes where ours does. */
static gpointer
listen (gpointer log)
{
  char *line;

  while ((line = g_data_input_stream_read_line (log, NULL, NULL, NULL)) != NULL)
    {
      g_printerr ("%s\n", line);
      g_free (line);
    }
  return NULL;
}

/* Hosts of others are none of ours to ask for, and no guest moves. */
static void
storm_begin (Storm *storm, guint32 seed)
{
  g_autofree char *policy = g_strdup_printf ("[host %s]\nuri = qemu+tcp://pinshift.invalid/system\nlink = local\n", g_get_host_name ());

  if (unshare (CLONE_NEWNET) < 0)
    g_error ("needs root: names that are asked for must not come to a network");
  storm->seed = seed;
  argument_source_init (&storm->source, seed);
  storm->world.libvirt = "test:///default";
  cluster_world_init (&storm->world, FALSE);
  g_assert_true (g_file_set_contents (storm->world.policy, policy, -1, NULL));
  cluster_world_start_host (&storm->world);
  cluster_world_start (&storm->world);
  storm->listener = g_thread_new ("listener", listen, storm->world.log);
  cluster_world_wait (storm->world.host, "LibvirtConnected", "true");
  storm->host = owner_of (storm, HOST_NAME);
  storm->cluster = owner_of (storm, CLUSTER_NAME);
  storm->common = methods_common ();
  storm->methods = methods_new (storm->host, storm->cluster, storm->common);
}

static void
show_log_of_host (Storm *storm)
{
  g_autofree char *path = g_build_filename (storm->world.world->dir, "pinshiftd.err", NULL), *text = NULL;
  gsize length = 0;

  if (g_file_get_contents (path, &text, &length, NULL))
    g_printerr ("%s\n", text + (length > SHOWN ? length - SHOWN : 0));
}

/* A leak that the sanitizer finds is an end that is not well. */
static void
storm_end (Storm *storm)
{
  GSubprocess *host = storm->world.world->service;

  cluster_world_end_well (&storm->world);
  g_thread_join (storm->listener);
  g_subprocess_send_signal (host, SIGTERM);
  g_assert_true (g_subprocess_wait (host, NULL, NULL));
  if (!g_subprocess_get_successful (host))
    {
      show_log_of_host (storm);
      g_error ("pinshiftd did not end well");
    }
  g_ptr_array_unref (storm->methods);
  g_dbus_node_info_unref (storm->common);
  argument_source_clear (&storm->source);
  g_free (storm->host);
  g_free (storm->cluster);
  cluster_world_clear (&storm->world);
}

static void
fail (Storm *storm, const Method *method, GVariant *arguments, const char *why)
{
  g_autofree char *shown = g_variant_print (arguments, TRUE);

  show_log_of_host (storm);
  g_error ("call %" G_GUINT64_FORMAT " of seed %u, %s.%s %.2000s: %s", storm->calls, storm->seed, method->interface, method->method,
           shown, why);
}

static void
check_there (Storm *storm, const Method *method, GVariant *arguments, const char *owner)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) pong = g_dbus_connection_call_sync (storm->world.connection, owner, "/", "org.freedesktop.DBus.Peer", "Ping",
                                                           NULL, NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START, PATIENCE_MS, NULL, &error);

  if (pong == NULL)
    fail (storm, method, arguments, error->message);
}

/* Who is there says no, ours in one line; all else is an answer of another type, or none. */
static const char *
wrong_with (GError *error, const Method *method)
{
  g_autofree char *name = g_dbus_error_get_remote_error (error);

  if (name == NULL || !g_dbus_error_strip_remote_error (error))
    return error->message;
  if (g_str_equal (name, "org.freedesktop.DBus.Error.NoReply") || g_str_equal (name, "org.freedesktop.DBus.Error.ServiceUnknown"))
    return error->message;
  if (!g_str_has_prefix (method->interface, "org.pinshift."))
    return NULL;
  if (*error->message == '\0' || strlen (error->message) > FUZZ_LINE_MAX || strpbrk (error->message, "\r\n") != NULL)
    return error->message;
  return NULL;
}

static GVariant *
call (Storm *storm, const Method *method, GVariant *arguments, GError **error)
{
  GDBusConnection *bus = storm->world.connection;

  if (method->out != NULL)
    return g_dbus_connection_call_with_unix_fd_list_sync (bus, method->owner, method->path, method->interface, method->method,
                                                          arguments, method->out, G_DBUS_CALL_FLAGS_NO_AUTO_START, PATIENCE_MS,
                                                          storm->source.fds, NULL, NULL, error);
  g_dbus_connection_call (bus, method->owner, method->path, method->interface, method->method, arguments, NULL,
                          G_DBUS_CALL_FLAGS_NO_AUTO_START, PATIENCE_MS, NULL, NULL, NULL);
  return g_variant_new_tuple (NULL, 0);
}

static void
storm_call (Storm *storm)
{
  Method *method = g_ptr_array_index (storm->methods, mutation_below (storm->source.rand, storm->methods->len));
  g_autoptr (GVariant) arguments = NULL, answer = NULL;
  g_autoptr (GError) error = NULL;

  storm->calls++;
  argument_source_begin (&storm->source);
  arguments = g_variant_ref_sink (mutation_below (storm->source.rand, 20) == 0 ? argument_new_any (&storm->source)
                                                                               : argument_new_tuple (&storm->source, method->in));
  answer = call (storm, method, arguments, &error);
  if (answer == NULL && wrong_with (error, method) != NULL)
    fail (storm, method, arguments, error->message);
  method->answers += answer != NULL;
  storm->answers += answer != NULL;
  check_there (storm, method, arguments, storm->host);
  check_there (storm, method, arguments, storm->cluster);
  /* Signals that have come are kept until then. */
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static guint64
number_of (const char *text)
{
  guint64 number = 0;

  if (!g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT32, &number, NULL))
    g_error ("%s is no number", text);
  return number;
}

int
main (int argc, char **argv)
{
  Storm storm = { 0 };
  guint64 most = argc > 3 ? number_of (argv[1]) : 0, seconds = argc > 3 ? number_of (argv[2]) : 0;
  gint64 end_us = seconds > 0 ? g_get_monotonic_time () + (gint64) seconds * G_USEC_PER_SEC : G_MAXINT64;

  if (most + seconds == 0)
    g_error ("usage: %s CALLS SECONDS SEED FILE...", argv[0]);
  storm_begin (&storm, (guint32) number_of (argv[3]));
  for (int i = 4; i < argc; i++)
    argument_source_add_file (&storm.source, argv[i]);
  while ((most == 0 || storm.calls < most) && g_get_monotonic_time () < end_us)
    storm_call (&storm);
  for (guint i = 0; i < storm.methods->len; i++)
    {
      const Method *method = g_ptr_array_index (storm.methods, i);

      g_print ("%s.%s: %u answers\n", method->interface, method->method, method->answers);
    }
  g_print ("seed %u, %" G_GUINT64_FORMAT " answers\n", storm.seed, storm.answers);
  g_print ("stat::number_of_executed_units: %" G_GUINT64_FORMAT "\n", storm.calls); /* as libFuzzer says it */
  /* Neither sense alone nor none. */
  g_assert_cmpuint (storm.answers, >, 0);
  g_assert_cmpuint (storm.answers, <, storm.calls);
  storm_end (&storm);
  return 0;
}
