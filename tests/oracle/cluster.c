/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cluster.h"

#include "rules/rules-cluster.h"

const ClusterGuest *
cluster_guest (const Cluster *cluster, guint guest)
{
  return g_ptr_array_index (cluster->guests, guest);
}

PinPlan *
cluster_plan (const Cluster *cluster, guint guest, guint row, GPtrArray *tenants)
{
  const ClusterGuest *g = cluster_guest (cluster, guest);
  PinSnapshot host = *cluster->bare[row];

  host.claims = tenants;
  return pin_plan (g->domain->guest, g->original, g->terms, &host);
}

gboolean
cluster_is_whole (const PinPlan *plan)
{
  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    {
      if (plan->actions[setting] == PIN_ACTION_WEAKEN || plan->actions[setting] == PIN_ACTION_STRIP)
        return FALSE;
    }
  return TRUE;
}

static gboolean
is_member (const Cluster *cluster, const PinGroupRule *group, guint guest)
{
  return pin_group_rule_has (group, cluster_guest (cluster, guest)->domain->guest->name);
}

static gboolean
group_admits (const Cluster *cluster, const PinGroupRule *group, guint guest, guint row, const gint *at)
{
  guint n_there = 0, n_all = 0;

  for (guint i = 0; i < cluster->guests->len; i++)
    {
      if (i == guest || at[i] == CLUSTER_NOWHERE || !is_member (cluster, group, i))
        continue;
      n_all++;
      n_there += at[i] == (gint) row;
    }
  return group->apart ? n_there == 0 : n_there > 0 || n_all == 0;
}

gboolean
cluster_admits (const Cluster *cluster, guint guest, guint row, const gint *at)
{
  const GPtrArray *groups = pin_rules_groups (cluster->rules);

  for (guint i = 0; i < groups->len; i++)
    {
      const PinGroupRule *group = g_ptr_array_index (groups, i);

      if (is_member (cluster, group, guest) && !group_admits (cluster, group, guest, row, at))
        return FALSE;
    }
  return TRUE;
}

/* @guests, and those that any of their groups keeps together with them. */
static guint32
join_groups (const Cluster *cluster, guint32 guests)
{
  const GPtrArray *groups = pin_rules_groups (cluster->rules);
  guint32 joined = guests;

  for (guint i = 0; i < groups->len; i++)
    {
      const PinGroupRule *group = g_ptr_array_index (groups, i);
      guint32 members = 0;

      for (guint guest = 0; guest < cluster->guests->len && !group->apart; guest++)
        members |= is_member (cluster, group, guest) ? 1u << guest : 0;
      joined |= (members & joined) != 0 ? members : 0;
    }
  return joined;
}

guint32
cluster_together (const Cluster *cluster, guint guest)
{
  guint32 together = 0, joined = 1u << guest;

  while (joined != together)
    {
      together = joined;
      joined = join_groups (cluster, together);
    }
  return together;
}

/* The host as libvirt and its services would tell of it: with domains, and without what they hold.  (transfer full) */
static PinSnapshot *
lived_in (const Cluster *cluster, guint row)
{
  PinSnapshot *host = pin_snapshot_copy (cluster->bare[row]);

  for (guint i = 0; i < cluster->guests->len; i++)
    {
      const ClusterGuest *guest = cluster_guest (cluster, i);

      if (guest->on != row)
        continue;
      g_ptr_array_add (host->domains, pin_tenant_copy (guest->tenant));
      for (guint node = 0; node < host->topology->n_nodes; node++)
        host->memory[node].free_kib -= pin_tenant_memory (guest->tenant, node);
      for (guint j = 0; j < guest->tenant->pages->len; j++)
        {
          const PinPageUse *use = &g_array_index (guest->tenant->pages, PinPageUse, j);

          host->memory[use->node].pools[0].free -= use->count;
        }
    }
  return host;
}

static void
view_guest (ClusterView *view, const Cluster *cluster, guint number)
{
  const ClusterGuest *guest = cluster_guest (cluster, number);
  PinSceneGuest known = { .guest = guest->domain->guest, .original = guest->original, .on = guest->on, .whole = guest->whole, .cost = guest->cost,
                          .cpu_permille = -1, .moved_ms = PIN_SCENE_LONG_AGO };

  if (!guest->known)
    return;
  view->numbers[view->guests->len] = number;
  g_array_append_val (view->guests, known);
}

ClusterView *
cluster_view (const Cluster *cluster)
{
  ClusterView *view = g_new0 (ClusterView, 1);

  view->makes = pin_makes_new ();
  view->guests = g_array_new (FALSE, TRUE, sizeof (PinSceneGuest));
  view->numbers = g_new0 (guint, cluster->guests->len + 1);
  for (guint row = 0; row < cluster->n_hosts; row++)
    {
      g_autoptr (PinSnapshot) host = lived_in (cluster, row);

      view->rows[row] = (PinHostRow){ .name = cluster->names[row], .maintenance = cluster->closed[row], .load_permille = -1,
                                      .site = pin_site_new (host, view->makes) };
      view->rows[row].presence = cluster->gone[row] ? PIN_PRESENCE_UNREACHABLE : PIN_PRESENCE_REACHABLE;
    }
  for (guint i = 0; i < cluster->guests->len; i++)
    view_guest (view, cluster, i);
  return view;
}

void
cluster_view_free (ClusterView *view)
{
  if (view == NULL)
    return;
  for (guint row = 0; row < CLUSTER_HOSTS; row++)
    pin_site_free ((PinSite *) view->rows[row].site);
  pin_makes_free (view->makes);
  g_array_unref (view->guests);
  g_free (view->numbers);
  g_free (view);
}

PinScene *
cluster_scene (const Cluster *cluster, const ClusterView *view)
{
  return pin_scene_new (cluster->rules, view->rows, cluster->n_hosts, (const PinSceneGuest *) view->guests->data, view->guests->len);
}
