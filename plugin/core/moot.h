/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What was written for a guest and means nothing on its home, where libvirt takes it all the same. */
#pragma once

#include "original.h"
#include "snapshot.h"

/*
 * Whether the memory of @original is restricted to nodes of which none has any, on @host, where that was written: libvirt starts such a guest,
 * and the kernel gives a cpuset without memory what its parent has (cgroup v2, cpuset.mems).
 */
gboolean pin_moot_memory (const PinOriginal *original, const PinSnapshot *host);

/* @original without that.  (transfer full) */
PinOriginal *pin_moot_leave_out (const PinOriginal *original);
