/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A folder for files that a target reads, gone with it. */
#pragma once

#include <glib.h>

typedef struct
{
  char *directory;
} Scratch;

void scratch_open (Scratch *scratch);
void scratch_clear (Scratch *scratch);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Scratch, scratch_clear)

/* (transfer full) */
char *scratch_path (const Scratch *scratch, const char *name);
/* Makes @data all that the file @name has. */
void scratch_write (const Scratch *scratch, const char *name, const guint8 *data, gsize size);
