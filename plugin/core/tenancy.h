/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a guest that runs on a host holds there, as far as its domain says. */
#pragma once

#include "original.h"
#include "snapshot.h"
#include "terms.h"

/*
 * @placement is what the guest has now, @original what its owner wrote (NULL: the same): a CPU is the guest's own where the original says so,
 * and where it is one CPU still.  Memory that is bound to nodes counts there, in equal parts; other memory on all nodes that have some.
 * Pages likewise.  (transfer full)
 */
PinTenant *pin_tenancy_new (const PinGuest *guest, const PinPlacement *placement, const PinPlacement *original,
                            const PinSnapshot *host);

/* Where @threads is about whole cores, the siblings of @tenant's own CPUs are its own too: they stay empty. */
void pin_tenancy_take_cores (PinTenant *tenant, PinThreads threads, const PinTopology *host);

/*
 * Takes what @host's running domains may need of memory off its nodes: free_kib becomes at most total less pools, reserve and the sum of
 * the domains' memory.  Pages that a domain holds are missing from the pools already.
 */
void pin_tenancy_charge (PinSnapshot *host);

/*
 * Puts back into @host's free memory and pages what a guest on its way, which claims @claim, has received already: the kernel counts that as
 * used, and the claim does too.  @memory_kib, @pages_kib: in all, of ordinary and of huge pages; each node is taken to have its share of
 * them.  Call it before pin_tenancy_charge().
 */
void pin_tenancy_credit (PinSnapshot *host, const PinTenant *claim, guint64 memory_kib, guint64 pages_kib);
