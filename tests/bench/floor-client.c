/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The floor of the benchmark, its client: the least that can carry stdin over the bus to org.pinshift.Floor1.
 * Linked with libdbus-1, and without a check that could be left out. */

#include <dbus/dbus.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static int
read_stdin (void)
{
  char buffer[64 * 1024];
  int fd = memfd_create ("floor", MFD_CLOEXEC);
  ssize_t got;

  while ((got = read (STDIN_FILENO, buffer, sizeof buffer)) > 0)
    if (write (fd, buffer, (size_t) got) != got)
      exit (EXIT_FAILURE);
  return fd;
}

int
main (int argc, char **argv)
{
  const char *guest = argc > 1 ? argv[1] : "db1", *operation = "migrate";
  int fd = read_stdin ();
  DBusConnection *connection = dbus_bus_get (DBUS_BUS_SYSTEM, NULL);
  DBusMessage *message =
      dbus_message_new_method_call ("org.pinshift.Floor1", "/org/pinshift/Host1", "org.pinshift.Host1", "Fit");
  DBusMessageIter body, options;

  if (connection == NULL || message == NULL)
    return EXIT_FAILURE;

  dbus_message_append_args (message, DBUS_TYPE_STRING, &guest, DBUS_TYPE_STRING, &operation, DBUS_TYPE_UNIX_FD, &fd,
                            DBUS_TYPE_INVALID);
  dbus_message_iter_init_append (message, &body);
  dbus_message_iter_open_container (&body, DBUS_TYPE_ARRAY, "{sv}", &options);
  dbus_message_iter_close_container (&body, &options);

  return dbus_connection_send_with_reply_and_block (connection, message, -1, NULL) != NULL ? EXIT_SUCCESS
                                                                                           : EXIT_FAILURE;
}
