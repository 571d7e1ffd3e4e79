/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "drain.h"

#include "exodus.h"

/* So many hosts are named with their reasons. */
#define REASONS_MOST 8

typedef struct
{
  PinScene *scene;
  guint row;
  PinLeavers *leavers;
} Drain;

/* What speaks for the host that a guest goes to.  (transfer full) */
static char *
why_there (PinScene *scene, guint guest, guint row)
{
  PinProspect prospect = pin_scene_judge (scene, guest, row);

  if (!pin_scene_holds_whole (scene, guest, row))
    return g_strdup_printf ("this way least is lost in all; its plan costs %u", prospect.cost);
  if (prospect.cost == 0)
    return g_strdup (prospect.verdict == PIN_VERDICT_KEEP ? "it fits as written" : "it fits, with a warning");
  return g_strdup_printf ("it keeps all that it should have; its plan costs %u", prospect.cost);
}

/* Guests of a team could not leave one by one: their group holds each where the others are. */
static void
lift_team (const Drain *drain, const PinTeam *team)
{
  for (guint i = team->first; i < team->first + team->n; i++)
    {
      guint guest = pin_leavers_guest (drain->leavers, i);

      if (pin_scene_at (drain->scene, guest) == (gint) drain->row)
        pin_scene_lift (drain->scene, guest);
    }
}

static void
add_moves (const Drain *drain, PinMoves *result, const PinExodus *exodus, const PinPace *pace)
{
  for (guint i = 0; i < exodus->steps->len; i++)
    {
      const PinStep *step = &g_array_index (exodus->steps, PinStep, i);
      guint guest = pin_leavers_guest (drain->leavers, step->leaver);
      g_autofree char *why = NULL;

      lift_team (drain, pin_leavers_team (drain->leavers, step->leaver));
      why = why_there (drain->scene, guest, step->row);
      pin_moves_add (result, drain->scene, guest, step->row, pace, why, NULL);
    }
}

/* A host where a guest can't be. */
typedef struct
{
  guint row;
  PinFilter filter;
} Refusal;

/* The further it came there, the nearer it was. */
static gint
compare_refusals (gconstpointer left, gconstpointer right)
{
  const Refusal *a = left, *b = right;

  if (a->filter != b->filter)
    return a->filter > b->filter ? -1 : 1;
  return a->row < b->row ? -1 : a->row > b->row;
}

/* (transfer full) */
static GArray *
refusals_of (const Drain *drain, guint guest)
{
  GArray *refusals = g_array_new (FALSE, FALSE, sizeof (Refusal));
  guint n;

  pin_scene_rows (drain->scene, &n);
  for (guint row = 0; row < n; row++)
    {
      Refusal refusal = { row, pin_scene_judge (drain->scene, guest, row).filter };

      if (row != drain->row)
        g_array_append_val (refusals, refusal);
    }
  g_array_sort (refusals, compare_refusals);
  return refusals;
}

/* Why not all of @team can be on the host @row: the first that can't be, as one of the others says it.  (transfer full) */
static char *
why_not (const Drain *drain, const PinTeam *team, guint guest, guint row)
{
  for (guint i = team->first; i < team->first + team->n; i++)
    {
      guint other = pin_leavers_guest (drain->leavers, i);
      g_autofree char *why = pin_scene_why (drain->scene, other, row);

      if (why != NULL && other == guest)
        return g_steal_pointer (&why);
      if (why != NULL)
        return g_strdup_printf ("%s, which its group keeps it together with: %s", pin_scene_guest (drain->scene, other)->guest->name, why);
      pin_scene_put (drain->scene, other, row);
    }
  return g_strdup ("not all ways were tried");
}

static char *
why_nowhere (const Drain *drain, const PinTeam *team, guint guest)
{
  g_autoptr (GArray) refusals = refusals_of (drain, guest);
  g_autoptr (GString) text = g_string_new (refusals->len == 0 ? "there is no other host" : NULL);
  guint n;

  for (guint i = 0; i < MIN (refusals->len, REASONS_MOST); i++)
    {
      guint row = g_array_index (refusals, Refusal, i).row;
      guint mark = pin_scene_mark (drain->scene);
      g_autofree char *why = why_not (drain, team, guest, row);

      pin_scene_back (drain->scene, mark);
      g_string_append_printf (text, "%s%s: %s", i > 0 ? "; " : "", pin_scene_rows (drain->scene, &n)[row].name, why);
    }
  if (refusals->len > REASONS_MOST)
    g_string_append_printf (text, "; and %u more", refusals->len - REASONS_MOST);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
add_stays (const Drain *drain, PinMoves *result, const PinTeam *team)
{
  guint mark = pin_scene_mark (drain->scene);

  if (pin_scene_at (drain->scene, pin_leavers_guest (drain->leavers, team->first)) != (gint) drain->row)
    return;
  lift_team (drain, team);
  for (guint i = team->first; i < team->first + team->n; i++)
    {
      guint guest = pin_leavers_guest (drain->leavers, i);

      pin_moves_add_stay (result, guest, why_nowhere (drain, team, guest));
    }
  pin_scene_back (drain->scene, mark);
}

/* Those that nobody may move; who is on its way all the same is waited for. */
static void
add_held (const Drain *drain, PinMoves *result)
{
  for (guint guest = 0; guest < pin_scene_n_guests (drain->scene); guest++)
    {
      const PinSceneGuest *facts = pin_scene_guest (drain->scene, guest);

      if (facts->on == drain->row && facts->held != NULL && facts->bound_for == NULL)
        pin_moves_add_stay (result, guest, g_strdup (facts->held));
    }
}

static gint
compare_stays (gconstpointer left, gconstpointer right)
{
  const PinStay *a = *(const PinStay *const *) left, *b = *(const PinStay *const *) right;

  return a->guest < b->guest ? -1 : a->guest > b->guest;
}

static void
add_all_stays (const Drain *drain, PinMoves *result)
{
  guint n;
  const PinTeam *teams = pin_leavers_teams (drain->leavers, &n);

  for (guint i = 0; i < n; i++)
    add_stays (drain, result, &teams[i]);
  add_held (drain, result);
  g_ptr_array_sort (result->stays, compare_stays);
}

PinMoves *
pin_drain_plan (PinScene *scene, guint row, const PinPace *pace)
{
  PinMoves *result = pin_moves_new ();
  g_autoptr (PinLeavers) leavers = NULL;
  g_autoptr (PinExodus) exodus = NULL;
  Drain drain = { scene, row, NULL };
  guint mark;

  pin_scene_close (scene, row, "it is being drained");
  mark = pin_scene_mark (scene);
  drain.leavers = leavers = pin_leavers_new (scene, row);
  exodus = pin_exodus_new (leavers);
  pin_scene_back (scene, mark);
  add_moves (&drain, result, exodus, pace);
  add_all_stays (&drain, result);
  result->exact = exodus->exact;
  return result;
}
