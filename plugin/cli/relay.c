/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pinshift relay: the pinshiftd of this host on standard input and output, for somebody on another host, as the system bus has it. */
#include "cli.h"

#include "service/gate.h"

#include <gio/gunixinputstream.h>
#include <gio/gunixoutputstream.h>
#include <signal.h>
#include <unistd.h>

#define CHUNK (64 * 1024)

/* One of the two ways; the first that ends cancels the other. */
typedef struct
{
  GInputStream *from;
  GOutputStream *to;
  GCancellable *end;
  GError *error; /* NULL: it has ended well */
} Way;

/* What the bus says, whatever it means: nobody says more than was asked for. */
static gpointer
run_back (gpointer data)
{
  Way *way = data;

  g_output_stream_splice (way->to, way->from, G_OUTPUT_STREAM_SPLICE_NONE, way->end, &way->error);
  g_cancellable_cancel (way->end);
  return NULL;
}

/* What somebody says to the bus, as far as a relay is for it. */
static void
run_there (Way *way)
{
  g_autoptr (PinGate) gate = pin_gate_new ();
  g_autofree guint8 *bytes = g_malloc (CHUNK);
  gssize n;

  while ((n = g_input_stream_read (way->from, bytes, CHUNK, way->end, &way->error)) > 0)
    {
      g_autoptr (GByteArray) out = g_byte_array_new ();

      if (!pin_gate_take (gate, bytes, (gsize) n, out, &way->error)
          || !g_output_stream_write_all (way->to, out->data, out->len, NULL, way->end, &way->error))
        break;
    }
  g_cancellable_cancel (way->end);
}

/* Who stops reading has ended, too. */
static gboolean
ended_well (Way *way, const char *name, GError **error)
{
  g_autoptr (GError) own = g_steal_pointer (&way->error);

  if (own == NULL || g_error_matches (own, G_IO_ERROR, G_IO_ERROR_CANCELLED)
      || g_error_matches (own, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE))
    return TRUE;
  g_set_error (error, PIN_ERROR, PIN_ERROR_FAILED, "relay: %s: %s", name, own->message);
  return FALSE;
}

static gboolean
relay (GIOStream *bus, GError **error)
{
  g_autoptr (GInputStream) input = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  g_autoptr (GOutputStream) output = g_unix_output_stream_new (STDOUT_FILENO, FALSE);
  g_autoptr (GCancellable) end = g_cancellable_new ();
  Way there = { input, g_io_stream_get_output_stream (bus), end, NULL };
  Way back = { g_io_stream_get_input_stream (bus), output, end, NULL };
  GThread *thread = g_thread_new ("back", run_back, &back);
  gboolean well;

  run_there (&there);
  g_thread_join (thread);
  well = ended_well (&there, "to the system bus", error);
  return ended_well (&back, "from the system bus", well ? error : NULL) && well;
}

static GIOStream *
connect_bus (GError **error)
{
  g_autoptr (GError) own = NULL;
  g_autofree char *address = g_dbus_address_get_for_bus_sync (G_BUS_TYPE_SYSTEM, NULL, &own);
  GIOStream *bus = address != NULL ? g_dbus_address_get_stream_sync (address, NULL, NULL, &own) : NULL;

  if (bus == NULL)
    g_set_error (error, PIN_ERROR, PIN_ERROR_FAILED, "relay: the system bus can't be reached: %s; see systemctl status dbus",
                 own->message);
  return bus;
}

static int
run (PinCli *cli, int argc, char **argv)
{
  g_autoptr (GIOStream) bus = NULL;
  g_autoptr (GError) error = NULL;

  if (!pin_cli_parse (cli, &pin_cli_relay, NULL, &argc, &argv, 0, 0, &error))
    return pin_cli_fail (error);
  signal (SIGPIPE, SIG_IGN);
  bus = connect_bus (&error);
  if (bus == NULL || !relay (bus, &error))
    return pin_cli_fail (error);
  return PIN_CLI_DONE;
}

const PinCliVerb pin_cli_relay = {
  "relay",
  "",
  "Pass the pinshiftd of this host on by standard input and output",
  run,
  .example = "ssh hostb pinshift relay",
};
