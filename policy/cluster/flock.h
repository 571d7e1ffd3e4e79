/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who can be moved so that hosts become alike, and what that would come to. */
#pragma once

#include "cluster/balance.h"
#include "cluster/party.h"

typedef struct
{
  const PinParty *party;
  guint64 estimate_ms; /* of their moves, one after the other */
  gint64 cpu_permille; /* of one CPU: how busy they are together, or a thousand for each CPU of their own */
  gboolean moved;
} PinFlock;

typedef struct _PinFlocks PinFlocks;

/* @measured: they are as busy as the scene has them; else by the CPUs that they have for themselves.  (transfer full) */
PinFlocks *pin_flocks_new (PinScene *scene, const PinBalanceTerms *terms, gboolean measured);
void pin_flocks_free (PinFlocks *flocks);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinFlocks, pin_flocks_free)

/* Those that were on the host when the flocks were made, and may be moved: none of them is at home, came lately, or is on its way, and
 * what they compute is worth moving them.  Borrowed, of PinFlock, by their first guest. */
const GPtrArray *pin_flocks_at (const PinFlocks *flocks, guint row);
