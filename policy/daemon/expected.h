/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Guests that are about to arrive: they count at their destination before its pinshiftd has heard of them. */
#pragma once

#include "cluster/rank.h"
#include "jobs.h"

typedef struct _PinExpected PinExpected;

PinExpected *pin_expected_new (void);
void pin_expected_free (PinExpected *expected);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinExpected, pin_expected_free)

/* Whose guests they are; NULL: nobody's. */
void pin_expected_set_jobs (PinExpected *expected, const PinJobs *jobs);

/* Remembers what the guest of @rank would take on the best of its hosts. */
void pin_expected_remember (PinExpected *expected, PinRank *rank);

/*
 * Replaces the sites of @rows that do not know a guest yet that a job moves there by ones that have a claim of it.
 * Returns: (transfer full) what must outlive the rows.
 */
GPtrArray *pin_expected_apply (const PinExpected *expected, PinHostRow *rows, guint n_rows);

/* Calls @each for the guest of each job that is under way. */
void pin_expected_each (const PinExpected *expected, PinJobsExpected each, gpointer data);
