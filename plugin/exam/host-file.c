/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host-file.h"

#include "core/error.h"
#include "host/sysfs-root.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* As many as the kernel follows. */
#define LINKS_MAX 40

char *
pin_exam_path (const PinExamOrder *order, const char *path)
{
  return g_build_filename (order->root, path, NULL);
}

/* The parts of @path, so that the first is the last. */
static void
push_parts (GPtrArray *parts, const char *path)
{
  g_auto (GStrv) names = g_strsplit (path, "/", -1);

  for (guint i = g_strv_length (names); i > 0; i--)
    if (*names[i - 1] != '\0' && strcmp (names[i - 1], ".") != 0)
      g_ptr_array_add (parts, g_strdup (names[i - 1]));
}

static void
drop_last (GString *path)
{
  const char *slash = strrchr (path->str, '/');

  g_string_truncate (path, slash == NULL ? 0 : slash - path->str);
}

/* lstat() of @path, which may be "".  Returns: FALSE if that can't be told. */
static gboolean
look (const PinExamOrder *order, const char *path, struct stat *ret_status)
{
  g_autofree char *real = pin_exam_path (order, path);

  if (lstat (real, ret_status) == 0)
    return TRUE;
  ret_status->st_mode = 0;
  return errno == ENOENT || errno == ENOTDIR || errno == ELOOP;
}

/* Puts the text of the link @path in its place. */
static gboolean
take_link (const PinExamOrder *order, GString *path, GPtrArray *parts)
{
  g_autofree char *real = pin_exam_path (order, path->str);
  g_autofree char *text = g_file_read_link (real, NULL);

  if (text == NULL)
    return FALSE;
  if (*text == '/')
    g_string_truncate (path, 0);
  else
    drop_last (path);
  push_parts (parts, text);
  return TRUE;
}

char *
pin_exam_follow (const PinExamOrder *order, const char *path, struct stat *ret_status)
{
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GString) done = g_string_new (NULL);
  guint n_links = 0;

  push_parts (parts, path);
  while (parts->len > 0)
    {
      g_autofree char *name = g_ptr_array_steal_index (parts, parts->len - 1);

      if (strcmp (name, "..") == 0)
        {
          drop_last (done);
          continue;
        }
      g_string_append_printf (done, "/%s", name);
      if (!look (order, done->str, ret_status))
        return NULL;
      if (S_ISLNK (ret_status->st_mode) && ++n_links <= LINKS_MAX && !take_link (order, done, parts))
        return NULL;
    }
  if (!look (order, done->str, ret_status))
    return NULL;
  if (S_ISLNK (ret_status->st_mode))
    ret_status->st_mode = 0;
  return g_strdup (done->len == 0 ? "/" : done->str);
}

/* Where @path is for the kernel, to which another root than its own is a directory like others.  (transfer full) */
static char *
locate (const PinExamOrder *order, const char *path)
{
  struct stat status;
  g_autofree char *target = strcmp (order->root, "/") == 0 ? NULL : pin_exam_follow (order, path, &status);

  return pin_exam_path (order, target == NULL ? path : target);
}

PinExamSight
pin_exam_read_up_to (const PinExamOrder *order, const char *path, gsize max, char **ret_text)
{
  g_autofree char *real = locate (order, path);
  g_autoptr (GError) error = NULL;
  struct stat status;

  *ret_text = NULL;
  /* Who opens a named pipe waits for somebody to write. */
  if (stat (real, &status) == 0 && !S_ISREG (status.st_mode))
    return PIN_EXAM_HIDDEN;
  *ret_text = pin_sysfs_read (AT_FDCWD, real, max, &error);
  if (*ret_text != NULL)
    return PIN_EXAM_SEEN;
  return g_error_matches (error, PIN_ERROR, PIN_ERROR_NOT_FOUND) ? PIN_EXAM_MISSING : PIN_EXAM_HIDDEN;
}

PinExamSight
pin_exam_read (const PinExamOrder *order, const char *path, char **ret_text)
{
  return pin_exam_read_up_to (order, path, PIN_SYSFS_ATTRIBUTE_MAX, ret_text);
}

PinExamSight
pin_exam_list (const PinExamOrder *order, const char *path, GPtrArray **ret_names)
{
  g_autofree char *real = locate (order, path);
  struct stat status;

  *ret_names = NULL;
  if (stat (real, &status) != 0)
    return errno == ENOENT || errno == ENOTDIR ? PIN_EXAM_MISSING : PIN_EXAM_HIDDEN;
  if (!S_ISDIR (status.st_mode) || access (real, R_OK | X_OK) != 0)
    return PIN_EXAM_HIDDEN;
  *ret_names = pin_sysfs_list (AT_FDCWD, real);
  return PIN_EXAM_SEEN;
}

void
pin_exam_add_text (GVariantDict *facts, const char *key, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  g_variant_dict_insert (facts, key, "s", valid);
}
