/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Examines this host for all who ask, one after the other.  Files are looked at on one thread, libvirt on another, names and paths of disks on a
 * third: what hangs - libvirt, a name server, a share whose server is away - keeps nobody waiting for longer than a while.  Its facts are
 * left out then, for all who ask, until it comes back.
 */
#pragma once

#include <gio/gio.h>

typedef struct _PinExamDesk PinExamDesk;

/*
 * @root: as PinExamOrder has it.  @uri: libvirt's; NULL: it is not asked.  @patience_ms: how long one who asks waits at the most for what
 * hangs.  (transfer full)
 */
PinExamDesk *pin_exam_desk_new (const char *root, const char *uri, guint patience_ms);
/* Who still waits is told that there is nothing. */
void pin_exam_desk_free (PinExamDesk *desk);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinExamDesk, pin_exam_desk_free)

/* @facts: a{sv} as pin_exam() has it; NULL: the desk is freed.  @libvirt_problem: why libvirt's are not among them, in one line; NULL: they
 * are, or it was not to be asked.  Both borrowed. */
typedef void (*PinExamRead) (GVariant *facts, const char *libvirt_problem, gpointer data);

/*
 * Looks, also for addresses of @names and for @paths, both of which may be NULL.  @read is called once, not before this has returned.
 * Returns: FALSE with PIN_ERROR_BUSY where too many wait already.
 */
gboolean pin_exam_desk_ask (PinExamDesk *desk, const char *const *names, const char *const *paths, PinExamRead read, gpointer data,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
