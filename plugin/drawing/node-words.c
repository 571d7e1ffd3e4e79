/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "node-words.h"

static char *
size_text (guint64 kib)
{
  g_autofree char *text = g_format_size_full (kib * 1024, G_FORMAT_SIZE_IEC_UNITS);
  g_auto (GStrv) parts = g_strsplit (text, "\302\240", -1); /* a blank that not all terminals have */

  return g_strjoinv (" ", parts);
}

/* "2 MiB", without the digit that says nothing. */
static char *
page_text (guint64 kib)
{
  static const char *const units[] = { "KiB", "MiB", "GiB", "TiB" };
  guint unit = 0;

  for (; unit + 1 < G_N_ELEMENTS (units) && kib % 1024 == 0 && kib > 0; unit++)
    kib /= 1024;
  return g_strdup_printf ("%" G_GUINT64_FORMAT " %s", kib, units[unit]);
}

GStrv
pin_node_words (const PinSnapshot *host, guint node)
{
  const PinNodeMemory *memory = &host->memory[node];
  g_autofree char *total = size_text (memory->total_kib);
  g_autofree char *free = size_text (memory->free_kib);
  g_autofree char *reserve = size_text (memory->reserve_kib);
  g_autoptr (GPtrArray) words = g_ptr_array_new ();

  if (memory->total_kib == 0)
    g_ptr_array_add (words, g_strdup ("no memory"));
  else
    g_ptr_array_add (words, g_strdup_printf ("%s of %s available", free, total));
  if (memory->reserve_kib > 0)
    g_ptr_array_add (words, g_strdup_printf ("%s kept for the host", reserve));
  for (guint i = 0; i < memory->n_pools; i++)
    {
      g_autofree char *size = page_text (memory->pools[i].size_kib);

      g_ptr_array_add (words, g_strdup_printf ("%s pages: %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " free", size, memory->pools[i].free,
                                               memory->pools[i].total));
    }
  g_ptr_array_add (words, NULL);
  return (GStrv) g_ptr_array_free (g_steal_pointer (&words), FALSE);
}
