/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Puts drawn guests onto drawn hosts, one after the other, each where and how the planner says. */
#include "cluster-guest.h"
#include "format/synthetic.h"
#include "rules/rules-file.h"

#include <glib/gstdio.h>
#include <string.h>

static PinSnapshot *
build_host (const DrawnHost *drawn, guint row)
{
  g_autofree char *text = g_strdup_printf ("node:%u core:%u thread:%u mem:%uM huge%uM:%u", drawn->nodes, drawn->cores, drawn->threads,
                                           drawn->memory_mib, CLUSTER_PAGE_MIB, drawn->pages);
  g_autoptr (GError) error = NULL;
  PinSnapshot *host = pin_synthetic_parse (text, &error);

  g_assert_no_error (error);
  g_free (host->name);
  g_free (host->uuid);
  host->name = random_cluster_host_name (row);
  host->uuid = g_strdup_printf (CLUSTER_HOST_UUID, row);
  return host;
}

static void
add_domain_rules (GString *text, guint number, const DrawnGuest *drawn)
{
  g_autofree char *name = random_cluster_guest_name (number);

  if (!drawn->there || (!drawn->firm && drawn->hosts == 0))
    return;
  g_string_append_printf (text, "[domain %s]\n", name);
  if (drawn->firm)
    g_string_append (text, "vcpu-pins = keep; remap\nnuma-memory = keep; remap\nhugepages = keep\nemulator-pins = keep; remap\n");
  if (drawn->hosts == 0)
    return;
  g_string_append (text, "hosts =");
  for (guint host = 0; host < CLUSTER_HOSTS; host++)
    {
      if ((drawn->hosts & 1u << host) != 0)
        g_string_append_printf (text, " host%c;", 'a' + (int) host);
    }
  g_string_append_c (text, '\n');
}

static void
add_group_rules (GString *text, guint number, const DrawnGroup *drawn)
{
  if (drawn->members == 0)
    return;
  g_string_append_printf (text, "[group group%u]\npolicy = %s\nstrict = yes\nmembers =", number, drawn->apart ? "anti-affinity" : "affinity");
  for (guint guest = 0; guest < CLUSTER_GUESTS; guest++)
    {
      if ((drawn->members & 1u << guest) != 0)
        g_string_append_printf (text, " g%02u;", guest);
    }
  g_string_append_c (text, '\n');
}

static PinRules *
build_rules (const DrawnCluster *drawn)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  PinRules *rules;
  int file = g_file_open_tmp ("pinshift-cluster-XXXXXX", &path, &error);

  g_assert_no_error (error);
  g_close (file, NULL);
  for (guint i = 0; i < CLUSTER_GUESTS; i++)
    add_domain_rules (text, i, &drawn->guests[i]);
  for (guint i = 0; i < CLUSTER_GROUPS; i++)
    add_group_rules (text, i, &drawn->groups[i]);
  g_assert_true (g_file_set_contents (path, text->str, -1, NULL));
  rules = pin_rules_file_load_one (path, &error);
  g_unlink (path);
  g_assert_no_error (error);
  return rules;
}

/* Nothing is held there twice. */
static gboolean
has_room (const Cluster *cluster, guint row, const PinTenant *more, guint percent)
{
  const PinSnapshot *host = cluster->bare[row];
  g_autoptr (GPtrArray) tenants = cluster_tenants (cluster, row);
  guint n_own = 0;

  g_ptr_array_add (tenants, (gpointer) more);
  for (guint i = 0; i < tenants->len; i++)
    n_own += pin_cpuset_count (((const PinTenant *) g_ptr_array_index (tenants, i))->dedicated);
  for (guint node = 0; node < host->topology->n_nodes; node++)
    {
      guint64 kib = 0, pages = 0;

      for (guint i = 0; i < tenants->len; i++)
        {
          const PinTenant *tenant = g_ptr_array_index (tenants, i);

          kib += pin_tenant_memory (tenant, node);
          for (guint j = 0; j < tenant->pages->len; j++)
            pages += g_array_index (tenant->pages, PinPageUse, j).node == node ? g_array_index (tenant->pages, PinPageUse, j).count : 0;
        }
      if (kib * 100 > host->memory[node].total_kib * percent || pages > host->memory[node].pools[0].total)
        return FALSE;
    }
  return n_own * 100 <= pin_cpuset_count (host->allowed) * percent;
}

/* Puts the guest where @plan says. */
static void
settle (ClusterGuest *guest, guint row, const PinPlan *plan)
{
  guest->on = row;
  guest->cost = plan->cost;
  guest->whole = cluster_is_whole (plan);
  guest->tenant = pin_tenant_copy (plan->claim);
}

static gboolean
put (Cluster *cluster, guint number, guint row, guint percent)
{
  ClusterGuest *guest = g_ptr_array_index (cluster->guests, number);
  g_autoptr (GPtrArray) tenants = cluster_tenants (cluster, row);
  g_autoptr (PinPlan) plan = cluster_plan (cluster, number, row, tenants);

  if (plan->verdict == PIN_VERDICT_REFUSE || !has_room (cluster, row, plan->claim, percent))
    return FALSE;
  settle (guest, row, plan);
  return TRUE;
}

