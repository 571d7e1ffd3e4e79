/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files of lines KEY=VALUE, as services have them for their environment and tuned for its variables. */
#pragma once

#include <glib.h>

/*
 * The last value of @key in @text: without blanks, quotes, and a comment behind it.
 * Returns: (transfer full) "" of one that is empty; NULL if there is none.
 */
char *pin_exam_setting (const char *text, const char *key);
