/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "clearing.h"

#include "hindrance.h"
#include "party.h"

/* So many are sent away at the most, chosen from so many of a host; each may go to so many hosts. */
#define LEAVE_MOST 3
#define CANDIDATES_MOST 12
#define TARGETS_MOST 6
/* Hosts that are tried, where none is named. */
#define ROWS_MOST 16
/* Guests that are put somewhere to see what comes of it. */
#define TRIES_MOST 4000

typedef struct
{
  PinScene *scene;
  GPtrArray *parties;
  const PinParty *mine;
  PinClearingGoal goal;
  const PinParty *leaving[LEAVE_MOST];
  guint to[LEAVE_MOST];
  guint n_leaving;
  guint tries_left;
} Clearing;

static gboolean
is_enough (const Clearing *clearing, const PinStanding *standing)
{
  return standing->can && (standing->whole || clearing->goal == PIN_CLEARING_ANY);
}

static gboolean
fits (Clearing *clearing, guint row)
{
  PinStanding standing = pin_party_judge (clearing->mine, clearing->scene, row);

  return is_enough (clearing, &standing);
}

/* Whether it would fit if those who are chosen were nowhere. */
static gboolean
would_fit (Clearing *clearing, guint row)
{
  guint mark = pin_scene_mark (clearing->scene);
  gboolean fit;

  for (guint i = 0; i < clearing->n_leaving; i++)
    pin_party_lift (clearing->leaving[i], clearing->scene);
  fit = fits (clearing, row);
  pin_scene_back (clearing->scene, mark);
  return fit;
}

static gboolean send_away (Clearing *clearing, guint first, guint row);

/* Sends the one at @first to some host, and the others after it. */
static gboolean
send_first (Clearing *clearing, guint first, guint row)
{
  const PinParty *party = clearing->leaving[first];
  g_autoptr (GArray) targets = pin_party_rows (party, clearing->scene);

  for (guint i = 0; i < MIN (targets->len, TARGETS_MOST) && clearing->tries_left > 0; i++)
    {
      guint mark = pin_scene_mark (clearing->scene);

      clearing->to[first] = g_array_index (targets, guint, i);
      clearing->tries_left--;
      if (pin_party_judge (party, clearing->scene, clearing->to[first]).no_worse
          && pin_party_put (party, clearing->scene, clearing->to[first]) && send_away (clearing, first + 1, row))
        return TRUE;
      pin_scene_back (clearing->scene, mark);
    }
  return FALSE;
}

static void
swap (Clearing *clearing, guint a, guint b)
{
  const PinParty *kept = clearing->leaving[a];

  clearing->leaving[a] = clearing->leaving[b];
  clearing->leaving[b] = kept;
}

/* Finds a host for each of those from the @first on, in whatever order; the scene is then as it would be when they are there. */
static gboolean
send_away (Clearing *clearing, guint first, guint row)
{
  if (first == clearing->n_leaving)
    return fits (clearing, row);
  for (guint i = first; i < clearing->n_leaving; i++)
    {
      swap (clearing, first, i);
      if (send_first (clearing, first, row))
        return TRUE;
      swap (clearing, first, i);
    }
  return FALSE;
}

/* Tries all choices of @n_more among @candidates from the @first on, beside those who are chosen. */
static gboolean
choose (Clearing *clearing, const GPtrArray *candidates, guint first, guint n_more, guint row)
{
  if (n_more == 0)
    return would_fit (clearing, row) && send_away (clearing, 0, row);
  for (guint i = first; i + n_more <= candidates->len && clearing->tries_left > 0; i++)
    {
      clearing->tries_left--;
      clearing->leaving[clearing->n_leaving++] = g_ptr_array_index (candidates, i);
      if (choose (clearing, candidates, i + 1, n_more - 1, row))
        return TRUE;
      clearing->n_leaving--;
    }
  return FALSE;
}

/* Whether nothing binds it to the host @row, where it is. */
static gboolean
is_loose (const Clearing *clearing, const PinParty *party, guint row)
{
  return party != clearing->mine && !party->fixed && party->on == row && (party->home != (gint) row || !party->whole);
}

static gboolean
can_leave (const Clearing *clearing, const PinParty *party)
{
  g_autoptr (GArray) rows = pin_party_rows (party, clearing->scene);

  for (guint i = 0; i < MIN (rows->len, PIN_PARTY_ROWS_MOST); i++)
    {
      if (pin_party_judge (party, clearing->scene, g_array_index (rows, guint, i)).no_worse)
        return TRUE;
    }
  return FALSE;
}

/* Whether it would fit on @row without all who are not bound to it. */
static gboolean
is_hopeful (Clearing *clearing, guint row)
{
  guint mark = pin_scene_mark (clearing->scene);
  gboolean fit;

  for (guint i = 0; i < clearing->parties->len; i++)
    {
      if (is_loose (clearing, g_ptr_array_index (clearing->parties, i), row))
        pin_party_lift (g_ptr_array_index (clearing->parties, i), clearing->scene);
    }
  fit = fits (clearing, row);
  pin_scene_back (clearing->scene, mark);
  return fit;
}

/* Those without tuning first, then the small ones. */
static int
compare_parties (gconstpointer left, gconstpointer right)
{
  const PinParty *a = *(const PinParty *const *) left, *b = *(const PinParty *const *) right;

  if (a->tuned != b->tuned)
    return a->tuned ? 1 : -1;
  if (a->memory_kib != b->memory_kib)
    return a->memory_kib > b->memory_kib ? 1 : -1;
  return g_array_index (a->guests, guint, 0) > g_array_index (b->guests, guint, 0) ? 1 : -1;
}

