/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Stands between pinshiftd and libvirt (LD_PRELOAD), for calls that are to wait, and for those that are waited for.  What the service does
 * each minute it does each second here.
 */
#pragma once

#include <glib.h>

/* The function @name of libvirt's own, to a pointer to such functions. */
void driver_find (const char *name, void *ret_function);

/* Whether libvirt keeps to itself how domains are. */
void driver_hold (gboolean hold);
/* Whether the service wants to know, maybe only after a while. */
gboolean driver_is_waited_for (void);
/* Whether the service asks for all domains from now on, maybe only after a while, and has what it was told. */
gboolean driver_is_listed (void);
