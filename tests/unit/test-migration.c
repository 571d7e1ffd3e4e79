/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A migration as its owner sees it: on libvirt's built-in test driver, which moves nothing, and on libvirts that are not there. */
#include "crossing.h"
#include "whereabouts.h"

#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>

#define LIMIT_S 60
#define TEST_URI "test:///default"
#define TEST_UUID "6695eb01-f6a4-8304-79aa-97f2502e193f" /* its guest "test", which runs */
#define NO_UUID "00000000-1111-2222-3333-444444444444"
#define NOWHERE "qemu+unix:///system?socket=/nonexistent/libvirt-sock"

typedef struct
{
  guint n_ended;
  guint n_progress;
  PinMigrationOutcome outcome;
  char *text;
} Told;

static void
on_progress (const PinMigrationProgress *progress, gpointer data)
{
  ((Told *) data)->n_progress++;
}

static void
on_ended (PinMigrationOutcome outcome, const char *text, gpointer data)
{
  Told *told = data;

  told->n_ended++;
  told->outcome = outcome;
  g_free (told->text);
  told->text = g_strdup (text);
}

static const PinMigrationListener listener = { on_progress, on_ended };

static gboolean
give_up (gpointer data)
{
  g_error ("waited for %d seconds in vain", LIMIT_S);
  return G_SOURCE_REMOVE;
}

static void
wait_for_end (const Told *told)
{
  guint limit = g_timeout_add_seconds (LIMIT_S, give_up, NULL);

  while (told->n_ended == 0)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (limit);
}

typedef struct
{
  const char *name;
  const char *uuid;
  const char *source_uri;
  const char *destination_uri;
  PinMigrationOutcome outcome;
  const char *says[3];
} Failure;

static const Failure failures[] = {
  { "source-unreachable", TEST_UUID, NOWHERE, TEST_URI, PIN_MIGRATION_FAILED, { "hosta can't be reached: libvirt: ", "nonexistent" } },
  { "guest-unknown", NO_UUID, TEST_URI, TEST_URI, PIN_MIGRATION_FAILED, { "it is not found at hosta: libvirt: " } },
  { "driver-can-not", TEST_UUID, TEST_URI, TEST_URI, PIN_MIGRATION_FAILED, { "libvirt: ", "; it runs on at hosta" } },
  { "destination-unreachable", TEST_UUID, TEST_URI, NOWHERE, PIN_MIGRATION_UNREACHABLE, { "libvirt: ", "nonexistent" } },
};

static void
test_failure (gconstpointer data)
{
  const Failure *failure = data;
  const PinMigrationOrder order = { failure->uuid, "hosta", "hostb", failure->source_uri, failure->destination_uri, { 0 } };
  Told told = { 0 };
  g_autoptr (PinMigration) migration = pin_migration_new (&order, &listener, &told);

  g_assert_cmpuint (told.n_ended, ==, 0);
  wait_for_end (&told);
  g_test_message ("%s", told.text);
  g_assert_cmpint (told.outcome, ==, failure->outcome);
  for (guint i = 0; i < G_N_ELEMENTS (failure->says) && failure->says[i] != NULL; i++)
    g_assert_nonnull (strstr (told.text, failure->says[i]));
  g_assert_null (strpbrk (told.text, "\r\n"));
  g_free (told.text);
}

/* A libvirt that takes connections and says nothing. */
typedef struct
{
  char *directory;
  char *path;
  GSocketListener *socket;
  char *uri;
} Mute;

static void
mute_init (Mute *mute)
{
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GError) error = NULL;

  mute->directory = g_dir_make_tmp ("pin-XXXXXX", &error);
  g_assert_no_error (error);
  mute->path = g_build_filename (mute->directory, "socket", NULL);
  mute->uri = g_strdup_printf ("qemu+unix:///system?socket=%s", mute->path);
  address = g_unix_socket_address_new (mute->path);
  mute->socket = g_socket_listener_new ();
  g_socket_listener_add_address (mute->socket, address, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL, NULL, &error);
  g_assert_no_error (error);
}

