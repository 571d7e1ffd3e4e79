/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a move gets done: memory that the guest writes while it moves is sent again, and who writes as fast as it is sent never arrives. */
#pragma once

#include "migration.h"

/* What is known of one move; all zero before its first look. */
typedef struct
{
  guint pass;          /* over the guest's memory, that goes on */
  guint64 rate_sum;    /* of the looks at it, bytes a second */
  guint n_rates;
  guint64 rate;        /* mean of the pass before */
  guint n_against;     /* passes in a row that speak against the judgement */
  gboolean hopeless;   /* the judgement */
} PinConvergence;

/*
 * Takes the latest of how it goes.  Returns: whether it does not converge as it is.  A judgement takes two passes in a row, and two to be taken
 * back.  Where auto-converge can still slow the guest down more, it is not made.
 */
gboolean pin_convergence_look (PinConvergence *convergence, const PinMigrationProgress *progress, const PinMigrateRule *manner);

/* One line for people: why @guest, which leaves @source, does not get done, and what helps.  (transfer full) */
char *pin_convergence_warning (const PinConvergence *convergence, const PinMigrationProgress *progress, const PinMigrateRule *manner,
                               const char *guest, const char *source);

/*
 * One line for people, before it moves: why a guest that writes @dirty_kib_s, where @rate_kib_s are sent, may not get done, and what helps.  (transfer
 * full); NULL: there is nothing to say.
 */
char *pin_convergence_foretell (const PinMigrateRule *manner, guint64 dirty_kib_s, guint64 rate_kib_s);

/* So long it takes from now on, if both go on as they do: what libvirt says, else worked out.  0: not known, or without end. */
guint64 pin_convergence_time_left_ms (const PinMigrationProgress *progress, const PinMigrateRule *manner);
