/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "choice.h"

#include "cluster/find.h"
#include "cluster/load.h"
#include "core/error.h"

#define BUSIEST_MOST 64
#define HOMES_MOST 64
#define FULL_MOST 16

/* A host, and by what it is chosen. */
typedef struct
{
  guint row;
  guint64 measure;
} Chosen;

/* What a host that can't be reached has can't be moved. */
static gboolean
is_open (const PinHostRow *row)
{
  return row->presence == PIN_PRESENCE_REACHABLE && row->site != NULL;
}

/* The greatest first, then by name. */
static gint
compare (gconstpointer a, gconstpointer b)
{
  const Chosen *one = a, *other = b;

  if (one->measure != other->measure)
    return one->measure > other->measure ? -1 : 1;
  return one->row < other->row ? -1 : 1;
}

static void
add_first (GPtrArray *calls, const PinHostRow *rows, GArray *chosen, guint most)
{
  g_array_sort (chosen, compare);
  for (guint i = 0; i < MIN (chosen->len, most); i++)
    pin_gathering_add_row (calls, &rows[g_array_index (chosen, Chosen, i).row]);
}

gboolean
pin_choice_find_host (const PinHostRow *rows, guint n_rows, const char *host, guint *ret_row, GError **error)
{
  if (pin_find_host (rows, n_rows, host, ret_row))
    return TRUE;
  g_set_error (error, PIN_ERROR, PIN_ERROR_NOT_FOUND, "no host '%s' in the cluster; see pinshift maintenance", host);
  return FALSE;
}

gboolean
pin_choice_add_on (GPtrArray *calls, const PinHostRow *rows, guint n_rows, const char *host, GError **error)
{
  guint row;

  if (!pin_choice_find_host (rows, n_rows, host, &row, error))
    return FALSE;
  if (is_open (&rows[row]))
    {
      pin_gathering_add_row (calls, &rows[row]);
      return TRUE;
    }
  g_set_error (error, PIN_ERROR, PIN_ERROR_FAILED, "%s can't be reached: %s (see its link in pinshift config cat)", host,
               rows[row].failure != NULL ? rows[row].failure : "it was not heard yet");
  return FALSE;
}

char *
pin_choice_add_guest (GPtrArray *calls, const PinHostRow *rows, guint n_rows, const char *name_or_uuid, GError **error)
{
  g_autoptr (PinFound) found = pin_find_guest (rows, n_rows, name_or_uuid, error);

  if (found == NULL)
    return NULL;
  pin_enquiry_add (calls, rows[found->row].name, found->uuid, found->name);
  return g_steal_pointer (&found->uuid);
}

void
pin_choice_add_busiest (GPtrArray *calls, const PinHostRow *rows, guint n_rows)
{
  g_autoptr (PinLoads) loads = pin_loads_new (rows, n_rows);
  g_autoptr (GArray) chosen = g_array_new (FALSE, FALSE, sizeof (Chosen));

  for (guint row = 0; row < n_rows; row++)
    {
      const Chosen host = { row, (guint64) MAX (loads->permille[row], 0) };

      if (loads->permille[row] >= 0 && pin_loads_is_busy (loads, row))
        g_array_append_val (chosen, host);
    }
  add_first (calls, rows, chosen, BUSIEST_MOST);
}

/* UUID of each host that is a home -> name of the host on which its guests are; "": of several. */
static GHashTable *
find_homes (const PinGathered *gathered)
{
  GHashTable *homes = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < gathered->guests->len; i++)
    {
      const PinGatheredGuest *guest = g_ptr_array_index (gathered->guests, i);
      const PinRecord *record = guest->domain->record;

      for (guint setting = 0; record != NULL && setting < PIN_SETTING_N; setting++)
        {
          const PinHome *home = pin_original_home (record->original, (PinSetting) setting);
          const char *on = home != NULL && home->host_uuid != NULL ? g_hash_table_lookup (homes, home->host_uuid) : NULL;

          if (home != NULL && home->host_uuid != NULL)
            g_hash_table_insert (homes, home->host_uuid, (gpointer) (on == NULL || g_str_equal (on, guest->host) ? guest->host : ""));
        }
    }
  return homes;
}

void
pin_choice_add_at_homes (GPtrArray *calls, const PinHostRow *rows, guint n_rows, const PinGathered *gathered)
{
  g_autoptr (GHashTable) homes = find_homes (gathered);
  g_autoptr (GArray) chosen = g_array_new (FALSE, FALSE, sizeof (Chosen));
  GHashTableIter iter;
  gpointer uuid, on;

  g_hash_table_iter_init (&iter, homes);
  while (g_hash_table_iter_next (&iter, &uuid, &on))
    {
      g_autoptr (PinSiteKey) key = pin_site_key_new (uuid);

      for (guint row = 0; row < n_rows; row++)
        {
          const Chosen host = { row, 0 };

          if (is_open (&rows[row]) && pin_site_is (rows[row].site, key) && !g_str_equal (rows[row].name, on))
            g_array_append_val (chosen, host);
        }
    }
  add_first (calls, rows, chosen, HOMES_MOST);
}

/* Members of @group that run on the host of @row. */
static void
add_members (GPtrArray *calls, const PinHostRow *row, const PinGroupRule *group)
{
  PinSiteWalk walk = { NULL };
  PinSiteGuest guest;

  while (row->site != NULL && pin_site_next (row->site, &walk, &guest))
    {
      g_autofree char *name = g_strndup (guest.name, guest.name_length);
      g_autofree char *uuid = guest.state == PIN_SITE_GUEST_RUNNING ? pin_site_guest_uuid (&guest) : NULL;

      if (uuid != NULL && pin_group_rule_has (group, name))
        pin_enquiry_add (calls, row->name, uuid, name);
    }
}

void
pin_choice_add_mates (GPtrArray *calls, const PinHostRow *rows, guint n_rows, const PinGathered *gathered, const PinRules *rules)
{
  const GPtrArray *groups = pin_rules_groups (rules);

  for (guint i = 0; i < groups->len * gathered->guests->len; i++)
    {
      const PinGroupRule *group = g_ptr_array_index (groups, i / gathered->guests->len);
      const PinGatheredGuest *guest = g_ptr_array_index (gathered->guests, i % gathered->guests->len);
      guint row;

      if (group->strict && !group->apart && pin_group_rule_has (group, guest->domain->guest->name)
          && pin_find_host (rows, n_rows, guest->host, &row))
        add_members (calls, &rows[row], group);
    }
}

static gboolean
is_full (const PinRanked *entry)
{
  return entry->filter == PIN_FILTER_PLAN || entry->filter == PIN_FILTER_GROUP;
}

void
pin_choice_add_in_the_way (GPtrArray *calls, PinScenery *scenery, guint guest, const char *host)
{
  g_autoptr (PinRank) rank = pin_scene_rank (scenery->scene, guest);
  g_autoptr (GArray) chosen = g_array_new (FALSE, FALSE, sizeof (Chosen));
  guint n;
  const PinRanked *entries = pin_rank_all (rank, &n);

  for (guint i = 0; i < n && (host != NULL || pin_rank_n_candidates (rank) == 0); i++)
    {
      const PinHostRow *row = pin_rank_row (rank, &entries[i]);
      const Chosen full = { entries[i].host, is_full (&entries[i]) ? pin_site_sums (row->site)->free_kib : 0 };

      if (is_full (&entries[i]) && (host == NULL || g_str_equal (row->name, host)))
        g_array_append_val (chosen, full);
    }
  add_first (calls, scenery->rows, chosen, FULL_MOST);
}
