/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "log.h"

#include <string.h>

/* (transfer full); NULL: it is not too long */
static char *
shorten (const GLogField *field)
{
  gsize length = field->length >= 0 ? (gsize) field->length : strlen (field->value);
  g_autofree char *head = length > PIN_LOG_MOST ? g_strndup (field->value, PIN_LOG_MOST) : NULL;
  g_autofree char *valid = head != NULL ? g_utf8_make_valid (head, -1) : NULL;

  return valid != NULL ? g_strdup_printf ("%s... (%" G_GSIZE_FORMAT " bytes)", valid, length) : NULL;
}

GLogWriterOutput
pin_log_write (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer unused)
{
  g_autofree GLogField *shown = g_memdup2 (fields, n_fields * sizeof *fields);
  g_autofree char *text = NULL;

  for (gsize i = 0; i < n_fields; i++)
    if (text == NULL && strcmp (fields[i].key, "MESSAGE") == 0 && (text = shorten (&fields[i])) != NULL)
      shown[i] = (GLogField) { "MESSAGE", text, -1 };
  return g_log_writer_default (level, shown, n_fields, NULL);
}
