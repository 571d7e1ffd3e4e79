/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Root, who listens to all that passes a bus, as dbus-monitor does. */
#pragma once

#include <gio/gio.h>

typedef struct
{
  GDBusConnection *connection;
  GMutex lock;
  GCond more;
  GByteArray *heard; /* every message as it passed, without the files that came with some */
} Eavesdropper;

/* It must stay where it is. */
void eavesdropper_init (Eavesdropper *ear, const char *address);
void eavesdropper_clear (Eavesdropper *ear);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Eavesdropper, eavesdropper_clear)

/* Whether @text has passed until now.  @other is a connection to the same bus. */
gboolean eavesdropper_has_heard (Eavesdropper *ear, GDBusConnection *other, const char *text);
