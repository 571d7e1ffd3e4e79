/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scene.h"

#include "candidate.h"
#include "core/departure.h"
#include "why.h"

#include <string.h>

/* What a scene knows of a guest. */
typedef struct
{
  PinSceneGuest facts;
  PinRankQuestion question; /* as if it were nowhere */
  PinCandidate *candidate;  /* NULL: not needed yet */
  guint grouped;            /* the state of the scene for which its groups were looked at */
  guint at;
  gboolean lifted;          /* it holds nothing there any more */
  gint cpu_permille;        /* as in facts, or estimated */
} Actor;

/* What was before a change. */
typedef struct
{
  gint guest;       /* whose place changed, or -1 */
  guint at;
  gboolean lifted;
  guint row;        /* where guest is -1 */
  PinHostRow before;
  PinSite *made;    /* for the change; ours */
} Change;

struct _PinScene
{
  const PinRules *rules;
  PinHostRow *rows;
  guint n_rows;
  Actor *actors;
  guint n_actors;
  GArray *changes;  /* Change, in their order */
  guint state;      /* another number after each change */
  GHashTable *hosts; /* UUID of a host -> its row + 1; NULL: not needed yet */
};

static void
change_clear (gpointer data)
{
  pin_site_free (((Change *) data)->made);
}

/* A guest of which nobody knows how busy it is: each of its vCPUs as busy as the host's CPUs are. */
static gint
cpu_of (const PinSceneGuest *guest, const PinHostRow *row)
{
  if (guest->cpu_permille >= 0)
    return guest->cpu_permille;
  return row->load_permille >= 0 ? row->load_permille * (gint) guest->guest->n_vcpus : 0;
}

PinScene *
pin_scene_new (const PinRules *rules, const PinHostRow *rows, guint n_rows, const PinSceneGuest *guests, guint n_guests)
{
  PinScene *scene = g_new0 (PinScene, 1);

  scene->rules = rules;
  scene->rows = g_memdup2 (rows, n_rows * sizeof *rows);
  scene->n_rows = n_rows;
  scene->actors = g_new0 (Actor, n_guests);
  scene->n_actors = n_guests;
  scene->changes = g_array_new (FALSE, FALSE, sizeof (Change));
  g_array_set_clear_func (scene->changes, change_clear);
  for (guint i = 0; i < n_guests; i++)
    {
      Actor *actor = &scene->actors[i];

      actor->facts = guests[i];
      actor->at = guests[i].on;
      actor->question = (PinRankQuestion){ guests[i].guest, guests[i].original, rules, NULL, guests[i].tried };
      actor->cpu_permille = cpu_of (&guests[i], &rows[guests[i].on]);
    }
  return scene;
}

void
pin_scene_free (PinScene *scene)
{
  if (scene == NULL)
    return;
  for (guint i = 0; i < scene->n_actors; i++)
    pin_candidate_free (scene->actors[i].candidate);
  g_clear_pointer (&scene->hosts, g_hash_table_unref);
  g_array_unref (scene->changes);
  g_free (scene->actors);
  g_free (scene->rows);
  g_free (scene);
}

const PinRules *
pin_scene_rules (const PinScene *scene)
{
  return scene->rules;
}

const PinHostRow *
pin_scene_rows (const PinScene *scene, guint *ret_n)
{
  *ret_n = scene->n_rows;
  return scene->rows;
}

guint
pin_scene_n_guests (const PinScene *scene)
{
  return scene->n_actors;
}

const PinSceneGuest *
pin_scene_guest (const PinScene *scene, guint guest)
{
  return &scene->actors[guest].facts;
}

gint
pin_scene_at (const PinScene *scene, guint guest)
{
  return scene->actors[guest].lifted ? PIN_SCENE_NOWHERE : (gint) scene->actors[guest].at;
}

guint
pin_scene_from (const PinScene *scene, guint guest)
{
  return scene->actors[guest].at;
}

gint
pin_scene_cpu_permille (const PinScene *scene, guint guest)
{
  return scene->actors[guest].cpu_permille;
}