static void
mute_clear (Mute *mute)
{
  g_socket_listener_close (mute->socket);
  g_object_unref (mute->socket);
  g_unlink (mute->path);
  g_rmdir (mute->directory);
  g_free (mute->path);
  g_free (mute->directory);
  g_free (mute->uri);
}

static void
on_accepted (GObject *socket, GAsyncResult *result, gpointer data)
{
  GSocketConnection **connection = data;

  *connection = g_socket_listener_accept_finish (G_SOCKET_LISTENER (socket), result, NULL, NULL);
}

/* libvirt keeps what it has of a peer that hangs up before libvirt itself has said its first word. */
static void
hear (GSocketConnection *connection)
{
  GInputStream *stream = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  g_autoptr (GError) error = NULL;
  char word;

  g_assert_cmpint (g_input_stream_read (stream, &word, 1, NULL, &error), ==, 1);
  g_assert_no_error (error);
}

/* What was not begun can be cancelled whoever does not answer. */
static void
test_cancelled (gconstpointer is_destination)
{
  Mute mute;
  Told told = { 0 };
  g_autoptr (GSocketConnection) connection = NULL;
  PinMigrationOrder order = { TEST_UUID, "hosta", "hostb", TEST_URI, TEST_URI, { 0 } };
  PinMigration *migration;

  mute_init (&mute);
  *(is_destination != NULL ? &order.destination_uri : &order.source_uri) = mute.uri;
  g_socket_listener_accept_async (mute.socket, NULL, on_accepted, &connection);
  migration = pin_migration_new (&order, &listener, &told);
  while (connection == NULL)
    g_main_context_iteration (NULL, TRUE);
  hear (connection);
  g_assert_cmpuint (told.n_ended, ==, 0);
  pin_migration_cancel (migration);
  g_assert_cmpuint (told.n_ended, ==, 0);
  wait_for_end (&told);
  g_assert_cmpint (told.outcome, ==, PIN_MIGRATION_CANCELLED);
  pin_migration_cancel (migration);
  pin_migration_free (migration);
  g_clear_object (&connection);
  mute_clear (&mute);
  g_assert_cmpuint (told.n_ended, ==, 1);
  g_free (told.text);
}

/* Whoever has freed it hears nothing more. */
static void
test_freed (void)
{
  const PinMigrationOrder order = { TEST_UUID, "hosta", "hostb", TEST_URI, TEST_URI, { 0 } };
  Told freed = { 0 }, told = { 0 };
  g_autoptr (PinMigration) other = NULL;

  pin_migration_free (pin_migration_new (&order, &listener, &freed));
  other = pin_migration_new (&order, &listener, &told);
  wait_for_end (&told);
  g_assert_cmpuint (freed.n_ended + freed.n_progress, ==, 0);
  g_free (told.text);
}

