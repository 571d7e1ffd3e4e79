/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How wide the terminal is, and text that has to fit there. */
#pragma once

#include <glib.h>

/* The columns of the terminal that is standard output; 0: it is none, and lines may be as long as they are. */
guint pin_columns (void);

/* How many columns @text takes, UTF-8; what only colours it takes none. */
guint pin_columns_of (const char *text);

/* @text, without colours, cut to @columns, with "..." at its end if it was; without these where they alone would fill it.  (transfer full) */
char *pin_columns_cut (const char *text, guint columns);

/*
 * @text, one line, broken at blanks so that none is wider than @columns, if a word is not wider by itself; all but the first are
 * indented by @indent blanks.  0 @columns break nothing.  (transfer full)
 */
char *pin_columns_wrap (const char *text, guint columns, guint indent);

/* Prints a line, which is broken where the terminal is narrower, and goes on behind @indent blanks. */
void pin_columns_say (guint indent, const char *format, ...) G_GNUC_PRINTF (2, 3);
