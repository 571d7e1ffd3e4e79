/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the log goes. */
#pragma once

#include <glib.h>

#define PIN_LOG_MOST 1000 /* bytes of a message */

/* A GLogWriterFunc as GLib's own, which leaves out the end of what is too long: GDBus prints all of a message that it can't read, and another
 * host may send much. */
GLogWriterOutput pin_log_write (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer unused);
