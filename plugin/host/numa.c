/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libnuma's word on the live host. */
#include "host/numa.h"

#include <numa.h>

typedef struct bitmask bitmask;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (bitmask, numa_bitmask_free)

PinNodeset *
pin_numa_memory_nodes (void)
{
  g_autoptr (bitmask) allowed = numa_available () < 0 ? NULL : numa_get_mems_allowed ();
  PinNodeset *nodes;

  if (allowed == NULL)
    return NULL;
  nodes = pin_cpuset_new ();
  for (guint node = 0; node < allowed->size && node < PIN_CPUSET_MAX; node++)
    if (numa_bitmask_isbitset (allowed, node))
      pin_cpuset_add (nodes, node);
  return nodes;
}
