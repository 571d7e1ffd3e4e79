/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "handshake.h"

#include "said.h"

#include <gio/gunixoutputstream.h>
#include <string.h>

#define LINE 256

/* The bus takes the user of the socket; GDBus would name ours, or pass credentials, which a relay does not. */
static const char greeting[] = "\0AUTH EXTERNAL\r\nDATA\r\n";
static const char begin[] = "BEGIN\r\n";

G_DEFINE_QUARK (pin-handshake-error-quark, pin_handshake_error)

/* One byte at a time: what stands behind the last line is a message already.  @line: of LINE bytes. */
static gboolean
read_line (GInputStream *input, char *line, GCancellable *cancellable, GError **error)
{
  gsize n = 0;

  while (n < LINE - 1)
    {
      gssize got = g_input_stream_read (input, line + n, 1, cancellable, error);

      if (got == 0)
        g_set_error_literal (error, PIN_HANDSHAKE_ERROR, PIN_HANDSHAKE_ENDED, "it has ended");
      if (got <= 0)
        return FALSE;
      n++;
      if (line[n - 1] == '\n')
        break;
    }
  line[n] = '\0';
  return TRUE;
}

static gboolean
expect (GInputStream *input, const char *word, GCancellable *cancellable, GError **error)
{
  char line[LINE];
  g_autofree char *shown = NULL;

  if (!read_line (input, line, cancellable, error))
    return FALSE;
  if (g_str_has_prefix (line, word))
    return TRUE;
  shown = pin_said_one_line (line);
  if (g_str_has_prefix (line, "REJECTED"))
    g_set_error (error, PIN_HANDSHAKE_ERROR, PIN_HANDSHAKE_FOREIGN, "the bus lets nobody in that way: %s", shown);
  else
    g_set_error (error, PIN_HANDSHAKE_ERROR, PIN_HANDSHAKE_FOREIGN, "that is no bus, it says: %s", shown);
  return FALSE;
}

static gboolean
greet (GIOStream *stream, GCancellable *cancellable, GError **error)
{
  GInputStream *input = g_io_stream_get_input_stream (stream);
  GOutputStream *output = g_io_stream_get_output_stream (stream);

  /* Who does not listen may have said why. */
  g_output_stream_write_all (output, greeting, sizeof greeting - 1, NULL, cancellable, NULL);
  return expect (input, "DATA", cancellable, error) && expect (input, "OK ", cancellable, error)
         && g_output_stream_write_all (output, begin, sizeof begin - 1, NULL, cancellable, error);
}

/*
 * The socket is closed with its connection, which has to last as long as the stream around it.  It is written to as a file: to the output
 * stream of a socket GDBus does what takes the whole socket.  Who has made one GSocket gets no SIGPIPE any more.
 */
static GIOStream *
guarded (GSocketConnection *connection, PinGuard *guard)
{
  int fd = g_socket_get_fd (g_socket_connection_get_socket (connection));
  g_autoptr (GOutputStream) output = g_unix_output_stream_new (fd, FALSE);
  GIOStream *stream = g_simple_io_stream_new (G_INPUT_STREAM (guard), output);

  g_object_set_data_full (G_OBJECT (stream), "connection", g_object_ref (connection), g_object_unref);
  return stream;
}

GDBusConnection *
pin_handshake (GSocket *socket, const PinGuardLimits *limits, PinGuard **ret_guard, GCancellable *cancellable, GError **error)
{
  g_autoptr (GSocketConnection) connection = g_socket_connection_factory_create_connection (socket);
  g_autoptr (PinGuard) guard = pin_guard_new (g_io_stream_get_input_stream (G_IO_STREAM (connection)), limits);
  g_autoptr (GIOStream) stream = guarded (connection, guard);
  GDBusConnection *bus;

  if (!greet (G_IO_STREAM (connection), cancellable, error))
    return NULL;
  bus = g_dbus_connection_new_sync (stream, NULL, G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL, cancellable, error);
  *ret_guard = g_steal_pointer (&guard);
  return bus;
}
