/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What stands before GLib's functions, and says of them what they order; see order.c. */
#pragma once

#include <gio/gio.h>

/* What was done before a release of @place is seen by whoever comes to an acquire of it.  Nothing, without the sanitizer. */
void order_acquire (gconstpointer place);
void order_release (gconstpointer place);

/* GLib's own @name, in *@ret_function. */
void order_find (const char *name, gpointer ret_function);

/* A variable "real" with the function that this one stands before. */
#define ORDER_REAL(name)                                                                                              \
  __typeof__ (name) *real;                                                                                            \
  order_find (#name, &real)
