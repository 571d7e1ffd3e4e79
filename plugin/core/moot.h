/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What was written for a guest and means nothing on its home, where libvirt takes it all the same. */
#pragma once

#include "original.h"
#include "snapshot.h"

/*
 * @original without those nodes of its <numatune> that have no memory on @host, where it was written: the kernel leaves them out (mbind(2) takes
 * what of its nodes has memory), and memory that is restricted to none but such nodes is not restricted (cgroup v2: a cpuset.mems of none is
 * the parent's).  (transfer full); NULL: all of it means something, or it was written elsewhere.
 */
PinOriginal *pin_moot_leave_out (const PinOriginal *original, const PinSnapshot *host);
