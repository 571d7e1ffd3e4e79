/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "trim.h"

#include <glib.h>
#include <malloc.h>
#include <string.h>
#include <sys/mman.h>

/* A line of /proc/self/maps (proc(5)): "START-END PERMS OFFSET DEVICE INODE PATH". */
static void
drop_code (const char *line)
{
  char *rest = NULL;
  guint64 start = g_ascii_strtoull (line, &rest, 16);
  guint64 end = *rest == '-' ? g_ascii_strtoull (rest + 1, &rest, 16) : 0;

  if (end > start && g_str_has_prefix (rest, " r-xp ") && strchr (rest, '/') != NULL)
    madvise (GSIZE_TO_POINTER ((gsize)start), (gsize)(end - start), MADV_DONTNEED);
}

void
pin_trim (void)
{
  g_autofree char *maps = NULL;
  g_auto (GStrv) lines = NULL;

  malloc_trim (0);
  if (!g_file_get_contents ("/proc/self/maps", &maps, NULL, NULL))
    return;
  lines = g_strsplit (maps, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    drop_code (lines[i]);
}
