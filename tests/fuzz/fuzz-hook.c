/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as hook.conf, as arguments and as a domain of the hook itself, in a world without a bus: a guest passes, in silence, or is
 * refused in one line, where hook.conf asks for that and the call is one that can refuse. */
/* An input is "CONF %% ARGUMENT|ARGUMENT... %% XML". */
#include "fuzz.h"

#include "../bus/hook-world.h"

#include <sys/mman.h>
#include <unistd.h>

#define ARGUMENTS 6

static int
file_of (const char *data, gsize size)
{
  int fd = memfd_create ("stdin", MFD_CLOEXEC);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, data, size), ==, (gssize) size);
  g_assert_cmpint (lseek (fd, 0, SEEK_SET), ==, 0);
  return fd;
}

/* libvirt calls with four arguments, and may only be told no where a guest arrives. */
static gboolean
can_refuse (char **arguments)
{
  return g_strv_length (arguments) == 4 && (strcmp (arguments[1], "migrate") == 0 || strcmp (arguments[1], "restore") == 0)
         && strcmp (arguments[2], "begin") == 0;
}

static void
check_run (const PinRun *run, const char *conf, char **arguments)
{
  gsize length = strlen (run->err);

  g_assert_cmpuint (g_bytes_get_size (run->out), ==, 0);
  g_assert_true (run->exit_status == 0 || run->exit_status == 1);
  if (run->exit_status == 0)
    {
      g_assert_cmpstr (run->err, ==, "");
      return;
    }
  g_assert_nonnull (strstr (conf, "refuse"));
  g_assert_true (can_refuse (arguments));
  g_assert_true (g_str_has_prefix (run->err, "pinshift: ") && run->err[length - 1] == '\n');
  run->err[length - 1] = '\0';
  g_assert_null (strpbrk (run->err, "\r\n"));
  g_assert_true (g_utf8_validate (run->err, -1, NULL));
}

static void
check_log (PinWorld *world)
{
  g_auto (GStrv) lines = pin_world_take_log (world);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_assert_nonnull (strstr (lines[i], ">pinshift-hook["));
      g_assert_null (strpbrk (lines[i], "\r\n"));
      g_assert_true (g_utf8_validate (lines[i], -1, NULL));
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_auto (GStrv) parts = g_strsplit (text, "%%\n", 3);
  g_auto (GStrv) arguments = NULL;
  g_auto (PinRun) run = { 0 };
  g_autoptr (PinWorld) world = NULL;

  if (g_strv_length (parts) != 3)
    return 0;
  arguments = g_strsplit (g_strchomp (parts[1]), "|", ARGUMENTS);
  world = pin_world_new ();
  pin_world_set_conf (world, parts[0]);
  run = pin_world_run (world, (const char *const *) arguments, file_of (parts[2], strlen (parts[2])), -1);
  check_run (&run, parts[0], arguments);
  check_log (world);
  return 0;
}
