/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenery.h"

#include "cluster/find.h"
#include "core/cost.h"

static void
add_bound (const char *uuid, const char *guest, const char *host, gpointer bound)
{
  g_hash_table_replace (bound, g_strdup (uuid), g_strdup (host));
}

/* Those of jobs, and those that others move, which have claims.  Nobody is on the way to a host that can't be reached, as far as anybody knows. */
static GHashTable *
find_bound (const PinHostRow *rows, guint n_rows, const PinExpected *expected)
{
  GHashTable *bound = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (guint row = 0; row < n_rows; row++)
    {
      PinSiteWalk walk = { NULL };
      PinSiteGuest guest;

      while (rows[row].presence == PIN_PRESENCE_REACHABLE && rows[row].site != NULL && pin_site_next (rows[row].site, &walk, &guest))
        {
          g_autofree char *uuid = guest.state == PIN_SITE_GUEST_COMING ? pin_site_guest_uuid (&guest) : NULL;

          if (uuid != NULL)
            add_bound (uuid, NULL, rows[row].name, bound);
        }
    }
  pin_expected_each (expected, add_bound, bound);
  return bound;
}

/* Whether the guest has more on that host than a claim. */
static gboolean
is_on (const PinHostRow *row, const char *uuid)
{
  g_autoptr (PinSiteKey) key = pin_site_key_new (uuid);
  PinSiteWalk walk = { NULL };
  PinSiteGuest guest;

  while (row->site != NULL && pin_site_knows (row->site, key) && pin_site_next (row->site, &walk, &guest))
    if (guest.state != PIN_SITE_GUEST_COMING && pin_site_guest_is (&guest, key))
      return TRUE;
  return FALSE;
}

static gboolean
misses_something (const PinRecord *record)
{
  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    if (pin_action_is_loss (record->actions[setting]))
      return TRUE;
  return FALSE;
}

/* What describes guests. */
typedef struct
{
  const PinScenery *scenery;
  const PinHistory *history;
  GHashTable *usages;
  const PinTried *tried;
} Sources;

static PinUsage
usage_of (const Sources *sources, const char *uuid)
{
  const PinUsage *usage = sources->usages != NULL ? g_hash_table_lookup (sources->usages, uuid) : NULL;

  return usage != NULL ? *usage : (PinUsage){ .cpu_permille = -1 };
}

/* The host that a guest of @host is on its way to, or NULL; a claim that was left where its move came to nothing is none. */
static const char *
bound_for (const Sources *sources, const char *uuid, const char *host)
{
  const char *to = g_hash_table_lookup (sources->scenery->bound, uuid);

  return to != NULL && !g_str_equal (to, host) && !pin_tried_has (sources->tried, uuid, to) ? to : NULL;
}

static PinSceneGuest
describe (const Sources *sources, const PinGatheredGuest *guest, guint on)
{
  const PinRecord *record = guest->domain->record;
  const char *uuid = guest->domain->guest->uuid;
  PinUsage usage = usage_of (sources, uuid);

  return (PinSceneGuest){
    .guest = guest->domain->guest,
    .original = guest->original,
    .on = on,
    .whole = record == NULL || !misses_something (record),
    .cost = record != NULL ? pin_cost (record->actions) : 0,
    .cpu_permille = usage.cpu_permille,
    .dirty_kib_s = usage.dirty_kib_s,
    .moved_ms = pin_history_since (sources->history, guest->host, uuid),
    .bound_for = bound_for (sources, uuid, guest->host),
    .tried = sources->tried,
    .held = guest->held,
  };
}

/* Of the guests of @gathered, of which those that are not there are dropped.  (transfer full) */
static GArray *
describe_all (const Sources *sources, PinGathered *gathered)
{
  const PinScenery *scenery = sources->scenery;
  GArray *guests = g_array_new (FALSE, FALSE, sizeof (PinSceneGuest));
  guint on;

  for (guint i = 0; i < gathered->guests->len;)
    {
      PinGatheredGuest *guest = g_ptr_array_index (gathered->guests, i);
      PinSceneGuest described;

      if (!pin_find_host (scenery->rows, scenery->n_rows, guest->host, &on) || !is_on (&scenery->rows[on], guest->domain->guest->uuid))
        {
          g_ptr_array_remove_index (gathered->guests, i);
          continue;
        }
      if (guest->original == NULL)
        guest->original = pin_testimony_original (guest->domain, &scenery->rows[on]);
      described = describe (sources, guest, on);
      g_array_append_val (guests, described);
      i++;
    }
  return guests;
}

PinScenery *
pin_scenery_new (PinFleet *fleet, const PinSceneryWorld *world, PinGathered *gathered, GHashTable *usages, const PinTried *tried)
{
  PinScenery *scenery = g_new0 (PinScenery, 1);
  const Sources sources = { scenery, world->history, usages, tried };
  const PinHostRow *rows = pin_fleet_rows (fleet, &scenery->n_rows);
  g_autoptr (GArray) guests = NULL;

  scenery->rows = g_memdup2 (rows, scenery->n_rows * sizeof *rows);
  scenery->overlays = pin_expected_apply (world->expected, scenery->rows, scenery->n_rows);
  scenery->bound = find_bound (scenery->rows, scenery->n_rows, world->expected);
  guests = describe_all (&sources, gathered);
  scenery->scene = pin_scene_new (world->rules, scenery->rows, scenery->n_rows, (const PinSceneGuest *) guests->data, guests->len);
  return scenery;
}

gint
pin_scenery_find (const PinScenery *scenery, const char *uuid)
{
  for (guint i = 0; i < pin_scene_n_guests (scenery->scene); i++)
    if (g_strcmp0 (pin_scene_guest (scenery->scene, i)->guest->uuid, uuid) == 0)
      return (gint) i;
  return -1;
}

void
pin_scenery_free (PinScenery *scenery)
{
  if (scenery == NULL)
    return;
  pin_scene_free (scenery->scene);
  g_hash_table_unref (scenery->bound);
  g_ptr_array_unref (scenery->overlays);
  g_free (scenery->rows);
  g_free (scenery);
}
