/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tried.h"

struct _PinTried
{
  guint references;
  GHashTable *pairs; /* "UUID HOST" */
};

PinTried *
pin_tried_new (void)
{
  PinTried *tried = g_new0 (PinTried, 1);

  tried->references = 1;
  tried->pairs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return tried;
}

PinTried *
pin_tried_ref (PinTried *tried)
{
  tried->references++;
  return tried;
}

void
pin_tried_unref (PinTried *tried)
{
  if (tried == NULL || --tried->references > 0)
    return;
  g_hash_table_unref (tried->pairs);
  g_free (tried);
}

void
pin_tried_add (PinTried *tried, const char *uuid, const char *host)
{
  g_hash_table_add (tried->pairs, g_strconcat (uuid, " ", host, NULL));
}

gboolean
pin_tried_has (const PinTried *tried, const char *uuid, const char *host)
{
  g_autofree char *pair = tried != NULL ? g_strconcat (uuid, " ", host, NULL) : NULL;

  return tried != NULL && g_hash_table_contains (tried->pairs, pair);
}
