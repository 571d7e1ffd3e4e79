/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The file that a collector reads at any moment: it is whole, and everybody may read it. */
#pragma once

#include <glib.h>

/*
 * Puts @text in place of what is in @path, at once, with mode 0644 whatever the umask.  PIN_ERROR_FAILED names @path, says what is wrong and
 * what to do about it.
 */
gboolean pin_metrics_file_write (const char *path, const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* It need not be there.  Errors as above. */
gboolean pin_metrics_file_remove (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
