/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the kernel's account of memory; the key of a line is the last word before its colon. */
#include "host/sysfs-meminfo.h"

#include <string.h>

static guint64 *
meminfo_field (PinMeminfo *info, const char *key, gsize length)
{
  static const struct
  {
    const char *key;
    gsize offset;
  } fields[] = {
    { "MemTotal", G_STRUCT_OFFSET (PinMeminfo, total) },           { "MemFree", G_STRUCT_OFFSET (PinMeminfo, free) },
    { "FilePages", G_STRUCT_OFFSET (PinMeminfo, file) },           { "Cached", G_STRUCT_OFFSET (PinMeminfo, cached) },
    { "Buffers", G_STRUCT_OFFSET (PinMeminfo, buffers) },          { "Shmem", G_STRUCT_OFFSET (PinMeminfo, shmem) },
    { "SReclaimable", G_STRUCT_OFFSET (PinMeminfo, reclaimable) },
  };

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    if (strlen (fields[i].key) == length && memcmp (fields[i].key, key, length) == 0)
      return &G_STRUCT_MEMBER (guint64, info, fields[i].offset);
  return NULL;
}

PinMeminfo
pin_meminfo_parse (const char *text)
{
  PinMeminfo info = { 0 };
  const char *end;

  for (const char *line = text; *line != '\0'; line = *end == '\0' ? end : end + 1)
    {
      const char *colon = line + strcspn (line, ":\n");
      const char *key = colon;
      guint64 *field;

      end = line + strcspn (line, "\n");
      while (key > line && key[-1] != ' ')
        key--;
      field = *colon == ':' ? meminfo_field (&info, key, (gsize)(colon - key)) : NULL;
      if (field != NULL)
        *field = g_ascii_strtoull (colon + 1, NULL, 10);
    }
  return info;
}

guint64
pin_meminfo_obtainable_kib (const PinMeminfo *info, guint64 watermark_kib)
{
  guint64 cache = info->file + info->cached + info->buffers;
  guint64 all = info->free + info->reclaimable + (cache > info->shmem ? cache - info->shmem : 0);

  return all > watermark_kib ? all - watermark_kib : 0;
}
