/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "passage.h"

/* So many step aside for one that goes home. */
#define ASIDE_MOST 3
/* Hosts that are thought of for one that steps aside, and that are tried. */
#define THOUGHT_MOST 8
#define TARGETS_MOST 3
/* Times that a guest is thought of on a host; then those that still wait for one another are left where they are. */
#define EFFORT_MOST 8000

typedef struct
{
  PinScene *scene;
  const GArray *travellers;
  GArray *steps;   /* PinLeg */
  guint effort;
  guint now;       /* counts changes */
  guint *changed;  /* by row: when who is there did last */
  guint *looked;   /* by traveller: when it could not go home */
} Passage;

/* Somebody who may step aside, to where, and how it stands there. */
typedef struct
{
  guint traveller;
  guint row;
  PinStanding standing;
} Aside;

static const PinTraveller *
traveller_of (const Passage *passage, guint i)
{
  return &g_array_index (passage->travellers, PinTraveller, i);
}

static void
passage_init (Passage *passage, PinScene *scene, const GArray *travellers, GArray *steps)
{
  guint n_rows;

  pin_scene_rows (scene, &n_rows);
  *passage = (Passage){ .scene = scene, .travellers = travellers, .steps = steps };
  passage->changed = g_new0 (guint, n_rows + 1);
  passage->looked = g_new0 (guint, travellers->len + 1);
}

static void
passage_clear (Passage *passage)
{
  g_free (passage->changed);
  g_free (passage->looked);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Passage, passage_clear)

static gboolean
make_step (Passage *passage, guint traveller, guint row)
{
  guint from = pin_party_at (traveller_of (passage, traveller)->party, passage->scene);

  if (!pin_leg_make (passage->scene, passage->travellers, passage->steps, traveller, row))
    return FALSE;
  passage->changed[from] = passage->changed[row] = ++passage->now;
  return TRUE;
}

/* Takes back all steps but the first @n_steps, which were made before @mark. */
static void
take_back (Passage *passage, guint mark, guint n_steps)
{
  pin_scene_back (passage->scene, mark);
  passage->now++;
  for (guint i = n_steps; i < passage->steps->len; i++)
    {
      const PinLeg *leg = &g_array_index (passage->steps, PinLeg, i);

      passage->changed[leg->row] = passage->now;
      passage->changed[pin_party_at (traveller_of (passage, leg->traveller)->party, passage->scene)] = passage->now;
    }
  g_array_set_size (passage->steps, n_steps);
}

static gboolean
is_there (const Passage *passage, guint i)
{
  PinLeg last = pin_traveller_last (passage->travellers, passage->steps, i);

  return pin_traveller_is_there (traveller_of (passage, i), &last);
}

/* Home it goes if it is @whole there, or that is not asked for. */
static gboolean
go_home (Passage *passage, guint i, gboolean whole)
{
  const PinParty *party = traveller_of (passage, i)->party;
  PinStanding home;

  if (party->home == PIN_SCENE_NOWHERE || pin_party_is_at_home (party, passage->scene) || passage->looked[i] > passage->changed[party->home])
    return FALSE;
  passage->effort++;
  passage->looked[i] = ++passage->now;
  home = pin_party_judge (party, passage->scene, (guint) party->home);
  return home.no_worse && (home.whole || !whole) && make_step (passage, i, (guint) party->home);
}

/* Until nothing moves. */
static void
pass (Passage *passage)
{
  gboolean moved = TRUE;

  while (moved)
    {
      moved = FALSE;
      for (guint i = 0; i < passage->travellers->len; i++)
        moved |= traveller_of (passage, i)->aim == PIN_AIM_HOME && go_home (passage, i, TRUE);
    }
}

/* Those without tuning first: they need not come back.  Then who misses nothing, costs little, and is small. */
static int
compare_asides (gconstpointer left, gconstpointer right, gpointer data)
{
  const Aside *a = left, *b = right;
  const PinParty *party_a = traveller_of (data, a->traveller)->party, *party_b = traveller_of (data, b->traveller)->party;

  if (party_a->tuned != party_b->tuned)
    return party_a->tuned ? 1 : -1;
  if (a->standing.whole != b->standing.whole)
    return a->standing.whole ? -1 : 1;
  if (a->standing.cost != b->standing.cost)
    return a->standing.cost < b->standing.cost ? -1 : 1;
  if (party_a->memory_kib != party_b->memory_kib)
    return party_a->memory_kib < party_b->memory_kib ? -1 : 1;
  return 0;
}

