/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which guests may have to be moved, so that they must be known before anything is planned.  Each adds calls for pin_gathering_ask(). */
#pragma once

#include "scenery.h"

/* The row of @host; FALSE with PIN_ERROR_NOT_FOUND. */
gboolean pin_choice_find_host (const PinHostRow *rows, guint n_rows, const char *host, guint *ret_row, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

/* Those that run on @host.  FALSE with PIN_ERROR_NOT_FOUND, or PIN_ERROR_FAILED where it can't be reached. */
gboolean pin_choice_add_on (GPtrArray *calls, const PinHostRow *rows, guint n_rows, const char *host, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

/* One.  Returns: its UUID (transfer full); NULL with an error as of pin_find_guest(). */
char *pin_choice_add_guest (GPtrArray *calls, const PinHostRow *rows, guint n_rows, const char *name_or_uuid, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

/* Those of the hosts that are busier than the mean of those that take part in a balance, the busiest 64. */
void pin_choice_add_busiest (GPtrArray *calls, const PinHostRow *rows, guint n_rows);

/* Those of the hosts, 64 at most, that are homes of guests of @gathered which are elsewhere. */
void pin_choice_add_at_homes (GPtrArray *calls, const PinHostRow *rows, guint n_rows, const PinGathered *gathered);

/* Those that strict groups keep together with guests of @gathered, on one host. */
void pin_choice_add_mates (GPtrArray *calls, const PinHostRow *rows, guint n_rows, const PinGathered *gathered, const PinRules *rules);

/* Those of the host @host where it is full for the guest @guest of @scenery; where it is NULL, and no host can take the guest, those of the 16 hosts
 * that have most memory left. */
void pin_choice_add_in_the_way (GPtrArray *calls, PinScenery *scenery, guint guest, const char *host);
