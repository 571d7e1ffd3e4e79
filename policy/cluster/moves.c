/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "moves.h"

/* Passes over the memory of a guest that writes it as fast as it is sent. */
#define PASSES_MOST 10
#define MS_PER_S 1000

static void
move_free (gpointer data)
{
  PinMove *move = data;

  pin_plan_free (move->plan);
  g_array_unref (move->after);
  g_free (move->why);
  g_free (move);
}

static void
stay_free (gpointer data)
{
  PinStay *stay = data;

  g_free (stay->why);
  g_free (stay);
}

PinMoves *
pin_moves_new (void)
{
  PinMoves *moves = g_new0 (PinMoves, 1);

  moves->moves = g_ptr_array_new_with_free_func (move_free);
  moves->stays = g_ptr_array_new_with_free_func (stay_free);
  moves->exact = TRUE;
  return moves;
}

void
pin_moves_free (PinMoves *moves)
{
  if (moves == NULL)
    return;
  g_ptr_array_unref (moves->moves);
  g_ptr_array_unref (moves->stays);
  g_free (moves);
}

/* Each pass sends what was written during the one before: a geometric series. */
guint64
pin_pace_estimate_ms (const PinPace *pace, guint64 memory_kib, guint64 dirty_kib_s)
{
  guint64 rate = pace->rate_kib_s > 0 ? pace->rate_kib_s : PIN_PACE_RATE_KIB_S;
  double left = 1 - (double) MIN (dirty_kib_s, rate) / (double) rate;
  double passes = left * PASSES_MOST > 1 ? 1 / left : PASSES_MOST;

  return (guint64) (passes * (double) memory_kib / (double) rate * MS_PER_S) + 1;
}

static void
find_waits (const PinMoves *moves, PinMove *move)
{
  for (guint i = 0; i < moves->moves->len; i++)
    {
      const PinMove *earlier = g_ptr_array_index (moves->moves, i);

      if (earlier->from == move->to || earlier->guest == move->guest)
        g_array_append_val (move->after, i);
    }
}

gboolean
pin_moves_add (PinMoves *moves, PinScene *scene, guint guest, guint row, const PinPace *pace, const char *why, PinMove **ret_move)
{
  const PinSceneGuest *facts = pin_scene_guest (scene, guest);
  guint from = pin_scene_from (scene, guest);
  g_autoptr (PinPlan) plan = pin_scene_place (scene, guest, row);
  PinMove *move;

  if (plan == NULL)
    return FALSE;
  move = g_new0 (PinMove, 1);
  move->guest = guest;
  move->from = from;
  move->to = row;
  move->whole = pin_plan_is_whole (plan);
  move->plan = g_steal_pointer (&plan);
  move->estimate_ms = pin_pace_estimate_ms (pace, facts->guest->memory_kib, facts->dirty_kib_s);
  move->after = g_array_new (FALSE, FALSE, sizeof (guint));
  move->why = g_strdup (why);
  find_waits (moves, move);
  g_ptr_array_add (moves->moves, move);
  if (ret_move != NULL)
    *ret_move = move;
  return TRUE;
}

void
pin_moves_add_stay (PinMoves *moves, guint guest, char *why)
{
  PinStay *stay = g_new0 (PinStay, 1);

  stay->guest = guest;
  stay->why = why;
  g_ptr_array_add (moves->stays, stay);
}

/* The place that is free first. */
static guint
first_free (const guint64 *free_ms, guint n)
{
  guint first = 0;

  for (guint i = 1; i < n; i++)
    {
      if (free_ms[i] < free_ms[first])
        first = i;
    }
  return first;
}

guint64
pin_moves_estimate_ms (const PinMoves *moves, guint parallel)
{
  guint n = MAX (parallel, 1);
  g_autofree guint64 *free_ms = g_new0 (guint64, n);
  g_autofree guint64 *end_ms = g_new0 (guint64, moves->moves->len + 1);
  guint64 all_ms = 0;

  for (guint i = 0; i < moves->moves->len; i++)
    {
      const PinMove *move = g_ptr_array_index (moves->moves, i);
      guint place = first_free (free_ms, n);
      guint64 begin_ms = free_ms[place];

      for (guint j = 0; j < move->after->len; j++)
        begin_ms = MAX (begin_ms, end_ms[g_array_index (move->after, guint, j)]);
      end_ms[i] = free_ms[place] = begin_ms + move->estimate_ms;
      all_ms = MAX (all_ms, end_ms[i]);
    }
  return all_ms;
}
