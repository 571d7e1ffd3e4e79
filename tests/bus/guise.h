/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A connection to a bus by another user, in the process of the test. */
#pragma once

#include <gio/gio.h>

/* A user of this machine who is neither root nor nobody, and has no rights of its own. */
#define GUISE_SERVICE "daemon"
#define GUISE_NOBODY "nobody"

/* Connects to the bus at @address as @user, who is in the group libvirt if @is_libvirt, and in no other.  The process must be
 * root's, and must have had a connection before.  (transfer full) */
GDBusConnection *guise_connect (const char *address, const char *user, gboolean is_libvirt);
