/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "memfile.h"

#include "core/error.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

static gboolean
set_errno (GError **error, const char *what)
{
  g_set_error (error, PIN_ERROR, PIN_ERROR_FAILED, "%s: %s", what, g_strerror (errno));
  return FALSE;
}

/* Up to @size bytes to @text: a file that has shrunk meanwhile has fewer. */
static gboolean
read_all (int fd, char *text, gsize size, gsize *ret_length)
{
  gsize length = 0;

  while (length < size)
    {
      gssize n = pread (fd, text + length, size - length, (off_t)length);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return FALSE;
      if (n == 0)
        break;
      length += (gsize)n;
    }
  *ret_length = length;
  return TRUE;
}

char *
pin_memfile_read (int fd, gsize max_bytes, const char *what, gsize *ret_length, GError **error)
{
  struct stat info;
  g_autofree char *text = NULL;

  if (fstat (fd, &info) < 0)
    {
      set_errno (error, what);
      return NULL;
    }
  if (info.st_size < 0 || (guint64)info.st_size > max_bytes)
    {
      g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "%s has %" G_GINT64_FORMAT " bytes, at most %" G_GSIZE_FORMAT " are read",
                   what, (gint64)info.st_size, max_bytes);
      return NULL;
    }
  text = g_malloc ((gsize)info.st_size + 1);
  if (!read_all (fd, text, (gsize)info.st_size, ret_length))
    {
      set_errno (error, what);
      return NULL;
    }
  text[*ret_length] = '\0';
  return g_steal_pointer (&text);
}

static gboolean
write_all (int fd, const char *text, gsize length)
{
  while (length > 0)
    {
      gssize n = write (fd, text, length);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return FALSE;
      text += n;
      length -= (gsize)n;
    }
  return TRUE;
}

int
pin_memfile_new (const char *text, gsize length, const char *what, GError **error)
{
  __attribute__ ((cleanup (pin_memfile_close))) int fd = memfd_create ("pinshift-domain", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  int sealed;

  if (fd < 0 || !write_all (fd, text, length) || fcntl (fd, F_ADD_SEALS, SEALS) < 0)
    {
      set_errno (error, what);
      return -1;
    }
  sealed = fd;
  fd = -1;
  return sealed;
}

void
pin_memfile_close (int *fd)
{
  if (*fd >= 0)
    close (*fd);
}
