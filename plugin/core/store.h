/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Memory for a fit: pages and nodes of each chunk, and what of them the host has. */
#pragma once

#include "fit.h"

/* Fills fit->stores, memory_element, held and short_kib, and the actions of hugepages, numa-memory and memory. */
void pin_store_all (const PinDemand *demand, const PinRoom *room, const PinTerms *terms, PinFit *fit);

/* Host nodes, by id, that a nodeset of the original becomes.  (transfer full) */
PinNodeset *pin_store_nodes (const PinDemand *demand, const PinRoom *room, const PinFit *fit, const PinNodeset *written);