/* Who has an own way home may lose something meanwhile, others may not. */
static void
add_asides (Passage *passage, GArray *asides, guint i)
{
  const PinTraveller *traveller = traveller_of (passage, i);
  g_autoptr (GArray) rows = pin_party_rows (traveller->party, passage->scene);
  g_autoptr (GArray) own = g_array_new (FALSE, FALSE, sizeof (Aside));

  passage->effort += 1 + MIN (rows->len, THOUGHT_MOST);
  for (guint j = 0; j < MIN (rows->len, THOUGHT_MOST); j++)
    {
      Aside aside = { i, g_array_index (rows, guint, j), { FALSE } };

      aside.standing = pin_party_judge (traveller->party, passage->scene, aside.row);
      if (aside.standing.no_worse || (aside.standing.can && traveller->aim == PIN_AIM_HOME))
        g_array_append_val (own, aside);
    }
  g_array_sort_with_data (own, compare_asides, passage);
  g_array_append_vals (asides, own->data, MIN (own->len, TARGETS_MOST));
}

/* Of those who are on @row, are not at home there, and have not stepped aside before.  Of Aside, best first.  (transfer full) */
static GArray *
asides_from (Passage *passage, guint row)
{
  GArray *asides = g_array_new (FALSE, FALSE, sizeof (Aside));

  for (guint i = 0; i < passage->travellers->len; i++)
    {
      const PinParty *party = traveller_of (passage, i)->party;

      if (party->on == row && pin_party_at (party, passage->scene) == row)
        add_asides (passage, asides, i);
    }
  g_array_sort_with_data (asides, compare_asides, passage);
  return asides;
}

/* Brings @i home, for which up to @n_most step aside; where that fails, all is as it was. */
static gboolean
make_way (Passage *passage, guint i, guint n_most)
{
  const PinParty *party = traveller_of (passage, i)->party;
  g_autoptr (GArray) asides = asides_from (passage, (guint) party->home);
  guint mark = pin_scene_mark (passage->scene), n_steps = passage->steps->len;

  for (guint j = 0; j < asides->len && passage->effort < EFFORT_MOST; j++)
    {
      const Aside *aside = &g_array_index (asides, Aside, j);

      if (!make_step (passage, aside->traveller, aside->row))
        continue;
      pass (passage);
      if (is_there (passage, i) ? !pin_travellers_lose (passage->travellers, passage->steps) : n_most > 1 && make_way (passage, i, n_most - 1))
        return TRUE;
      take_back (passage, mark, n_steps);
    }
  return FALSE;
}

static void
break_circles (Passage *passage)
{
  gboolean moved = TRUE;

  while (moved)
    {
      moved = FALSE;
      for (guint i = 0; i < passage->travellers->len; i++)
        moved |= traveller_of (passage, i)->aim == PIN_AIM_HOME && !is_there (passage, i) && make_way (passage, i, ASIDE_MOST);
    }
}

/* To the best host that holds it whole. */
static gboolean
go_anywhere (Passage *passage, guint i)
{
  const PinParty *party = traveller_of (passage, i)->party;
  g_autoptr (GArray) rows = pin_party_rows (party, passage->scene);

  for (guint j = 0; j < MIN (rows->len, PIN_PARTY_ROWS_MOST); j++)
    {
      guint row = g_array_index (rows, guint, j);

      if (pin_party_judge (party, passage->scene, row).whole)
        return make_step (passage, i, row);
    }
  return FALSE;
}

GArray *
pin_passage_plan (PinScene *scene, const GArray *travellers)
{
  g_auto (Passage) passage = { NULL };
  gboolean moved = FALSE;

  passage_init (&passage, scene, travellers, g_array_new (FALSE, FALSE, sizeof (PinLeg)));
  pass (&passage);
  break_circles (&passage);
  for (guint i = 0; i < travellers->len; i++)
    moved |= traveller_of (&passage, i)->aim == PIN_AIM_WHOLE && !is_there (&passage, i) && go_anywhere (&passage, i);
  if (moved)
    {
      pass (&passage);
      break_circles (&passage);
    }
  return passage.steps;
}

void
pin_passage_finish (PinScene *scene, const GArray *travellers, GArray *steps)
{
  g_auto (Passage) passage = { NULL };

  passage_init (&passage, scene, travellers, steps);
  for (guint i = 0; i < travellers->len; i++)
    {
      if (traveller_of (&passage, i)->aim != PIN_AIM_NONE && !is_there (&passage, i))
        go_home (&passage, i, FALSE);
    }
}