static GHashTable *
index_hosts (const PinScene *scene)
{
  GHashTable *hosts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint row = 0; row < scene->n_rows; row++)
    {
      g_autoptr (PinSnapshot) snapshot = scene->rows[row].site != NULL ? pin_site_snapshot (scene->rows[row].site) : NULL;

      if (snapshot != NULL && snapshot->uuid != NULL)
        g_hash_table_insert (hosts, g_steal_pointer (&snapshot->uuid), GUINT_TO_POINTER (row + 1));
    }
  return hosts;
}

/* The row of the host of @setting, plus one; 0: there is none, or the guest does not have the setting. */
static guint
home_row (const PinScene *scene, const PinOriginal *original, PinSetting setting)
{
  const PinHome *home = pin_original_home (original, setting);

  if (home == NULL || home->host_uuid == NULL || !pin_placement_has (original->placement, setting))
    return 0;
  return GPOINTER_TO_UINT (g_hash_table_lookup (scene->hosts, home->host_uuid));
}

gint
pin_scene_home (PinScene *scene, guint guest)
{
  const PinOriginal *original = scene->actors[guest].facts.original;
  guint rows[PIN_SETTING_N], best = 0, n_best = 0;

  if (original->homes->len == 0 || pin_placement_is_empty (original->placement))
    return PIN_SCENE_NOWHERE;
  if (scene->hosts == NULL)
    scene->hosts = index_hosts (scene);
  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    {
      guint n_same = 0;

      rows[setting] = home_row (scene, original, (PinSetting) setting);
      for (guint other = 0; other <= setting && rows[setting] != 0; other++)
        n_same += rows[other] == rows[setting];
      if (n_same <= n_best)
        continue;
      best = rows[setting];
      n_best = n_same;
    }
  return (gint) best - 1;
}

/* What is known of the guest's needs, with its groups as they are now. */
static PinCandidate *
candidate_of (PinScene *scene, guint guest)
{
  Actor *actor = &scene->actors[guest];

  if (actor->candidate == NULL)
    actor->candidate = pin_candidate_new (&actor->question, scene->rows, scene->n_rows);
  else if (actor->grouped != scene->state)
    pin_candidate_look_again (actor->candidate, scene->rows, scene->n_rows);
  actor->grouped = scene->state;
  return actor->candidate;
}

PinProspect
pin_scene_judge (PinScene *scene, guint guest, guint row)
{
  PinCandidate *candidate = candidate_of (scene, guest);
  PinProspect prospect = { .filter = pin_candidate_filter (candidate, scene->rows, row), .verdict = PIN_VERDICT_REFUSE, .exact = TRUE };
  PinOutcome outcome;

  if (prospect.filter != PIN_FILTER_NONE)
    return prospect;
  outcome = pin_candidate_judge (candidate, scene->rows[row].name, scene->rows[row].site);
  prospect.filter = outcome.verdict == PIN_VERDICT_REFUSE ? PIN_FILTER_PLAN : PIN_FILTER_NONE;
  prospect.verdict = outcome.verdict;
  prospect.cost = outcome.cost;
  prospect.exact = outcome.exact;
  return prospect;
}

PinPlan *
pin_scene_plan (PinScene *scene, guint guest, guint row)
{
  const PinHostRow *host = &scene->rows[row];

  return host->site != NULL ? pin_candidate_plan (candidate_of (scene, guest), host->name, host->site) : NULL;
}

gboolean
pin_scene_holds_whole (PinScene *scene, guint guest, guint row)
{
  PinProspect prospect = pin_scene_judge (scene, guest, row);
  g_autoptr (PinPlan) plan = NULL;

  if (prospect.filter != PIN_FILTER_NONE || prospect.cost == 0)
    return prospect.filter == PIN_FILTER_NONE;
  plan = pin_scene_plan (scene, guest, row);
  return pin_plan_is_whole (plan);
}

char *
pin_scene_why (PinScene *scene, guint guest, guint row)
{
  PinRanked entry = { .host = row, .filter = (guint8) pin_scene_judge (scene, guest, row).filter };

  return pin_why_out (candidate_of (scene, guest), scene->rows, &entry);
}

