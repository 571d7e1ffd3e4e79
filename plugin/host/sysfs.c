/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The root of a machine, live or captured, and how its files are read. */
#include "host/sysfs-root.h"

#include "core/error.h"
#include "core/number.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

typedef DIR PinDir;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinDir, closedir)

static int
open_directory (int dir, const char *path)
{
  return openat (dir, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static gboolean
has_directory (int dir, const char *path)
{
  return faccessat (dir, path, F_OK, 0) == 0;
}

static gboolean
open_trees (PinSysfs *sysfs, const char *root, GError **error)
{
  int dir = open_directory (AT_FDCWD, root);

  if (dir < 0)
    {
      g_set_error (error, PIN_ERROR, errno == ENOENT || errno == ENOTDIR ? PIN_ERROR_NOT_FOUND : PIN_ERROR_FAILED,
                   "%s: %s", root, g_strerror (errno));
      return FALSE;
    }
  if (has_directory (dir, "sys/devices/system"))
    {
      sysfs->sys = open_directory (dir, "sys");
      sysfs->proc = open_directory (dir, "proc");
      sysfs->run = open_directory (dir, "run");
      close (dir);
    }
  else if (has_directory (dir, "devices/system"))
    sysfs->sys = dir;
  else
    close (dir);
  if (sysfs->sys < 0)
    g_set_error (error, PIN_ERROR, PIN_ERROR_NOT_FOUND,
                 "%s: has neither sys/devices/system nor devices/system; name the root of a machine or its /sys", root);
  return sysfs->sys >= 0;
}

PinSysfs *
pin_sysfs_open (const char *root, GError **error)
{
  g_autoptr (PinSysfs) sysfs = g_new0 (PinSysfs, 1);

  sysfs->sys = -1;
  sysfs->proc = -1;
  sysfs->run = -1;
  return open_trees (sysfs, root, error) ? g_steal_pointer (&sysfs) : NULL;
}

void
pin_sysfs_free (PinSysfs *sysfs)
{
  if (sysfs == NULL)
    return;
  pin_memory_files_free (sysfs->memory);
  if (sysfs->sys >= 0)
    close (sysfs->sys);
  if (sysfs->proc >= 0)
    close (sysfs->proc);
  if (sysfs->run >= 0)
    close (sysfs->run);
  g_free (sysfs);
}

/* Appends what @fd still has, at most @max bytes.  Returns: FALSE with errno set. */
static gboolean
read_up_to (int fd, GString *text, gsize max)
{
  char block[8192];

  while (text->len < max)
    {
      gssize n = read (fd, block, MIN (sizeof block, max - text->len));

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return n == 0;
      g_string_append_len (text, block, n);
    }
  return TRUE;
}

static GString *
read_file (int dir, const char *path, gsize max)
{
  GString *text = NULL;
  int fd = openat (dir, path, O_RDONLY | O_CLOEXEC);
  int why;

  if (fd < 0)
    return NULL;
  text = g_string_new (NULL);
  if (!read_up_to (fd, text, max))
    {
      why = errno;
      g_string_free (g_steal_pointer (&text), TRUE);
      errno = why;
    }
  why = errno;
  close (fd);
  errno = why;
  return text;
}

char *
pin_sysfs_read (int dir, const char *path, gsize max, GError **error)
{
  GString *text = read_file (dir, path, max + 1);

  if (text == NULL)
    {
      /* EBADF: the machine was captured without the tree, see PinSysfs.proc. */
      gboolean missing = errno == ENOENT || errno == ENOTDIR || errno == EBADF;

      g_set_error (error, PIN_ERROR, missing ? PIN_ERROR_NOT_FOUND : PIN_ERROR_FAILED, "%s: %s", path,
                   g_strerror (errno));
      return NULL;
    }
  if (text->len > max)
    {
      g_set_error (error, PIN_ERROR, PIN_ERROR_FAILED, "%s: has more than %" G_GSIZE_FORMAT " bytes", path, max);
      g_string_free (text, TRUE);
      return NULL;
    }
  return g_strchomp (g_string_free (text, FALSE));
}

char *
pin_sysfs_read_head (int dir, const char *path, gsize max)
{
  GString *text = read_file (dir, path, max);

  return text == NULL ? NULL : g_string_free (text, FALSE);
}

/* Hexadecimal groups of 32 bits, the highest first; the first group may be shorter. */
PinCpuset *
pin_sysfs_parse_mask (const char *text)
{
  g_autoptr (PinCpuset) set = pin_cpuset_new ();
  guint bit = 0;

  for (gsize i = strlen (text); i > 0; i--)
    {
      int digit = g_ascii_xdigit_value (text[i - 1]);

      if (text[i - 1] == ',')
        continue;
      if (digit < 0 || (digit != 0 && bit + 4 > PIN_CPUSET_MAX))
        return NULL;
      for (guint j = 0; j < 4; j++)
        if (digit & (1 << j))
          pin_cpuset_add (set, bit + j);
      bit += 4;
    }
  return g_steal_pointer (&set);
}

PinCpuset *
pin_sysfs_read_set (int dir, const char *list_path, const char *mask_path)
{
  g_autofree char *list = pin_sysfs_read (dir, list_path, PIN_SYSFS_ATTRIBUTE_MAX, NULL);
  g_autofree char *mask = NULL;

  if (list != NULL)
    return strcmp (list, "(null)") == 0 ? pin_cpuset_new () : pin_cpuset_parse (list, NULL);
  if (mask_path != NULL)
    mask = pin_sysfs_read (dir, mask_path, PIN_SYSFS_ATTRIBUTE_MAX, NULL);
  return mask == NULL ? NULL : pin_sysfs_parse_mask (mask);
}

guint64
pin_sysfs_read_number (int dir, const char *path, guint64 fallback)
{
  g_autofree char *text = pin_sysfs_read (dir, path, PIN_SYSFS_ATTRIBUTE_MAX, NULL);
  guint64 number;

  if (text == NULL || !pin_number_parse (text, 10, 0, G_MAXINT64, &number))
    return fallback;
  return number;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

GPtrArray *
pin_sysfs_list (int dir, const char *path)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (PinDir) stream = NULL;
  int fd = open_directory (dir, path);

  if (fd < 0)
    return names;
  stream = fdopendir (fd);
  if (stream == NULL)
    {
      close (fd);
      return names;
    }
  for (struct dirent *entry = readdir (stream); entry != NULL; entry = readdir (stream))
    if (strcmp (entry->d_name, ".") != 0 && strcmp (entry->d_name, "..") != 0)
      g_ptr_array_add (names, g_strdup (entry->d_name));
  g_ptr_array_sort (names, compare_names);
  return names;
}

PinCpuset *
pin_sysfs_list_numbers (int dir, const char *path, const char *prefix)
{
  g_autoptr (GPtrArray) names = pin_sysfs_list (dir, path);
  PinCpuset *set = pin_cpuset_new ();

  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      guint64 number;

      if (g_str_has_prefix (name, prefix)
          && pin_number_parse (name + strlen (prefix), 10, 0, PIN_CPUSET_MAX - 1, &number))
        pin_cpuset_add (set, (guint)number);
    }
  return set;
}

guint64
pin_sysfs_pool_size (const char *name)
{
  g_autofree char *digits = NULL;
  guint64 size = 0;

  if (!g_str_has_prefix (name, "hugepages-") || !g_str_has_suffix (name, "kB"))
    return 0;
  digits = g_strndup (name + strlen ("hugepages-"), strlen (name) - strlen ("hugepages-") - strlen ("kB"));
  return pin_number_parse (digits, 10, 1, G_MAXUINT32, &size) ? size : 0;
}
