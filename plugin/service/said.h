/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What others say, hosts and commands, as far as it is shown to people. */
#pragma once

#include <glib.h>

#define PIN_SAID_MOST 200 /* bytes */

/*
 * The last line of @text that has something on it: UTF-8, without control characters, at most PIN_SAID_MOST bytes.
 * @length: -1 if @text ends with NUL.  (transfer full); "" if there is nothing.
 */
char *pin_said_last_line (const char *text, gssize length);

/* All of @text as one line, cut and cleaned likewise.  (transfer full) */
char *pin_said_one_line (const char *text);
