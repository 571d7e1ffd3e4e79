/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The file "maintenance": a line that names the format, and a line with the reason, which may be empty.  No file: off. */
#include "host/maintenance-file.h"

#include "core/error.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#define FORMAT_LINE "pinshift maintenance 1"
#define FILE_NAME "maintenance"
/* Why a host is in maintenance whose file nobody understands. */
#define DAMAGED_REASON "what is kept of it can't be read"

void
pin_maintenance_clear (PinMaintenance *maintenance)
{
  maintenance->on = FALSE;
  g_clear_pointer (&maintenance->reason, g_free);
}

gboolean
pin_maintenance_check_reason (const char *reason, GError **error)
{
  if (strlen (reason) > PIN_MAINTENANCE_REASON_MAX)
    {
      g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "a reason of %" G_GSIZE_FORMAT " bytes; give one of %d at most", strlen (reason),
                   PIN_MAINTENANCE_REASON_MAX);
      return FALSE;
    }
  if (!g_utf8_validate (reason, -1, NULL))
    {
      g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "the reason is not UTF-8");
      return FALSE;
    }
  for (const char *at = reason; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar letter = g_utf8_get_char (at);
      GUnicodeType type = g_unichar_type (letter);

      if (type != G_UNICODE_CONTROL && type != G_UNICODE_LINE_SEPARATOR && type != G_UNICODE_PARAGRAPH_SEPARATOR)
        continue;
      g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "the reason has the control character U+%04X; give one plain line", letter);
      return FALSE;
    }
  return TRUE;
}

/* Reads what the file has after its name and format.  Returns: FALSE with @error: it is nothing of ours. */
static gboolean
parse (const char *text, gsize length, PinMaintenance *ret_maintenance, GError **error)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", 3);

  if (strlen (text) != length || g_strv_length (lines) != 3 || strcmp (lines[0], FORMAT_LINE) != 0 || *lines[2] != '\0')
    {
      g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "it is not a line \"" FORMAT_LINE "\" and one with the reason");
      return FALSE;
    }
  if (!pin_maintenance_check_reason (lines[1], error))
    return FALSE;
  ret_maintenance->on = TRUE;
  ret_maintenance->reason = *lines[1] != '\0' ? g_strdup (lines[1]) : NULL;
  return TRUE;
}

gboolean
pin_maintenance_file_load (const char *directory, PinMaintenance *ret_maintenance, GError **error)
{
  g_autofree char *path = g_build_filename (directory, FILE_NAME, NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) why = NULL;
  gsize length = 0;

  if (!g_file_get_contents (path, &text, &length, &why))
    {
      if (g_error_matches (why, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        return TRUE;
      g_set_error (error, PIN_ERROR, PIN_ERROR_FAILED, "%s", why->message);
    }
  else if (parse (text, length, ret_maintenance, &why))
    return TRUE;
  else
    g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "%s: %s", path, why->message);
  ret_maintenance->on = TRUE;
  ret_maintenance->reason = g_strdup (DAMAGED_REASON);
  return FALSE;
}

gboolean
pin_maintenance_file_save (const char *directory, const PinMaintenance *maintenance, GError **error)
{
  g_autofree char *path = g_build_filename (directory, FILE_NAME, NULL);
  g_autofree char *text = g_strdup_printf (FORMAT_LINE "\n%s\n", maintenance->reason != NULL ? maintenance->reason : "");
  g_autoptr (GError) why = NULL;

  if (!maintenance->on && (g_unlink (path) == 0 || errno == ENOENT))
    return TRUE;
  if (!maintenance->on || g_mkdir_with_parents (directory, 0700) < 0)
    {
      g_set_error (error, PIN_ERROR, PIN_ERROR_FAILED, "%s: %s", maintenance->on ? directory : path, g_strerror (errno));
      return FALSE;
    }
  if (g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, &why))
    return TRUE;
  g_set_error (error, PIN_ERROR, PIN_ERROR_FAILED, "%s", why->message);
  return FALSE;
}
