/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ranks the hosts of the fleet for a guest: finds it, reads it from the host that it is on, and compares. */
#pragma once

#include "expected.h"
#include "fleet.h"
#include "history.h"
#include "rank-json.h"
#include "route.h"

typedef struct _PinRanking PinRanking;

/* @expected: guests that it ranks for a job are remembered there, and count where they are going.  @history: how fast guests move.  All must
 * outlive it.  (transfer full) */
PinRanking *pin_ranking_new (PinFleet *fleet, PinExpected *expected, const PinHistory *history);
void pin_ranking_free (PinRanking *ranking);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinRanking, pin_ranking_free)

/* By which it ranks from now on; @rules must outlive that. */
void pin_ranking_set_rules (PinRanking *ranking, const PinRules *rules);

typedef struct
{
  PinRoute *route;
  char *json;  /* NULL where no limits were given */
} PinRankAnswer;

void pin_rank_answer_free (PinRankAnswer *answer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinRankAnswer, pin_rank_answer_free)

/*
 * Ranks all hosts for the guest @name_or_uuid.  Hosts of which it is known that they have changed are asked first; one that is slow is taken as it
 * was.  @limits: of the JSON; NULL: none is wanted.  @measure: how much the guest writes is measured first, for a second or a few, and counts in the
 * estimate.  @answered is called once, from the main context.
 */
void pin_ranking_ask (PinRanking *ranking, const char *name_or_uuid, const PinRankJsonLimits *limits, gboolean measure,
                      GCancellable *cancellable, GAsyncReadyCallback answered, gpointer data);
/* (transfer full); NULL with PIN_ERROR_NOT_FOUND for an unknown guest, PIN_ERROR_INVALID for several of that name, or what went wrong while its
 * host was asked. */
PinRankAnswer *pin_ranking_finish (GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;