PinRank *
pin_scene_rank (PinScene *scene, guint guest)
{
  Actor *actor = &scene->actors[guest];
  PinRank *rank;

  actor->question.on = actor->lifted ? NULL : scene->rows[actor->at].name;
  rank = pin_rank_new (&actor->question, scene->rows, scene->n_rows);
  actor->question.on = NULL;
  return rank;
}

/* Takes @row's new @site (NULL: as it was). */
static void
change_row (PinScene *scene, guint row, PinSite *site, gint load_permille)
{
  PinHostRow *host = &scene->rows[row];
  Change change = { .guest = -1, .row = row, .before = *host, .made = site };

  g_array_append_val (scene->changes, change);
  if (site != NULL)
    host->site = site;
  host->load_permille = load_permille;
  scene->state++;
}

static void
change_place (PinScene *scene, guint guest, guint at, gboolean lifted)
{
  Actor *actor = &scene->actors[guest];
  Change change = { .guest = (gint) guest, .at = actor->at, .lifted = actor->lifted };

  g_array_append_val (scene->changes, change);
  actor->at = at;
  actor->lifted = lifted;
  scene->state++;
}

/* The load of @host with @cpu_permille of one CPU more. */
static gint
load_with (const PinHostRow *host, gint cpu_permille)
{
  guint n_cpus = MAX (pin_site_sums (host->site)->n_cpus, 1);

  return host->load_permille < 0 ? host->load_permille : MAX (host->load_permille + cpu_permille / (gint) n_cpus, 0);
}

void
pin_scene_lift (PinScene *scene, guint guest)
{
  const Actor *actor = &scene->actors[guest];
  const PinHostRow *host;
  g_autoptr (PinSnapshot) snapshot = NULL;

  if (actor->lifted)
    return;
  host = &scene->rows[actor->at];
  snapshot = pin_site_snapshot (host->site);
  pin_departure (snapshot, actor->facts.guest);
  change_row (scene, actor->at, pin_site_new (snapshot, pin_site_makes (host->site)), load_with (host, -actor->cpu_permille));
  change_place (scene, guest, actor->at, TRUE);
}

PinPlan *
pin_scene_place (PinScene *scene, guint guest, guint row)
{
  const Actor *actor = &scene->actors[guest];
  const PinHostRow *host = &scene->rows[row];
  guint mark = pin_scene_mark (scene);
  g_autoptr (PinSnapshot) snapshot = NULL;
  g_autoptr (PinPlan) plan = NULL;

  pin_scene_lift (scene, guest);
  if (pin_scene_judge (scene, guest, row).filter == PIN_FILTER_NONE)
    plan = pin_scene_plan (scene, guest, row);
  if (plan == NULL || plan->claim == NULL)
    {
      pin_scene_back (scene, mark);
      return NULL;
    }
  snapshot = pin_site_snapshot (host->site);
  g_ptr_array_add (snapshot->claims, pin_tenant_copy (plan->claim));
  change_row (scene, row, pin_site_new (snapshot, pin_site_makes (host->site)), load_with (host, actor->cpu_permille));
  change_place (scene, guest, row, FALSE);
  return g_steal_pointer (&plan);
}

gboolean
pin_scene_put (PinScene *scene, guint guest, guint row)
{
  g_autoptr (PinPlan) plan = pin_scene_place (scene, guest, row);

  return plan != NULL;
}

void
pin_scene_close (PinScene *scene, guint row, const char *reason)
{
  change_row (scene, row, NULL, scene->rows[row].load_permille);
  scene->rows[row].maintenance = TRUE;
  scene->rows[row].maintenance_reason = reason;
}

guint
pin_scene_mark (const PinScene *scene)
{
  return scene->changes->len;
}

void
pin_scene_back (PinScene *scene, guint mark)
{
  while (scene->changes->len > mark)
    {
      const Change *last = &g_array_index (scene->changes, Change, scene->changes->len - 1);

      if (last->guest >= 0)
        {
          scene->actors[last->guest].at = last->at;
          scene->actors[last->guest].lifted = last->lifted;
        }
      else
        scene->rows[last->row] = last->before;
      g_array_set_size (scene->changes, scene->changes->len - 1);
      scene->state++;
    }
}
