/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Moves, one after the other, and who stays although it was asked for: what drains, homecomings, balances and clearings come to. */
#pragma once

#include "cluster/scene.h"

/* How fast guests move. */
typedef struct
{
  guint64 rate_kib_s; /* of one migration; what it is not known is taken to be PIN_PACE_RATE_KIB_S */
  gboolean guessed;   /* neither was it seen, nor is there a limit */
} PinPace;

/* Ten gigabit a second. */
#define PIN_PACE_RATE_KIB_S (G_GUINT64_CONSTANT (1220703))

/* So long memory of @memory_kib takes, sent again as it is written: a guest that writes as fast as it is sent is held to ten passes. */
guint64 pin_pace_estimate_ms (const PinPace *pace, guint64 memory_kib, guint64 dirty_kib_s);

typedef struct
{
  guint guest;          /* index in the scene */
  guint from, to;       /* rows */
  PinPlan *plan;        /* what it gets there, when those before it have been done */
  gboolean whole;       /* it misses nothing there */
  gboolean passing;     /* it is moved so that others can be, not for its own sake */
  guint64 estimate_ms;
  GArray *after;        /* guint, upwards: places in the list of those that must be over before it begins */
  char *why;            /* one line */
} PinMove;

/* Somebody who stays. */
typedef struct
{
  guint guest;
  char *why; /* one line */
} PinStay;

typedef struct
{
  GPtrArray *moves; /* PinMove: done one by one in this order, each finds what its plan says */
  GPtrArray *stays; /* PinStay, by guest; nobody: all that was asked for is done */
  gboolean exact;   /* no better way was left out for want of time */
} PinMoves;

/* (transfer full) */
PinMoves *pin_moves_new (void);
void pin_moves_free (PinMoves *moves);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinMoves, pin_moves_free)

/*
 * Adds the move of @guest from where it is in @scene, or was before it was lifted, to the host @row, and does it in the scene.  It waits for those before it that leave the host
 * @row, or move the same guest.  FALSE, and nothing is added, where it can't be put there.  *ret_move, which may be NULL, is borrowed.
 */
gboolean pin_moves_add (PinMoves *moves, PinScene *scene, guint guest, guint row, const PinPace *pace, const char *why, PinMove **ret_move);
/* Takes @why. */
void pin_moves_add_stay (PinMoves *moves, guint guest, char *why);

/* From the first to the last, with at most @parallel at once. */
guint64 pin_moves_estimate_ms (const PinMoves *moves, guint parallel);
