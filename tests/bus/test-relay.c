/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pinshift relay between a test and a socket that says it is the system bus: what passes, both ends, and no bus. */
#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

#define BYTES (3 * 1024 * 1024 + 5)
#define GREETING "\0AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n"
#define GREETING_BYTES (sizeof GREETING - 1)
#define PATIENCE_S 100

typedef struct
{
  char *dir;
  char *address;
  GSocketListener *listener;
  GSubprocess *relay;
  GSocketConnection *bus; /* the relay's other end */
  guint limit;
} World;

static void
die_with_test (gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static gboolean
lose_patience (gpointer data)
{
  g_error ("nothing came within %d s", PATIENCE_S);
  return G_SOURCE_REMOVE;
}

static GSubprocess *
spawn (const char *address)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  const char *const argv[] = { g_getenv ("PINSHIFT_CLI"), "relay", NULL };
  g_autoptr (GError) error = NULL;
  GSubprocess *relay;

  g_subprocess_launcher_setenv (launcher, "DBUS_SYSTEM_BUS_ADDRESS", address, TRUE);
  g_subprocess_launcher_setenv (launcher, "SSH_ORIGINAL_COMMAND", "rm -rf /nothing", TRUE);
  g_subprocess_launcher_setenv (launcher, "LC_ALL", "C.UTF-8", TRUE);
  g_subprocess_launcher_set_child_setup (launcher, die_with_test, NULL, NULL);
  relay = g_subprocess_launcher_spawnv (launcher, argv, &error);
  g_assert_no_error (error);
  return relay;
}

static void
world_init (World *world)
{
  g_autofree char *path = NULL;
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GError) error = NULL;

  world->limit = g_timeout_add_seconds (PATIENCE_S, lose_patience, NULL);
  world->dir = g_dir_make_tmp ("pinshift-relay-XXXXXX", &error);
  g_assert_no_error (error);
  path = g_build_filename (world->dir, "bus", NULL);
  world->address = g_strconcat ("unix:path=", path, NULL);
  address = g_unix_socket_address_new (path);
  world->listener = g_socket_listener_new ();
  g_socket_listener_add_address (world->listener, address, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL, NULL,
                                 &error);
  g_assert_no_error (error);
}

static void
world_start (World *world)
{
  g_autoptr (GError) error = NULL;

  world->relay = spawn (world->address);
  world->bus = g_socket_listener_accept (world->listener, NULL, NULL, &error);
  g_assert_no_error (error);
}

static void
world_clear (World *world)
{
  g_autofree char *path = g_build_filename (world->dir, "bus", NULL);

  g_clear_object (&world->bus);
  g_clear_object (&world->relay);
  g_object_unref (world->listener);
  g_unlink (path);
  g_rmdir (world->dir);
  g_free (world->dir);
  g_free (world->address);
  g_source_remove (world->limit);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (World, world_clear)

/* All bytes that there are, in an order that shows what is lost. */
static GBytes *
make_bytes (void)
{
  guint8 *bytes = g_malloc (BYTES);

  for (guint i = 0; i < BYTES; i++)
    bytes[i] = (guint8) (i ^ (i >> 8) ^ (i >> 16));
  return g_bytes_new_take (bytes, BYTES);
}

typedef struct
{
  GOutputStream *stream;
  GBytes *bytes;
} Writing;

static gpointer
write_bytes (gpointer data)
{
  const Writing *writing = data;
  gsize size;
  const void *bytes = g_bytes_get_data (writing->bytes, &size);

  g_assert_true (g_output_stream_write_all (writing->stream, bytes, size, NULL, NULL, NULL));
  return NULL;
}

static void
assert_passes (GOutputStream *into, GInputStream *out, GBytes *bytes)
{
  Writing writing = { into, bytes };
  GThread *thread = g_thread_new ("writer", write_bytes, &writing);
  gsize size = g_bytes_get_size (bytes), n;
  g_autofree char *seen = g_malloc (size);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_input_stream_read_all (out, seen, size, &n, NULL, &error));
  g_assert_no_error (error);
  g_thread_join (thread);
  g_assert_cmpmem (seen, n, g_bytes_get_data (bytes, NULL), size);
}

/* A greeting, and a call of @destination with a text of @length bytes.  (transfer full) */
static GBytes *
make_talk (const char *destination, gsize length)
{
  g_autoptr (GDBusMessage) message = g_dbus_message_new_method_call (destination, "/org/pinshift/Host1", "org.pinshift.Host1", "Plan");
  g_autoptr (GByteArray) talk = g_byte_array_new ();
  g_autofree char *text = g_strnfill (length, 'x');
  g_autofree guchar *bytes = NULL;
  gsize n;

  g_dbus_message_set_body (message, g_variant_new ("(s)", text));
  g_dbus_message_set_serial (message, 1);
  bytes = g_dbus_message_to_blob (message, &n, G_DBUS_CAPABILITY_FLAGS_NONE, NULL);
  g_byte_array_append (talk, (const guint8 *) GREETING, GREETING_BYTES);
  g_byte_array_append (talk, bytes, (guint) n);
  return g_byte_array_free_to_bytes (g_steal_pointer (&talk));
}

