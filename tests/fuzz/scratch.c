/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scratch.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

void
scratch_open (Scratch *scratch)
{
  g_autoptr (GError) error = NULL;

  scratch->directory = g_dir_make_tmp ("pinshift-fuzz-XXXXXX", &error);
  g_assert_no_error (error);
}

/* Targets make no folders in it. */
void
scratch_clear (Scratch *scratch)
{
  g_autoptr (GDir) dir = g_dir_open (scratch->directory, 0, NULL);

  for (const char *name = g_dir_read_name (dir); name != NULL; name = g_dir_read_name (dir))
    {
      g_autofree char *path = scratch_path (scratch, name);

      g_assert_cmpint (g_unlink (path), ==, 0);
    }
  g_assert_cmpint (g_rmdir (scratch->directory), ==, 0);
  g_clear_pointer (&scratch->directory, g_free);
}

char *
scratch_path (const Scratch *scratch, const char *name)
{
  return g_build_filename (scratch->directory, name, NULL);
}

/* Neither whole nor not at all: that would cost a rename for each input. */
void
scratch_write (const Scratch *scratch, const char *name, const guint8 *data, gsize size)
{
  g_autofree char *path = scratch_path (scratch, name);
  int fd = g_open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, data, size), ==, (gssize) size);
  close (fd);
}
