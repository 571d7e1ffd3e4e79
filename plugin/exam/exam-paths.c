/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files of disks: whether they are there, and on which mount.  None is opened. */
#include "errands.h"
#include "exam-parts.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PATHS_MAX 1024
/* A file server that is gone holds whoever asks for its files. */
#define PATIENCE_MS 4000
/* Of what systemd mounts over /tmp and /var/tmp of a service (PrivateTmp=): the host's are below. */
#define PRIVATE "/systemd-private-"

/* A line of mountinfo. */
typedef struct
{
  char *point;
  char *filesystem;
  char *source;
  gboolean private; /* a directory of temporary files that a service has for itself */
} Mount;

static void
mount_free (gpointer data)
{
  Mount *mount = data;

  g_free (mount->point);
  g_free (mount->filesystem);
  g_free (mount->source);
  g_free (mount);
}

/* "36 35 98:0 /root /point options [optional...] - type source options"; the kernel writes blanks in it as octal escapes. */
static void
add_mount (GPtrArray *mounts, const char *line)
{
  g_auto (GStrv) fields = g_strsplit (line, " ", -1);
  guint n = g_strv_length (fields), dash = 6;
  g_autofree char *source = NULL;
  Mount *mount;

  while (dash < n && strcmp (fields[dash], "-") != 0)
    dash++;
  if (dash + 2 >= n)
    return;
  source = g_strcompress (fields[dash + 2]);
  mount = g_new0 (Mount, 1);
  mount->point = g_strcompress (fields[4]);
  mount->filesystem = g_utf8_make_valid (fields[dash + 1], -1);
  mount->source = g_utf8_make_valid (source, -1);
  mount->private = strstr (fields[3], PRIVATE) != NULL;
  g_ptr_array_add (mounts, mount);
}

static GPtrArray *
read_mounts (const char *root)
{
  g_autofree char *path = g_build_filename (root, "proc/self/mountinfo", NULL), *text = NULL;
  GPtrArray *mounts = g_ptr_array_new_with_free_func (mount_free);
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return mounts;
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    add_mount (mounts, lines[i]);
  return mounts;
}

/* Whether @point is @path or above it. */
static gboolean
is_above (const char *point, const char *path)
{
  gsize length = strlen (point);

  if (strcmp (point, "/") == 0)
    return TRUE;
  return strncmp (point, path, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

/* Of two mounts on one point the later one covers the other.  NULL: mountinfo is not there. */
static const Mount *
find_mount (const GPtrArray *mounts, const char *path)
{
  const Mount *found = NULL;

  for (guint i = 0; i < mounts->len; i++)
    {
      const Mount *mount = g_ptr_array_index (mounts, i);

      if (is_above (mount->point, path) && (found == NULL || strlen (mount->point) >= strlen (found->point)))
        found = mount;
    }
  return found;
}

/* Of PinErrands.  Returns: what stat() says, as "paths" of facts.h has it, and "real" (ay), the path without links. */
static GVariant *
look (const char *path)
{
  g_auto (GVariantDict) seen = G_VARIANT_DICT_INIT (NULL);
  struct stat status;

  if (stat (path, &status) == 0)
    {
      char real[PATH_MAX];

      g_variant_dict_insert (&seen, "exists", "b", TRUE);
      g_variant_dict_insert (&seen, "inode", "t", (guint64)status.st_ino);
      g_variant_dict_insert (&seen, "size", "t", S_ISBLK (status.st_mode) ? 0 : (guint64)status.st_size);
      if (realpath (path, real) != NULL)
        g_variant_dict_insert (&seen, "real", "^ay", real);
    }
  else if (errno == ENOENT || errno == ENOTDIR)
    g_variant_dict_insert (&seen, "exists", "b", FALSE);
  return g_variant_ref_sink (g_variant_dict_end (&seen));
}

static gboolean
is_covered (const GPtrArray *mounts, const char *path)
{
  const Mount *mount = find_mount (mounts, path);

  return mount != NULL && mount->private;
}

/* @answer to @path with its mount; NULL: nothing could be seen.  Returns: floating. */
static GVariant *
with_mount (GVariant *answer, const char *path, const char *root, const GPtrArray *mounts)
{
  g_auto (GVariantDict) seen = G_VARIANT_DICT_INIT (is_covered (mounts, path) ? NULL : answer);
  g_autofree char *real = NULL;

  if (g_variant_dict_lookup (&seen, "real", "^ay", &real))
    {
      const char *inside = g_str_has_prefix (real, root) ? real + strlen (root) : real;
      const Mount *mount = find_mount (mounts, inside);

      g_variant_dict_remove (&seen, "real");
      if (mount != NULL)
        {
          g_variant_dict_insert (&seen, "filesystem", "s", mount->filesystem);
          g_variant_dict_insert (&seen, "source", "s", mount->source);
        }
    }
  return g_variant_dict_end (&seen);
}

/* Returns: (transfer full) those that can be looked at, below @root. */
static GPtrArray *
choose (const char *const *paths, const char *root)
{
  GPtrArray *chosen = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; paths[i] != NULL && chosen->len < PATHS_MAX; i++)
    {
      g_autofree char *path = g_strconcat (root, paths[i], NULL);

      if (*paths[i] == '/' && strlen (path) < PATH_MAX && g_utf8_validate (paths[i], -1, NULL)
          && !g_ptr_array_find_with_equal_func (chosen, path, g_str_equal, NULL))
        g_ptr_array_add (chosen, g_steal_pointer (&path));
    }
  return chosen;
}

static PinErrands errands = { look, 0 };

void
pin_exam_paths (const PinExamOrder *order, GVariantDict *facts)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{sa{sv}}"));
  char real_root[PATH_MAX];
  const char *root;
  g_autoptr (GPtrArray) mounts = NULL, paths = NULL, answers = NULL;

  if (order->paths == NULL || realpath (order->root, real_root) == NULL)
    return;
  root = strcmp (real_root, "/") == 0 ? "" : real_root;
  mounts = read_mounts (order->root);
  paths = choose (order->paths, root);
  answers = pin_errands_run (&errands, (const char *const *)paths->pdata, paths->len, PATIENCE_MS);
  for (guint i = 0; i < paths->len; i++)
    {
      const char *path = (const char *)g_ptr_array_index (paths, i) + strlen (root);

      g_variant_builder_add (&builder, "{s@a{sv}}", path, with_mount (g_ptr_array_index (answers, i), path, root, mounts));
    }
  g_variant_dict_insert_value (facts, "paths", g_variant_builder_end (&builder));
}
