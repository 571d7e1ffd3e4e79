/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "leavers.h"

#include "bond.h"
#include "core/cost.h"
#include "hardness.h"

/* What a guest loses on a host where nobody has arrived. */
typedef struct
{
  PinLoss loss;  /* PIN_LOSS_NEVER: it can't be there */
  gboolean sure; /* FALSE: only the price is known */
} Alone;

typedef struct
{
  guint guest;
  guint team;     /* a number that all of a team have */
  PinHardness hardness;
  guint work;     /* of putting it somewhere */
  Alone *alone;   /* by row */
  guint *ranked;  /* rows that can have it, best first */
  guint n_ranked;
} Leaver;

struct _PinLeavers
{
  PinScene *scene;
  guint n_rows;
  const PinSite **sites; /* by row, without anybody who arrived */
  guint whole_cost_most; /* what costs more is not whole */
  Leaver *all;
  guint n;
  PinTeam *teams;
  guint n_teams;
  guint *team_of;        /* by leaver */
};

static void
collect (PinLeavers *leavers, guint row)
{
  guint n_guests = pin_scene_n_guests (leavers->scene);

  leavers->all = g_new0 (Leaver, n_guests + 1);
  for (guint guest = 0; guest < n_guests; guest++)
    {
      const PinSceneGuest *facts = pin_scene_guest (leavers->scene, guest);

      if (pin_scene_at (leavers->scene, guest) != (gint) row || facts->bound_for != NULL || facts->held != NULL)
        continue;
      leavers->all[leavers->n++].guest = guest;
    }
  for (guint i = 0; i < leavers->n; i++)
    pin_scene_lift (leavers->scene, leavers->all[i].guest);
}

static void
note_sites (PinLeavers *leavers)
{
  const PinHostRow *rows = pin_scene_rows (leavers->scene, &leavers->n_rows);

  leavers->sites = g_new (const PinSite *, leavers->n_rows);
  for (guint row = 0; row < leavers->n_rows; row++)
    leavers->sites[row] = rows[row].site;
}

/* Whether nobody has arrived at @row. */
static gboolean
is_fresh (const PinLeavers *leavers, guint row)
{
  guint n;

  return pin_scene_rows (leavers->scene, &n)[row].site == leavers->sites[row];
}

static void
keep_together (PinLeavers *leavers)
{
  g_autofree guint *guests = g_new (guint, leavers->n + 1);
  g_autofree guint *firsts = NULL;

  for (guint i = 0; i < leavers->n; i++)
    guests[i] = leavers->all[i].guest;
  firsts = pin_bonds_of (leavers->scene, guests, leavers->n);
  for (guint i = 0; i < leavers->n; i++)
    leavers->all[i].team = firsts[i];
}

/* Other members of a guest's groups are looked for among all hosts after each change: so many of them take as long as to put it on one. */
#define ROWS_A_WORK 25

static guint
work_of (const PinLeavers *leavers, const Leaver *leaver)
{
  const GPtrArray *groups = pin_rules_groups (pin_scene_rules (leavers->scene));

  for (guint i = 0; i < groups->len; i++)
    {
      if (pin_group_rule_has (g_ptr_array_index (groups, i), pin_scene_guest (leavers->scene, leaver->guest)->guest->name))
        return 1 + leavers->n_rows / ROWS_A_WORK;
    }
  return 1;
}

/* So many guests can be warned of before that counts for as much as a cost of one. */
#define WARNED_MOST 256

static PinLoss
price (guint cost, PinVerdict verdict)
{
  return (PinLoss) cost * WARNED_MOST + (cost == 0 && verdict != PIN_VERDICT_KEEP ? 1 : 0);
}

static void
note_candidates (Leaver *leaver, const PinRanked *entries, guint n)
{
  leaver->alone = g_new (Alone, n);
  leaver->ranked = g_new (guint, n);
  for (guint i = 0; i < n; i++)
    {
      guint row = entries[i].host;
      gboolean can = entries[i].filter == PIN_FILTER_NONE;

      leaver->ranked[i] = row;
      leaver->alone[row] = (Alone){ can ? price (entries[i].cost, entries[i].verdict) : PIN_LOSS_NEVER, !can || entries[i].cost == 0 };
    }
}

static void
survey (PinLeavers *leavers, Leaver *leaver)
{
  g_autoptr (PinRank) rank = pin_scene_rank (leavers->scene, leaver->guest);
  guint n;
  const PinRanked *entries = pin_rank_all (rank, &n);

  leaver->n_ranked = pin_rank_n_candidates (rank);
  note_candidates (leaver, entries, n);
  leaver->hardness = pin_hardness_of (rank, leavers->whole_cost_most);
  leaver->work = work_of (leavers, leaver);
}

static gint
compare (gconstpointer left, gconstpointer right, gpointer data)
{
  const Leaver *a = left, *b = right;
  const PinHardness *of_teams = data;
  gint result = 0;

  if (a->team != b->team)
    result = pin_hardness_compare (&of_teams[a->team], &of_teams[b->team]);
  if (result == 0 && a->team != b->team)
    return a->team < b->team ? -1 : 1;
  if (result == 0)
    result = pin_hardness_compare (&a->hardness, &b->hardness);
  return result != 0 ? result : a->guest < b->guest ? -1 : a->guest > b->guest;
}

static void
put_in_order (PinLeavers *leavers)
{
  g_autofree PinHardness *of_teams = g_new0 (PinHardness, leavers->n + 1);

  for (guint i = 0; i < leavers->n; i++)
    of_teams[i] = PIN_HARDNESS_NONE;
  for (guint i = 0; i < leavers->n; i++)
    pin_hardness_add (&of_teams[leavers->all[i].team], &leavers->all[i].hardness);
  g_qsort_with_data (leavers->all, (gint) leavers->n, sizeof *leavers->all, compare, of_teams);
}

