/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Processes of the host that is examined. */
#pragma once

#include "exam.h"

/*
 * The service called @name, as /proc/PID/comm has it: root's, and none of a container's.  Others may be called so too, as the libvirt of a
 * user's session is.  *ret_pid: 0: it does not run.
 * Returns: FALSE if processes of others can't be seen.
 */
gboolean pin_exam_find_service (const PinExamOrder *order, const char *name, guint *ret_pid);

/* When process @pid was started, us since the epoch; never earlier than it was.  FALSE: that can't be told. */
gboolean pin_exam_process_started (const PinExamOrder *order, guint pid, gint64 *ret_started);
