/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libnuma's word on the live host: what of nodes and CPUs this process, and so its guests, may use at all. */
#pragma once

#include "core/cpuset.h"

/* Nodes with memory that may be used (numa_all_nodes).  (transfer full); NULL: the kernel has no NUMA. */
PinNodeset *pin_numa_memory_nodes (void);

/* Distance between two nodes as numa_distance() has it; 0: unknown. */
guint pin_numa_distance (PinNodeId a, PinNodeId b);