/* (transfer container) */
static GPtrArray *
candidates_on (Clearing *clearing, guint row)
{
  GPtrArray *candidates = g_ptr_array_new ();
  gboolean hopeful = is_hopeful (clearing, row);

  for (guint i = 0; i < clearing->parties->len && hopeful; i++)
    {
      PinParty *party = g_ptr_array_index (clearing->parties, i);

      if (is_loose (clearing, party, row) && can_leave (clearing, party))
        g_ptr_array_add (candidates, party);
    }
  g_ptr_array_sort (candidates, compare_parties);
  g_ptr_array_set_size (candidates, (gint) MIN (candidates->len, CANDIDATES_MOST));
  return candidates;
}

/* The one that is asked for, or all where room could help, best first. */
static GArray *
rows_of (const Clearing *clearing, gint row)
{
  GArray *rows;
  g_autoptr (GArray) full = NULL;

  if (row != PIN_SCENE_NOWHERE)
    return g_array_append_val (g_array_new (FALSE, FALSE, sizeof (guint)), row);
  rows = pin_party_rows (clearing->mine, clearing->scene);
  full = pin_party_full_rows (clearing->mine, clearing->scene);
  return g_array_append_vals (rows, full->data, full->len);
}

/* Of as few as possible, on any of @rows.  Row of the host, or PIN_SCENE_NOWHERE: nothing helps. */
static gint
search (Clearing *clearing, const GArray *rows)
{
  g_autoptr (GPtrArray) candidates = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);

  for (guint i = 0; i < rows->len; i++)
    {
      guint row = g_array_index (rows, guint, i);

      if (choose (clearing, NULL, 0, 0, row))
        return (gint) row;
      if (i < ROWS_MOST)
        g_ptr_array_add (candidates, candidates_on (clearing, row));
    }
  for (guint n = 1; n <= LEAVE_MOST; n++)
    for (guint i = 0; i < candidates->len; i++)
      {
        guint row = g_array_index (rows, guint, i);

        if (choose (clearing, g_ptr_array_index (candidates, i), 0, n, row))
          return (gint) row;
      }
  return PIN_SCENE_NOWHERE;
}

static void
write_moves (const Clearing *clearing, PinMoves *moves, guint row, const PinPace *pace)
{
  guint n_rows;
  const char *host = pin_scene_rows (clearing->scene, &n_rows)[row].name;
  guint first = g_array_index (clearing->mine->guests, guint, 0);
  g_autofree char *others = g_strdup_printf ("it makes room for %s", pin_scene_guest (clearing->scene, first)->guest->name);
  g_autofree char *own = NULL;

  for (guint i = 0; i < clearing->n_leaving; i++)
    pin_party_move (clearing->leaving[i], moves, clearing->scene, clearing->to[i], pace, others, TRUE);
  own = clearing->n_leaving > 0 ? g_strdup_printf ("there is room on %s when those before it have left", host)
                                : g_strdup_printf ("there is room on %s", host);
  pin_party_move (clearing->mine, moves, clearing->scene, row, pace, own, FALSE);
}

static char *
why_nowhere (const Clearing *clearing, const GArray *rows)
{
  PinNeed need = clearing->goal == PIN_CLEARING_WHOLE ? PIN_NEED_WHOLE : PIN_NEED_PLACE;
  g_autoptr (GString) text = g_string_new (NULL);
  guint n_rows;
  const PinHostRow *hosts = pin_scene_rows (clearing->scene, &n_rows);

  for (guint i = 0; i < MIN (rows->len, ROWS_MOST); i++)
    {
      guint row = g_array_index (rows, guint, i);
      g_autofree char *why = pin_hindrance_why (clearing->scene, clearing->parties, clearing->mine, row, need);

      g_string_append_printf (text, "%s%s: %s", i > 0 ? "; " : "", hosts[row].name, why);
    }
  if (rows->len == 0)
    g_string_append (text, "no host could take it, whoever left it");
  return g_string_free (g_steal_pointer (&text), FALSE);
}

PinMoves *
pin_clearing_plan (PinScene *scene, guint guest, gint row, PinClearingGoal goal, const PinPace *pace)
{
  PinMoves *moves = pin_moves_new ();
  g_autoptr (GPtrArray) parties = pin_parties_new (scene);
  Clearing clearing = { .scene = scene, .parties = parties, .mine = pin_party_of (parties, guest), .goal = goal, .tries_left = TRIES_MOST };
  g_autoptr (GArray) rows = rows_of (&clearing, row);
  guint mark = pin_scene_mark (scene);
  g_autofree char *held = row == (gint) clearing.mine->on ? g_strdup ("it is there already") : pin_hindrance_of_leaving (scene, clearing.mine, guest);
  gint found = held == NULL ? search (&clearing, rows) : PIN_SCENE_NOWHERE;

  pin_scene_back (scene, mark);
  moves->exact = clearing.tries_left > 0;
  if (found != PIN_SCENE_NOWHERE)
    write_moves (&clearing, moves, (guint) found, pace);
  else
    pin_moves_add_stay (moves, guest, held != NULL ? g_steal_pointer (&held) : why_nowhere (&clearing, rows));
  return moves;
}
