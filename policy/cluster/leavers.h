/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Guests that have to leave a host: who goes with whom, who is placed first, and what each of them would lose elsewhere. */
#pragma once

#include "cluster/scene.h"

/* What is lost, in one number: how many have no place, then how many miss something, then what was done to them costs, then how many are warned of.
 * Losses are added up. */
typedef guint64 PinLoss;

#define PIN_LOSS_NONE ((PinLoss) 0)
#define PIN_LOSS_NEVER G_MAXUINT64 /* it can't be; not to be added to */
#define PIN_LOSS_STAY (G_GUINT64_CONSTANT (1) << 48)
#define PIN_LOSS_MISS (G_GUINT64_CONSTANT (1) << 32)

/* Of that how many stay, and how many miss something. */
static inline PinLoss
pin_loss_head (PinLoss loss)
{
  return loss >> 32;
}

/* Guests that go to one host, one right after the other: a strict group keeps them together.  Most teams are one guest. */
typedef struct
{
  guint first, n; /* leavers */
} PinTeam;

typedef struct _PinLeavers PinLeavers;

/*
 * All guests of @scene that are on the host @row, not on their way already, and not held.  They are lifted, and stay so.  @scene, which must outlive it, is
 * then to be changed by pin_leavers_put() and pin_scene_back() only.  Leavers are numbered by team, the hardest first: who has the fewest hosts,
 * whose settings weigh most, who is biggest.  (transfer full)
 */
PinLeavers *pin_leavers_new (PinScene *scene, guint row);
void pin_leavers_free (PinLeavers *leavers);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinLeavers, pin_leavers_free)

PinScene *pin_leavers_scene (const PinLeavers *leavers);
guint pin_leavers_n (const PinLeavers *leavers);
/* Its number in the scene. */
guint pin_leavers_guest (const PinLeavers *leavers, guint leaver);
/* How much work it is to put it on a host; 1 mostly. */
guint pin_leavers_work (const PinLeavers *leavers, guint leaver);
/* Borrowed. */
const PinTeam *pin_leavers_teams (const PinLeavers *leavers, guint *ret_n);
/* The one that @leaver is in.  Borrowed. */
const PinTeam *pin_leavers_team (const PinLeavers *leavers, guint leaver);

/* Rows that could have each of @team while nobody has arrived anywhere: where all would cost least first, then by rank.  guint; (transfer full) */
GArray *pin_leavers_rows (const PinLeavers *leavers, const PinTeam *team);
/* What @leaver loses on the host @row while nobody has arrived there. */
PinLoss pin_leavers_alone (PinLeavers *leavers, guint leaver, guint row);
/* What it loses there as the scene is now. */
PinLoss pin_leavers_loss (PinLeavers *leavers, guint leaver, guint row);
/* The same, and puts it there, unless that is PIN_LOSS_NEVER. */
PinLoss pin_leavers_put (PinLeavers *leavers, guint leaver, guint row);
