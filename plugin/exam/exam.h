/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Looks at this host, for doctor/facts.h: files, processes, names, certificates, and libvirt.  pinshiftd does it in its sandbox, the command line as
 * whoever runs it; each sees what it may, and leaves out what it may not.  A part a file: exam-*.c, each of which adds its facts.
 */
#pragma once

#include <gio/gio.h>
#include <libvirt/libvirt.h>

typedef struct
{
  const char *root;         /* "/", or a directory that stands for it, for tests */
  virConnectPtr connection; /* NULL: what libvirt says is left out */
  const char *const *names; /* to be resolved; NULL: none */
  const char *const *paths; /* absolute, of disks; NULL: none */
} PinExamOrder;

/*
 * All that can be seen.  It blocks: for files, libvirt, and for name servers, which may take their time, so pinshiftd does it on a thread.
 * Returns: (transfer full) a{sv} of facts.h, without those that pinshiftd alone knows; not floating.
 */
GVariant *pin_exam (const PinExamOrder *order);

/*
 * Tries each of @ports (0 at the end) of @address, a number or a name, all at once, for @patience_ms at most.  Nothing is sent, yet who listens
 * sees a connection that ends: a QEMU into which a guest just migrates takes it for the source, and gives up.  libvirt begins with the first of
 * its ports, so try the last ones.
 * Returns: (transfer full) a{qs} as "reach" of facts.h; not floating.
 */
GVariant *pin_exam_reach (const char *address, const guint16 *ports, guint patience_ms);
