/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What systemd knows of libvirt's daemon. */
#pragma once

#include "exam.h"

/*
 * Asks systemd, over the system bus, when it reloaded service @name ("libvirtd") last since that was started.
 * *ret_reloaded: us since the epoch; 0: not since then.  FALSE: systemd does not run here, has not started that service, or says nothing.
 */
gboolean pin_exam_service_reloaded (const PinExamOrder *order, const char *name, gint64 *ret_reloaded);
