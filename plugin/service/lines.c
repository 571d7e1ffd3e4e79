/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lines.h"

#include "core/error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
close_file (const int *fd)
{
  if (*fd >= 0)
    close (*fd);
}

static gboolean
fail (const char *path, int code, GError **error)
{
  g_set_error (error, PIN_ERROR, PIN_ERROR_FAILED, "%s: %s", path, g_strerror (code));
  return FALSE;
}

/* @text: what was read of a file, from within a line if it @is_cut. */
static GPtrArray *
split (const char *text, gsize length, gboolean is_cut)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func (g_free);
  const char *behind = text + length;

  for (const char *at = text; at < behind;)
    {
      const char *feed = memchr (at, '\n', (gsize) (behind - at));
      const char *end = feed != NULL ? feed : behind;

      if (!is_cut)
        g_ptr_array_add (lines, g_strndup (at, (gsize) (end - at)));
      is_cut = FALSE;
      at = end + 1;
    }
  return lines;
}

GPtrArray *
pin_lines_read (const char *path, gsize most_bytes)
{
  __attribute__ ((cleanup (close_file))) int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  g_autofree char *text = g_malloc (most_bytes + 1);
  struct stat status = { .st_size = 0 };
  gsize length = 0;
  gssize n = 0;
  off_t from;

  if (fd < 0 || fstat (fd, &status) < 0 || !S_ISREG (status.st_mode))
    return g_ptr_array_new_with_free_func (g_free);
  from = MAX (status.st_size - (off_t) most_bytes, 0);
  while (length < most_bytes && (n = pread (fd, text + length, most_bytes - length, from + (off_t) length)) > 0)
    length += (gsize) n;
  return split (text, length, from > 0);
}

/* Whether the file ends within a line. */
static gboolean
is_torn (int fd, off_t bytes)
{
  char last = '\n';

  return bytes > 0 && pread (fd, &last, 1, bytes - 1) == 1 && last != '\n';
}

static gboolean
make_folder_of (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);

  return g_mkdir_with_parents (folder, 0700) == 0;
}

static int
open_to_append (const char *path)
{
  return make_folder_of (path) ? open (path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0600) : -1;
}

gboolean
pin_lines_append (const char *path, const char *text, gsize *ret_bytes, GError **error)
{
  __attribute__ ((cleanup (close_file))) int fd = open_to_append (path);
  g_autofree char *whole = NULL;
  struct stat status;
  gssize written;

  if (fd < 0 || fstat (fd, &status) < 0)
    return fail (path, errno, error);
  whole = g_strconcat (is_torn (fd, status.st_size) ? "\n" : "", text, NULL);
  written = write (fd, whole, strlen (whole));
  if (written != (gssize) strlen (whole))
    return fail (path, written < 0 ? errno : ENOSPC, error);
  *ret_bytes = (gsize) status.st_size + strlen (whole);
  return TRUE;
}

gboolean
pin_lines_replace (const char *path, const char *text, GError **error)
{
  /* Always the same name, so that a crash leaves one behind at most. */
  g_autofree char *draft = g_strconcat (path, ".new", NULL);
  g_autoptr (GError) why = NULL;

  if (!make_folder_of (path))
    return fail (path, errno, error);
  if (!g_file_set_contents_full (draft, text, -1, G_FILE_SET_CONTENTS_NONE, 0600, &why))
    {
      g_set_error (error, PIN_ERROR, PIN_ERROR_FAILED, "%s", why->message);
      return FALSE;
    }
  return g_rename (draft, path) == 0 || fail (path, errno, error);
}
