/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Of several nodes that a group may be on, which is tried first. */
#pragma once

#include "search.h"

/* The best place for @group after the one of key *last (0: the first); PIN_CPUSET_END: there is no other.  Groups before it are placed. */
guint pin_place_next (PinSearch *search, guint group, guint64 *last);

/* How many groups before @group are on @node. */
guint pin_place_count_on (const PinSearch *search, guint group, guint node);

/* Fills search->missing, by which places go where the policy is put aside. */
void pin_place_find_missing (PinSearch *search);
