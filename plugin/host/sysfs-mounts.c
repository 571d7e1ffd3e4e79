/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* /proc/mounts: which page sizes libvirt can use, and whether its memory files would be on disk. */
#include "host/sysfs-root.h"

#include <string.h>

/* The smallest pool: what the kernel's default is on machines that were captured without /proc. */
static guint64
smallest_pool_kib (PinSysfs *sysfs)
{
  g_autoptr (GPtrArray) names = pin_sysfs_list (sysfs->sys, "kernel/mm/hugepages");
  guint64 smallest = 0;

  for (guint i = 0; i < names->len; i++)
    {
      guint64 size = pin_sysfs_pool_size (g_ptr_array_index (names, i));

      if (size != 0 && (smallest == 0 || size < smallest))
        smallest = size;
    }
  return smallest;
}

/* The kernel's default size of huge pages; 0: it has none. */
static guint64
default_hugepage_kib (PinSysfs *sysfs)
{
  g_autofree char *meminfo = pin_sysfs_read (sysfs->proc, "meminfo", PIN_SYSFS_ATTRIBUTE_MAX, NULL);
  const char *line = meminfo == NULL ? NULL : strstr (meminfo, "Hugepagesize:");

  if (line == NULL)
    return smallest_pool_kib (sysfs);
  return g_ascii_strtoull (line + strlen ("Hugepagesize:"), NULL, 10);
}

/* "pagesize=2M" among mount options, in KiB; @fallback without it. */
static guint64
option_pagesize (const char *options, guint64 fallback)
{
  g_auto (GStrv) words = g_strsplit (options, ",", -1);

  for (guint i = 0; words[i] != NULL; i++)
    {
      char *unit = NULL;
      guint64 value;

      if (!g_str_has_prefix (words[i], "pagesize="))
        continue;
      value = g_ascii_strtoull (words[i] + strlen ("pagesize="), &unit, 10);
      if (value > G_MAXUINT32)
        return fallback;
      switch (g_ascii_toupper (*unit))
        {
        case 'K':
          return value;
        case 'M':
          return value * 1024;
        case 'G':
          return value * 1024 * 1024;
        default:
          return value / 1024;
        }
    }
  return fallback;
}

/* Whether @mount_point is @directory or above it, both absolute. */
static gboolean
is_above (const char *mount_point, const char *directory)
{
  gsize length = strlen (mount_point);

  if (strcmp (mount_point, "/") == 0)
    return TRUE;
  return strncmp (mount_point, directory, length) == 0 && (directory[length] == '/' || directory[length] == '\0');
}

static void
add_mount (PinMounts *mounts, char **fields, guint64 kernel_kib, const char *directory, gsize *longest)
{
  /* The kernel writes blanks in a path as octal escapes. */
  g_autofree char *mount_point = g_strcompress (fields[1]);

  if (strcmp (fields[2], "hugetlbfs") == 0)
    {
      guint64 size = option_pagesize (fields[3], kernel_kib);

      if (size != 0)
        g_array_append_val (mounts->page_kib, size);
    }
  /* Of two mounts on one point the later one covers the other. */
  if (directory != NULL && is_above (mount_point, directory) && strlen (mount_point) >= *longest)
    {
      *longest = strlen (mount_point);
      g_free (mounts->filesystem);
      mounts->filesystem = g_strdup (fields[2]);
    }
}

/* libvirt takes the mount of the kernel's default size, else the first (qemuBuildMemoryGetDefaultPagesize). */
static guint64
choose_default (const GArray *page_kib, guint64 kernel_kib)
{
  for (guint i = 0; i < page_kib->len; i++)
    if (g_array_index (page_kib, guint64, i) == kernel_kib)
      return kernel_kib;
  return page_kib->len == 0 ? 0 : g_array_index (page_kib, guint64, 0);
}

PinMounts *
pin_mounts_read (PinSysfs *sysfs, const char *directory)
{
  PinMounts *mounts = g_new0 (PinMounts, 1);
  g_autofree char *text = pin_sysfs_read (sysfs->proc, "mounts", PIN_SYSFS_TABLE_MAX, NULL);
  g_auto (GStrv) lines = text == NULL ? NULL : g_strsplit (text, "\n", -1);
  guint64 kernel_kib = default_hugepage_kib (sysfs);
  gsize longest = 0;

  mounts->page_kib = g_array_new (FALSE, FALSE, sizeof (guint64));
  mounts->known = text != NULL;
  for (guint i = 0; lines != NULL && lines[i] != NULL; i++)
    {
      g_auto (GStrv) fields = g_strsplit (lines[i], " ", -1);

      if (g_strv_length (fields) >= 4)
        add_mount (mounts, fields, kernel_kib, directory, &longest);
    }
  mounts->default_kib = mounts->known ? choose_default (mounts->page_kib, kernel_kib) : kernel_kib;
  return mounts;
}

void
pin_mounts_free (PinMounts *mounts)
{
  if (mounts == NULL)
    return;
  g_array_unref (mounts->page_kib);
  g_free (mounts->filesystem);
  g_free (mounts);
}

gboolean
pin_mounts_serve (const PinMounts *mounts, guint64 size_kib)
{
  for (guint i = 0; i < mounts->page_kib->len; i++)
    if (g_array_index (mounts->page_kib, guint64, i) == size_kib)
      return TRUE;
  return !mounts->known;
}
