/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the other members of a guest's groups are: which hosts strict groups leave, and how hosts suit the others. */
#pragma once

#include "cluster/rank.h"

typedef struct _PinGrouping PinGrouping;

/*
 * Looks for other members of the groups of @name, with @uuid, on all @rows: those that run and those that are on their way.  A host that
 * can't be reached counts as it was known last.  (transfer full); NULL: it is in no group.
 */
PinGrouping *pin_grouping_new (const PinRules *rules, const char *name, const char *uuid, const PinHostRow *rows, guint n_rows);
void pin_grouping_free (PinGrouping *grouping);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinGrouping, pin_grouping_free)

/* Whether no strict group keeps the guest off the host @row. */
gboolean pin_grouping_admits (const PinGrouping *grouping, guint row);
/* Whether all that does are groups that keep together, whose members are elsewhere: of those that move together one has to be the first. */
gboolean pin_grouping_splits (const PinGrouping *grouping, guint row);
/* Why one does, in one line.  (transfer full); NULL: none does. */
char *pin_grouping_why (const PinGrouping *grouping, guint row);

/* How the host suits groups that are not strict, more is better: those of higher priority count first.  Below 65536. */
guint pin_grouping_value (const PinGrouping *grouping, guint row);
/* Names of the soft groups that do not have what they want at @row.  (transfer full); NULL: all have. */
char *pin_grouping_wishes (const PinGrouping *grouping, guint row);