static void
come (Cluster *cluster, const DrawnCluster *from, guint number)
{
  const DrawnGuest *drawn = &from->guests[number];
  ClusterGuest *guest = cluster_guest_new (cluster, drawn, number);
  GPtrArray *apart;
  gboolean can;

  if (guest == NULL)
    return;
  g_ptr_array_add (cluster->guests, guest);
  apart = guest->terms->apart;
  if (from->loose)
    guest->terms->apart = NULL;
  can = put (cluster, cluster->guests->len - 1, drawn->home, cluster->fill_percent[drawn->home]);
  guest->terms->apart = apart;
  if (!can)
    g_ptr_array_remove_index (cluster->guests, cluster->guests->len - 1);
}

/* Where everybody is that is anywhere, by guest. */
static gint *
whereabouts (const Cluster *cluster)
{
  gint *at = g_new (gint, cluster->guests->len + 1);

  for (guint i = 0; i < cluster->guests->len; i++)
    at[i] = cluster_guest (cluster, i)->tenant != NULL ? (gint) cluster_guest (cluster, i)->on : CLUSTER_NOWHERE;
  return at;
}

static void
lift (Cluster *cluster, guint32 guests)
{
  for (guint i = 0; i < cluster->guests->len; i++)
    {
      if ((guests & 1u << i) != 0)
        g_clear_pointer (&((ClusterGuest *) g_ptr_array_index (cluster->guests, i))->tenant, pin_tenant_free);
    }
}

/* All of @guests, or nobody. */
static gboolean
put_all (Cluster *cluster, guint32 guests, guint row)
{
  for (guint i = 0; i < cluster->guests->len; i++)
    {
      g_autofree gint *at = whereabouts (cluster);

      if ((guests & 1u << i) == 0 || (cluster_admits (cluster, i, row, at) && put (cluster, i, row, 100)))
        continue;
      lift (cluster, guests);
      return FALSE;
    }
  return TRUE;
}

/* To another host if any takes them, else home, else wherever they can be. */
static gboolean
drive (Cluster *cluster, guint32 guests, const DrawnGuest *drawn)
{
  for (guint i = 0; i < cluster->n_hosts; i++)
    {
      guint row = (drawn->to + i) % cluster->n_hosts;

      if (row != drawn->home && put_all (cluster, guests, row))
        return TRUE;
    }
  return put_all (cluster, guests, drawn->home);
}

/* Guests that nobody takes any more go from the cluster. */
static void
scatter (Cluster *cluster, const DrawnCluster *from)
{
  guint32 away = 0;

  for (guint i = 0; i < cluster->guests->len; i++)
    away |= from->guests[cluster_guest (cluster, i)->drawn].away ? cluster_together (cluster, i) : 0;
  lift (cluster, away);
  for (guint i = 0; i < cluster->guests->len; i++)
    {
      guint32 together = cluster_together (cluster, i);

      if (cluster_guest (cluster, i)->tenant == NULL && (together & ((1u << i) - 1)) == 0)
        drive (cluster, together, &from->guests[cluster_guest (cluster, i)->drawn]);
    }
  for (guint i = cluster->guests->len; i-- > 0;)
    {
      if (cluster_guest (cluster, i)->tenant == NULL)
        g_ptr_array_remove_index (cluster->guests, i);
    }
}

Cluster *
cluster_build (const DrawnCluster *drawn, gboolean scattered)
{
  Cluster *cluster = g_new0 (Cluster, 1);

  cluster->n_hosts = drawn->n_hosts;
  cluster->drained = drawn->drained;
  cluster->rules = build_rules (drawn);
  cluster->guests = g_ptr_array_new_with_free_func (cluster_guest_free);
  for (guint row = 0; row < drawn->n_hosts; row++)
    {
      cluster->names[row] = random_cluster_host_name (row);
      cluster->bare[row] = build_host (&drawn->hosts[row], row);
      cluster->gone[row] = drawn->hosts[row].gone;
      cluster->closed[row] = drawn->hosts[row].closed || drawn->hosts[row].gone;
      cluster->fill_percent[row] = drawn->hosts[row].fill_percent;
    }
  for (guint i = 0; i < CLUSTER_GUESTS; i++)
    {
      if (drawn->guests[i].there)
        come (cluster, drawn, i);
    }
  if (scattered)
    scatter (cluster, drawn);
  return cluster;
}

void
cluster_free (Cluster *cluster)
{
  if (cluster == NULL)
    return;
  for (guint row = 0; row < cluster->n_hosts; row++)
    {
      g_free (cluster->names[row]);
      pin_snapshot_free (cluster->bare[row]);
    }
  g_ptr_array_unref (cluster->guests);
  pin_rules_free (cluster->rules);
  g_free (cluster);
}