static void
find_teams (PinLeavers *leavers)
{
  leavers->teams = g_new0 (PinTeam, leavers->n + 1);
  leavers->team_of = g_new0 (guint, leavers->n + 1);
  for (guint i = 0; i < leavers->n; i++)
    {
      if (i == 0 || leavers->all[i].team != leavers->all[i - 1].team)
        leavers->teams[leavers->n_teams++].first = i;
      leavers->teams[leavers->n_teams - 1].n++;
      leavers->team_of[i] = leavers->n_teams - 1;
    }
}

/* Whole is what is remapped at worst. */
static guint
whole_cost_most (void)
{
  guint cost = 0;

  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    cost += pin_cost_of ((PinSetting) setting, PIN_ACTION_REMAP);
  return cost;
}

PinLeavers *
pin_leavers_new (PinScene *scene, guint row)
{
  PinLeavers *leavers = g_new0 (PinLeavers, 1);

  leavers->scene = scene;
  leavers->whole_cost_most = whole_cost_most ();
  collect (leavers, row);
  note_sites (leavers);
  keep_together (leavers);
  for (guint i = 0; i < leavers->n; i++)
    survey (leavers, &leavers->all[i]);
  put_in_order (leavers);
  find_teams (leavers);
  return leavers;
}

void
pin_leavers_free (PinLeavers *leavers)
{
  if (leavers == NULL)
    return;
  for (guint i = 0; i < leavers->n; i++)
    {
      g_free (leavers->all[i].alone);
      g_free (leavers->all[i].ranked);
    }
  g_free (leavers->all);
  g_free (leavers->sites);
  g_free (leavers->teams);
  g_free (leavers->team_of);
  g_free (leavers);
}

PinScene *
pin_leavers_scene (const PinLeavers *leavers)
{
  return leavers->scene;
}

guint
pin_leavers_n (const PinLeavers *leavers)
{
  return leavers->n;
}

guint
pin_leavers_guest (const PinLeavers *leavers, guint leaver)
{
  return leavers->all[leaver].guest;
}

guint
pin_leavers_work (const PinLeavers *leavers, guint leaver)
{
  return leavers->all[leaver].work;
}

const PinTeam *
pin_leavers_teams (const PinLeavers *leavers, guint *ret_n)
{
  *ret_n = leavers->n_teams;
  return leavers->teams;
}

const PinTeam *
pin_leavers_team (const PinLeavers *leavers, guint leaver)
{
  return &leavers->teams[leavers->team_of[leaver]];
}

/* What all of @team would cost at @row, each alone. */
static PinLoss
cost_at (const PinLeavers *leavers, const PinTeam *team, guint row)
{
  PinLoss cost = PIN_LOSS_NONE;

  for (guint i = team->first; i < team->first + team->n; i++)
    {
      PinLoss loss = leavers->all[i].alone[row].loss;

      if (loss == PIN_LOSS_NEVER)
        return PIN_LOSS_NEVER;
      cost += loss % PIN_LOSS_MISS;
    }
  return cost;
}

typedef struct
{
  const PinLeavers *leavers;
  const PinTeam *team;
} TeamOf;

static gint
compare_rows (gconstpointer left, gconstpointer right, gpointer data)
{
  const guint *a = left, *b = right;
  const TeamOf *of = data;
  PinLoss cost_a = cost_at (of->leavers, of->team, *a), cost_b = cost_at (of->leavers, of->team, *b);

  return cost_a < cost_b ? -1 : cost_a > cost_b;
}

GArray *
pin_leavers_rows (const PinLeavers *leavers, const PinTeam *team)
{
  const Leaver *first = &leavers->all[team->first];
  GArray *rows = g_array_new (FALSE, FALSE, sizeof (guint));
  TeamOf of = { leavers, team };

  for (guint i = 0; i < first->n_ranked; i++)
    {
      if (cost_at (leavers, team, first->ranked[i]) != PIN_LOSS_NEVER)
        g_array_append_val (rows, first->ranked[i]);
    }
  /* Rows of one cost stay in their order, which is that of the rank. */
  g_array_sort_with_data (rows, compare_rows, &of);
  return rows;
}

static PinLoss
look (const PinLeavers *leavers, guint leaver, guint row)
{
  guint guest = leavers->all[leaver].guest;
  PinProspect prospect = pin_scene_judge (leavers->scene, guest, row);
  gboolean whole;

  if (prospect.filter != PIN_FILTER_NONE)
    return PIN_LOSS_NEVER;
  whole = prospect.cost <= leavers->whole_cost_most && pin_scene_holds_whole (leavers->scene, guest, row);
  return price (prospect.cost, prospect.verdict) + (whole ? PIN_LOSS_NONE : PIN_LOSS_MISS);
}

PinLoss
pin_leavers_alone (PinLeavers *leavers, guint leaver, guint row)
{
  Alone *alone = &leavers->all[leaver].alone[row];

  if (!alone->sure && is_fresh (leavers, row))
    *alone = (Alone){ look (leavers, leaver, row), TRUE };
  return alone->loss;
}

PinLoss
pin_leavers_loss (PinLeavers *leavers, guint leaver, guint row)
{
  return is_fresh (leavers, row) ? pin_leavers_alone (leavers, leaver, row) : look (leavers, leaver, row);
}

PinLoss
pin_leavers_put (PinLeavers *leavers, guint leaver, guint row)
{
  PinLoss loss = pin_leavers_loss (leavers, leaver, row);

  if (loss == PIN_LOSS_NEVER || !pin_scene_put (leavers->scene, leavers->all[leaver].guest, row))
    return PIN_LOSS_NEVER;
  return loss;
}
