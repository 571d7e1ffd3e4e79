/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tables as virsh shows them: a header, a line of dashes, the rows. */
#pragma once

#include <glib.h>

/*
 * @rows: GPtrArray of GStrv, the header first, all of equal length.  @quiet: the rows only.  Where that is wider than @columns, what is
 * widest is broken into several lines; 0: it may be as wide as it is.  (transfer full)
 */
char *pin_table_format (const GPtrArray *rows, gboolean quiet, guint columns);
