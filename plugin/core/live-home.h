/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the home of a running guest's original lies on the host that it runs on: its memory says so. */
#pragma once

#include "original.h"
#include "snapshot.h"
#include "terms.h"

/*
 * A home whose shape has the CPUs that @original names, numbered and paired in cores as at home, and the nodes that @present names, numbered
 * as on @host.  A node of home is the node to which its memory went: a binding (numatune memory, a cell's, a memory device's) ties it that
 * @original and @present both have, from node to node, from several to one, or from several to as many.  Nodes that nothing ties have
 * numbers that no memory has: those of home where they are free.
 * Returns: (transfer full) NULL where nothing is named.
 */
PinHome *pin_live_home_new (const PinGuest *guest, const PinOriginal *original, const PinPlacement *present, const PinTerms *terms,
                            const PinSnapshot *host);
