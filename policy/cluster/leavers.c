/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "leavers.h"

#include "core/cost.h"

/* What a guest loses on a host where nobody has arrived. */
typedef struct
{
  PinLoss loss;  /* PIN_LOSS_NEVER: it can't be there */
  gboolean sure; /* FALSE: only the price is known */
} Alone;

/* How hard it is to place a guest, or a team. */
typedef struct
{
  guint n_hosts; /* that it would choose from */
  guint worth;   /* what all settings weigh that it has */
  guint n_cpus;  /* 0 without settings */
  guint64 memory_kib;
} Hardness;

typedef struct
{
  guint guest;
  guint team;    /* a number that all of a team have */
  Hardness hardness;
  guint work;     /* of putting it somewhere */
  Alone *alone;   /* by row */
  guint *place;   /* by row: in its rank */
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
  guint *team_of;       /* by leaver */
};

static void
collect (PinLeavers *leavers, guint row)
{
  guint n_guests = pin_scene_n_guests (leavers->scene);

  leavers->all = g_new0 (Leaver, n_guests + 1);
  for (guint guest = 0; guest < n_guests; guest++)
    {
      if (pin_scene_at (leavers->scene, guest) != (gint) row || pin_scene_guest (leavers->scene, guest)->bound_for != NULL)
        continue;
      leavers->all[leavers->n] = (Leaver){ .guest = guest, .team = leavers->n };
      leavers->n++;
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

static gboolean
is_member (const PinLeavers *leavers, const PinGroupRule *rule, guint leaver)
{
  return pin_group_rule_has (rule, pin_scene_guest (leavers->scene, leavers->all[leaver].guest)->guest->name);
}

/* Whether any guest but those that were lifted is a member. */
static gboolean
has_others (const PinSite *site, const PinGroupRule *rule)
{
  PinSiteWalk walk = { NULL };
  PinSiteGuest guest;

  while (pin_site_next (site, &walk, &guest))
    {
      g_autofree char *name = guest.name != NULL ? g_strndup (guest.name, guest.name_length) : NULL;

      if (guest.state != PIN_SITE_GUEST_DEFINED && name != NULL && pin_group_rule_has (rule, name))
        return TRUE;
    }
  return FALSE;
}

/* A group that has members elsewhere says itself where the others go: where those are. */
static gboolean
is_all_here (const PinLeavers *leavers, const PinGroupRule *rule)
{
  for (guint row = 0; row < leavers->n_rows; row++)
    {
      if (leavers->sites[row] != NULL && has_others (leavers->sites[row], rule))
        return FALSE;
    }
  return TRUE;
}

static void
unite (PinLeavers *leavers, guint team, guint other)
{
  for (guint i = 0; i < leavers->n; i++)
    leavers->all[i].team = leavers->all[i].team == other ? team : leavers->all[i].team;
}

static void
unite_members (PinLeavers *leavers, const PinGroupRule *rule)
{
  guint first = leavers->n;

  for (guint i = 0; i < leavers->n; i++)
    {
      if (!is_member (leavers, rule, i))
        continue;
      if (first == leavers->n)
        first = i;
      else if (leavers->all[first].team != leavers->all[i].team && is_all_here (leavers, rule))
        unite (leavers, leavers->all[first].team, leavers->all[i].team);
    }
}

static void
keep_together (PinLeavers *leavers)
{
  const GPtrArray *groups = pin_rules_groups (pin_scene_rules (leavers->scene));

  for (guint i = 0; i < groups->len; i++)
    {
      const PinGroupRule *rule = g_ptr_array_index (groups, i);

      if (rule->strict && !rule->apart)
        unite_members (leavers, rule);
    }
}

/* As all plans for it say. */
static guint
worth_of (const PinRank *rank, const PinRanked *entry)
{
  g_autoptr (PinPlan) plan = pin_rank_plan (rank, entry);
  guint worth = 0;

  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    worth += plan->actions[setting] != PIN_ACTION_NONE ? pin_setting_weight ((PinSetting) setting) : 0;
  return worth;
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
  leaver->place = g_new (guint, n);
  leaver->ranked = g_new (guint, n);
  for (guint i = 0; i < n; i++)
    {
      guint row = entries[i].host;
      gboolean can = entries[i].filter == PIN_FILTER_NONE;

      leaver->ranked[i] = row;
      leaver->place[row] = i;
      leaver->alone[row] = (Alone){ can ? price (entries[i].cost, entries[i].verdict) : PIN_LOSS_NEVER, !can || entries[i].cost == 0 };
    }
}

/* Who can be whole somewhere would choose from the hosts where it seems to be. */
static void
survey (PinLeavers *leavers, Leaver *leaver)
{
  g_autoptr (PinRank) rank = pin_scene_rank (leavers->scene, leaver->guest);
  const PinGuest *guest = pin_scene_guest (leavers->scene, leaver->guest)->guest;
  guint n, n_whole = 0;
  const PinRanked *entries = pin_rank_all (rank, &n);

  leaver->n_ranked = pin_rank_n_candidates (rank);
  note_candidates (leaver, entries, n);
  for (guint i = 0; i < leaver->n_ranked; i++)
    n_whole += entries[i].cost <= leavers->whole_cost_most;
  leaver->hardness.n_hosts = n_whole > 0 ? n_whole : leaver->n_ranked;
  leaver->hardness.worth = leaver->n_ranked > 0 ? worth_of (rank, &entries[0]) : 0;
  leaver->hardness.n_cpus = leaver->hardness.worth > 0 ? guest->n_vcpus : 0;
  leaver->hardness.memory_kib = guest->memory_kib;
  leaver->work = work_of (leavers, leaver);
}

static void
add_hardness (Hardness *sum, const Hardness *one)
{
  sum->n_hosts = MIN (sum->n_hosts, one->n_hosts);
  sum->worth = MAX (sum->worth, one->worth);
  sum->n_cpus += one->n_cpus;
  sum->memory_kib += one->memory_kib;
}

/* The hardest first. */
static gint
compare_hardness (const Hardness *a, const Hardness *b)
{
  if (a->n_hosts != b->n_hosts)
    return a->n_hosts < b->n_hosts ? -1 : 1;
  if (a->worth != b->worth)
    return a->worth > b->worth ? -1 : 1;
  if (a->n_cpus != b->n_cpus)
    return a->n_cpus > b->n_cpus ? -1 : 1;
  return a->memory_kib > b->memory_kib ? -1 : a->memory_kib < b->memory_kib;
}

static gint
compare (gconstpointer left, gconstpointer right, gpointer data)
{
  const Leaver *a = left, *b = right;
  const Hardness *of_teams = data;
  gint result = 0;

  if (a->team != b->team)
    result = compare_hardness (&of_teams[a->team], &of_teams[b->team]);
  if (result == 0 && a->team != b->team)
    return a->team < b->team ? -1 : 1;
  if (result == 0)
    result = compare_hardness (&a->hardness, &b->hardness);
  return result != 0 ? result : a->guest < b->guest ? -1 : a->guest > b->guest;
}

static void
put_in_order (PinLeavers *leavers)
{
  g_autofree Hardness *of_teams = g_new0 (Hardness, leavers->n + 1);

  for (guint i = 0; i < leavers->n; i++)
    of_teams[i].n_hosts = G_MAXUINT;
  for (guint i = 0; i < leavers->n; i++)
    add_hardness (&of_teams[leavers->all[i].team], &leavers->all[i].hardness);
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
      g_free (leavers->all[i].place);
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
  const guint *place = of->leavers->all[of->team->first].place;
  PinLoss cost_a = cost_at (of->leavers, of->team, *a), cost_b = cost_at (of->leavers, of->team, *b);

  if (cost_a != cost_b)
    return cost_a < cost_b ? -1 : 1;
  return place[*a] < place[*b] ? -1 : place[*a] > place[*b];
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
