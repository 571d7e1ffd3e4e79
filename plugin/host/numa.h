/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libnuma's word on the live host: what of its memory may be used at all. */
#pragma once

#include "core/cpuset.h"

/* Nodes whose memory this process may use as of now (numa_get_mems_allowed(3): the cpuset's mems).  (transfer full); NULL: the kernel has no NUMA. */
PinNodeset *pin_numa_memory_nodes (void);
