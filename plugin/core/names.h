/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of enumerators: one table an enum, indexed by its values. */
#pragma once

#include <glib.h>

/* Index of @name among the @n_names of @names; -1 if it is none of them. */
static inline int
pin_names_index (const char *const *names, guint n_names, const char *name)
{
  for (guint i = 0; i < n_names; i++)
    if (g_strcmp0 (names[i], name) == 0)
      return (int)i;

  return -1;
}
