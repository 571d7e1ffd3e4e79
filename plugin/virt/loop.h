/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libvirt's event loop, on a thread and a main context of its own.  libvirt's default one runs whatever is attached to
 * the process's default main context, which is the service's own; and its callbacks would wait for the service, or it
 * for them.
 */
#pragma once

/* Starts the thread, or counts one more who needs it.  Call it before a connection is opened. */
void pin_virt_loop_hold (void);
/* Ends the thread when nobody needs it any more, after freeing what libvirt left to be freed. */
void pin_virt_loop_release (void);