static void
test_refusal (void)
{
  static const struct
  {
    const char *message;
    const char *text;
  } cases[] = {
    { "libvirt: Hook script execution failed: internal error: Child process (LC_ALL=C /etc/libvirt/hooks/qemu.d/60-pinshift db1 migrate "
      "begin -) unexpected exit status 1: pinshift: vcpu-pins: 2 CPUs wanted, 1 free; to make it fit: free 1\n",
      "vcpu-pins: 2 CPUs wanted, 1 free; to make it fit: free 1" },
    { "libvirt: Hook script execution failed: internal error: Child process (x) unexpected exit status 1: no\nway\n",
      "libvirt: Hook script execution failed: internal error: Child process (x) unexpected exit status 1: no way" },
    { "pinshift: pinshift: \xff", "pinshift: \xef\xbf\xbd" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = pin_crossing_refusal (cases[i].message);

      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

static char no_answer[] = "no answer";

#define SILENT { no_answer, PIN_STAY_ABSENT }
#define AT(stay) { NULL, PIN_STAY_##stay }

/* What has become of a guest whose migration has failed, by what both hosts say. */
static void
test_whereabouts (void)
{
  static const struct
  {
    gboolean active;
    PinWhereabouts source, destination;
    PinMigrationOutcome before, after;
    const char *text;
  } rows[] = {
    { TRUE, AT (RUNNING), AT (ABSENT), PIN_MIGRATION_FAILED, PIN_MIGRATION_FAILED, "it runs on at hosta" },
    { TRUE, AT (RUNNING), AT (PAUSED), PIN_MIGRATION_CANCELLED, PIN_MIGRATION_CANCELLED, "it runs on at hosta" },
    { TRUE, AT (RUNNING), SILENT, PIN_MIGRATION_FAILED, PIN_MIGRATION_UNREACHABLE, "it runs on at hosta" },
    { TRUE, AT (RUNNING), SILENT, PIN_MIGRATION_CANCELLED, PIN_MIGRATION_CANCELLED, "it runs on at hosta" },
    { TRUE, AT (ABSENT), AT (RUNNING), PIN_MIGRATION_FAILED, PIN_MIGRATION_DONE, "yet it is at hostb" },
    { TRUE, AT (STOPPED), AT (RUNNING), PIN_MIGRATION_CANCELLED, PIN_MIGRATION_DONE, "yet it is at hostb" },
    { TRUE, SILENT, AT (RUNNING), PIN_MIGRATION_FAILED, PIN_MIGRATION_DONE, "yet it is at hostb" },
    { TRUE, AT (PAUSED), AT (RUNNING), PIN_MIGRATION_FAILED, PIN_MIGRATION_DONE, "yet it is at hostb" },
    { TRUE, AT (PAUSED), AT (ABSENT), PIN_MIGRATION_UNREACHABLE, PIN_MIGRATION_FAILED, "it is paused at hosta" },
    { TRUE, AT (ABSENT), AT (PAUSED), PIN_MIGRATION_FAILED, PIN_MIGRATION_FAILED, "it is paused at hostb" },
    { TRUE, AT (STOPPED), AT (ABSENT), PIN_MIGRATION_FAILED, PIN_MIGRATION_FAILED, "it runs neither at hosta nor at hostb" },
    { TRUE, SILENT, AT (ABSENT), PIN_MIGRATION_FAILED, PIN_MIGRATION_FAILED, "where it is now is not known: no answer" },
    { TRUE, SILENT, SILENT, PIN_MIGRATION_UNREACHABLE, PIN_MIGRATION_FAILED, "where it is now is not known: no answer" },
    { FALSE, AT (STOPPED), AT (ABSENT), PIN_MIGRATION_FAILED, PIN_MIGRATION_FAILED, "it is still at hosta" },
    { FALSE, AT (ABSENT), AT (STOPPED), PIN_MIGRATION_FAILED, PIN_MIGRATION_DONE, "yet it is at hostb" },
  };
  const PinMigrationOrder order = { TEST_UUID, "hosta", "hostb", TEST_URI, TEST_URI, { 0 } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      PinMigrationOutcome outcome = rows[i].before;
      g_autofree char *text = pin_whereabouts_judge (&order, rows[i].active, &rows[i].source, &rows[i].destination, &outcome);

      g_assert_cmpstr (text, ==, rows[i].text);
      g_assert_cmpint (outcome, ==, rows[i].after);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (failures); i++)
    {
      g_autofree char *path = g_strconcat ("/migration/", failures[i].name, NULL);

      g_test_add_data_func (path, &failures[i], test_failure);
    }
  g_test_add_data_func ("/migration/cancelled-while-the-source-is-mute", NULL, test_cancelled);
  g_test_add_data_func ("/migration/cancelled-while-the-destination-is-mute", "", test_cancelled);
  g_test_add_func ("/migration/freed", test_freed);
  g_test_add_func ("/migration/refusal", test_refusal);
  g_test_add_func ("/migration/whereabouts", test_whereabouts);
  return g_test_run ();
}
