/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Words of policy files in messages: quoted, and what they may have been meant to be. */
#pragma once

#include <glib.h>

/* @text, UTF-8, for a message of one line: in quotes, at most 64 characters, none of them control
 * characters.  (transfer full) */
char *pin_rules_quote (const char *text);

/* Whether a control character is in @text, which then can't stand in a line. */
gboolean pin_rules_has_control (const char *text);

/* Sets PIN_ERROR_INVALID: unknown @what "@text"@where, the nearest of @known if one is near, and all of
 * @known. */
void pin_rules_set_unknown (GError **error, const char *what, const char *text, const char *where,
                            const char *const *known);
