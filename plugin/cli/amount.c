/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "amount.h"

char *
pin_amount_bytes (guint64 bytes)
{
  g_autofree char *text = g_format_size_full (bytes, G_FORMAT_SIZE_IEC_UNITS);
  g_auto (GStrv) parts = g_strsplit (text, "\302\240", -1);

  return g_strjoinv (" ", parts);
}

char *
pin_amount_ms (guint64 ms)
{
  guint64 seconds = ms / 1000 + (ms % 1000 > 0 ? 1 : 0);
  guint64 minutes = seconds / 60;

  if (minutes == 0)
    return g_strdup_printf ("%" G_GUINT64_FORMAT " s", seconds);
  if (minutes < 60)
    return g_strdup_printf ("%" G_GUINT64_FORMAT " min %" G_GUINT64_FORMAT " s", minutes, seconds % 60);
  return g_strdup_printf ("%" G_GUINT64_FORMAT " h %" G_GUINT64_FORMAT " min", minutes / 60, minutes % 60);
}