/* It ends with @status, says @out, and nothing (@err_part is NULL) or one line with @err_part on standard error. */
static void
assert_ends (GSubprocess *relay, int status, const char *out, const char *err_part)
{
  char seen_out[100] = "";
  char seen_err[1000] = "";

  g_assert_true (g_input_stream_read_all (g_subprocess_get_stdout_pipe (relay), seen_out, sizeof seen_out - 1, NULL, NULL, NULL));
  g_assert_true (g_input_stream_read_all (g_subprocess_get_stderr_pipe (relay), seen_err, sizeof seen_err - 1, NULL, NULL, NULL));
  g_assert_true (g_subprocess_wait (relay, NULL, NULL));
  g_assert_true (g_subprocess_get_if_exited (relay));
  g_assert_cmpint (g_subprocess_get_exit_status (relay), ==, status);
  g_assert_cmpstr (seen_out, ==, out);
  if (err_part == NULL)
    g_assert_cmpstr (seen_err, ==, "");
  else
    {
      g_assert_nonnull (strstr (seen_err, err_part));
      g_assert_true (strchr (seen_err, '\n') == seen_err + strlen (seen_err) - 1);
    }
}

/* What the bus says, whatever it means; and what is said to pinshiftd. */
static void
test_bytes (void)
{
  g_auto (World) world = { NULL };
  g_autoptr (GBytes) bytes = make_bytes ();
  g_autoptr (GBytes) talk = make_talk ("org.pinshift.Host1", BYTES);

  world_init (&world);
  world_start (&world);
  assert_passes (g_io_stream_get_output_stream (G_IO_STREAM (world.bus)), g_subprocess_get_stdout_pipe (world.relay), bytes);
  assert_passes (g_subprocess_get_stdin_pipe (world.relay), g_io_stream_get_input_stream (G_IO_STREAM (world.bus)), talk);
}

/* What is not for pinshiftd ends the relay, and the bus sees nothing of it. */
static void
test_others (void)
{
  g_autoptr (GBytes) no_bus = g_bytes_new_static ("GET / HTTP/1.0\r\n\r\n", 18);
  g_autoptr (GBytes) systemd = make_talk ("org.freedesktop.systemd1", 1);
  g_autoptr (GBytes) cluster = make_talk ("org.pinshift.Cluster1", BYTES);
  const struct { GBytes *talk; const char *part; } rows[] = {
    { no_bus, "pinshift: relay: to the system bus: who is there speaks no D-Bus" },
    { systemd, "pinshift: relay: to the system bus: the relay does not call Plan of org.freedesktop.systemd1; it is for "
      "org.pinshift.Host1 alone" },
    { cluster, "the relay does not call Plan of org.pinshift.Cluster1" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (World) world = { NULL };
      char seen[1000];
      gsize n, size;
      const char *talk = g_bytes_get_data (rows[i].talk, &size);

      world_init (&world);
      world_start (&world);
      g_output_stream_write_all (g_subprocess_get_stdin_pipe (world.relay), talk, size, NULL, NULL, NULL);
      g_output_stream_close (g_subprocess_get_stdin_pipe (world.relay), NULL, NULL);
      assert_ends (world.relay, 1, "", rows[i].part);
      g_assert_true (g_input_stream_read_all (g_io_stream_get_input_stream (G_IO_STREAM (world.bus)), seen, sizeof seen, &n, NULL, NULL));
      g_assert_true (n == 0 || n == GREETING_BYTES);
      g_assert_cmpmem (seen, n, GREETING, n);
    }
}

/* Who started it is gone; the bus, which stays, holds up nothing. */
static void
test_input_ends (void)
{
  g_auto (World) world = { NULL };

  world_init (&world);
  world_start (&world);
  g_output_stream_close (g_subprocess_get_stdin_pipe (world.relay), NULL, NULL);
  assert_ends (world.relay, 0, "", NULL);
}

/* What the bus said last arrives, and an input that stays open holds up nothing. */
static void
test_bus_ends (void)
{
  g_auto (World) world = { NULL };

  world_init (&world);
  world_start (&world);
  g_assert_true (g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (world.bus)), "last\n", 5, NULL, NULL, NULL));
  g_io_stream_close (G_IO_STREAM (world.bus), NULL, NULL);
  assert_ends (world.relay, 0, "last\n", NULL);
}

/* Who reads no more has ended. */
static void
test_output_ends (void)
{
  g_auto (World) world = { NULL };

  world_init (&world);
  world_start (&world);
  g_input_stream_close (g_subprocess_get_stdout_pipe (world.relay), NULL, NULL);
  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (world.bus)), "last\n", 5, NULL, NULL, NULL);
  g_assert_true (g_subprocess_wait (world.relay, NULL, NULL));
  g_assert_cmpint (g_subprocess_get_exit_status (world.relay), ==, 0);
}

static void
test_no_bus (void)
{
  static const struct { const char *address; const char *part; } rows[] = {
    { "unix:path=/nowhere/bus", "pinshift: relay: the system bus can't be reached: " },
    { "nonsense", "pinshift: relay: the system bus can't be reached: " },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GSubprocess) relay = spawn (rows[i].address);

      assert_ends (relay, 1, "", rows[i].part);
    }
}

int
main (int argc, char **argv)
{
  signal (SIGPIPE, SIG_IGN);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/relay/what-the-bus-says-and-what-is-said-to-pinshiftd-passes", test_bytes);
  g_test_add_func ("/relay/ends-with-what-is-for-others", test_others);
  g_test_add_func ("/relay/ends-with-its-input", test_input_ends);
  g_test_add_func ("/relay/ends-with-the-bus", test_bus_ends);
  g_test_add_func ("/relay/ends-with-its-output", test_output_ends);
  g_test_add_func ("/relay/without-a-bus-one-line", test_no_bus);
  return g_test_run ();
}
