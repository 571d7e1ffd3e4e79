/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether groups that can't share nodes can all have one each. */
#pragma once

#include "search.h"

/* Whether @group may be on @node on this step, for all that it alone needs.  search.c */
gboolean pin_search_may (PinSearch *search, guint group, guint node);

/* Whether two groups can't share a node on this step.  search.c */
gboolean pin_search_collide (const PinSearch *search, guint group, guint other);

/* Whether @group shares its node with no other group that has CPUs (@cpus), or memory.  search.c */
gboolean pin_search_is_strict (const PinSearch *search, guint group, gboolean cpus);

/*
 * Whether groups from @first on can all be put on nodes that are free of groups before @first with which they collide: those with CPUs,
 * and those with memory, each for themselves.  FALSE is certain.
 */
gboolean pin_match_is_possible (PinSearch *search, guint first);
