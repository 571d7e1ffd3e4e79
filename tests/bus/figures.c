/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "figures.h"

#include <string.h>

/* The number behind @key in the file "status". */
static guint64
number_of (const char *status, const char *key)
{
  const char *at = strstr (status, key);

  g_assert_nonnull (at);
  return g_ascii_strtoull (at + strlen (key), NULL, 10);
}

static guint
count_files (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = g_dir_open (path, 0, &error);
  guint n = 0;

  g_assert_no_error (error);
  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

Figures
figures_of (GSubprocess *process)
{
  const char *pid = g_subprocess_get_identifier (process);
  g_autofree char *path = g_build_filename ("/proc", pid, "status", NULL);
  g_autofree char *fds = g_build_filename ("/proc", pid, "fd", NULL);
  g_autofree char *status = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &status, NULL, &error);
  g_assert_no_error (error);
  return (Figures) { number_of (status, "\nRssAnon:"), count_files (fds), (guint) number_of (status, "\nThreads:") };
}
