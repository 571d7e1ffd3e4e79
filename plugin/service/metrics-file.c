/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "metrics-file.h"

#include "core/error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What an administrator does about @code in @directory.  (transfer full) */
static char *
remedy (const char *directory, int code)
{
  if (code == ENOENT || code == ENOTDIR)
    return g_strdup_printf ("make the directory %s, and restart the service", directory);
  if (code == EROFS)
    return g_strdup_printf ("let the sandbox of the service have it, by ReadWritePaths=%s in a drop-in, and restart the service", directory);
  if (code == EACCES || code == EPERM)
    return g_strdup_printf ("let the user %s write into %s", g_get_user_name (), directory);
  return g_strdup_printf ("look at %s", directory);
}

static gboolean
failed (const char *path, int code, GError **error)
{
  g_autofree char *directory = g_path_get_dirname (path);
  g_autofree char *what = remedy (directory, code);

  g_set_error (error, PIN_ERROR, PIN_ERROR_FAILED, "%s: can't be written: %s; %s", path, g_strerror (code), what);
  return FALSE;
}

/* @fd is closed.  0, or what errno was. */
static int
fill (int fd, const char *text)
{
  gsize left = strlen (text);
  /* The umask of a service is its own business, and node_exporter is another user. */
  int code = fchmod (fd, 0644) == 0 ? 0 : errno;

  while (code == 0 && left > 0)
    {
      gssize n = write (fd, text, left);

      if (n >= 0)
        {
          text += n;
          left -= (gsize) n;
        }
      else if (errno != EINTR)
        code = errno;
    }
  if (close (fd) != 0 && code == 0)
    code = errno;
  return code;
}

/* Always the same name, so that a crash leaves one behind at most; and one that the collector, which reads *.prom, does not read. */
static char *
draft_of (const char *path)
{
  g_autofree char *directory = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *hidden = g_strdup_printf (".%s.new", name);

  return g_build_filename (directory, hidden, NULL);
}

gboolean
pin_metrics_file_write (const char *path, const char *text, GError **error)
{
  g_autofree char *draft = draft_of (path);
  int code = 0;
  int fd;

  g_unlink (draft);
  /* Others may write there too: no link of theirs is followed. */
  fd = open (draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
  if (fd < 0)
    return failed (path, errno, error);
  code = fill (fd, text);
  if (code == 0 && g_rename (draft, path) != 0)
    code = errno;
  if (code == 0)
    return TRUE;
  g_unlink (draft);
  return failed (path, code, error);
}

gboolean
pin_metrics_file_remove (const char *path, GError **error)
{
  return g_unlink (path) == 0 || errno == ENOENT || failed (path, errno, error);
}
