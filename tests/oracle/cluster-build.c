/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Puts drawn guests onto drawn hosts, one after the other, each where and how the planner says. */
#include "cluster.h"
#include "core/names.h"
#include "format/synthetic.h"
#include "rules/rules-file.h"

#include <glib/gstdio.h>
#include <string.h>

#define GUEST_UUID "6f1c2d3e-0000-4000-8000-%012x"
#define HOST_UUID "40570000-0000-4000-8000-%012x"
#define GONE 0xdead

static void
guest_free (gpointer data)
{
  ClusterGuest *guest = data;

  pin_domain_free (guest->domain);
  pin_original_free (guest->original);
  pin_terms_free (guest->terms);
  pin_tenant_free (guest->tenant);
  g_free (guest);
}

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
  host->uuid = g_strdup_printf (HOST_UUID, row);
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

/* (transfer container) */
static GPtrArray *
tenants_at (const Cluster *cluster, guint row)
{
  GPtrArray *tenants = g_ptr_array_new ();

  for (guint i = 0; i < cluster->guests->len; i++)
    {
      const ClusterGuest *guest = cluster_guest (cluster, i);

      if (guest->tenant != NULL && guest->on == row)
        g_ptr_array_add (tenants, guest->tenant);
    }
  return tenants;
}

/* CPUs of @node that are nobody's own, those of a core beside each other; begins with number @turn. */
static GArray *
free_cpus (const Cluster *cluster, guint row, guint node, guint turn)
{
  const PinTopology *topology = cluster->bare[row]->topology;
  g_autoptr (GPtrArray) tenants = tenants_at (cluster, row);
  g_autoptr (PinCpuset) left = pin_cpuset_copy (topology->nodes[node].cpus);
  g_autoptr (GArray) cpus = g_array_new (FALSE, FALSE, sizeof (guint));
  GArray *turned = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; i < tenants->len; i++)
    pin_cpuset_subtract (left, ((const PinTenant *) g_ptr_array_index (tenants, i))->dedicated);
  for (pin_cpuset_each (topology->nodes[node].cpus, cpu))
    {
      g_autoptr (PinCpuset) core = pin_topology_siblings (topology, cpu);

      for (pin_cpuset_each (core, sibling))
        if (pin_cpuset_first (core) == cpu && pin_cpuset_contains (left, sibling))
          g_array_append_val (cpus, sibling);
    }
  for (guint i = 0; i < cpus->len; i++)
    g_array_append_val (turned, g_array_index (cpus, guint, (i + turn) % cpus->len));
  return turned;
}

/* Pins vCPUs from @first on to one CPU each.  FALSE: there are too few. */
static gboolean
add_own_pins (GString *text, const GArray *cpus, guint first, guint n)
{
  for (guint i = 0; i < n && i < cpus->len; i++)
    g_string_append_printf (text, "<vcpupin vcpu='%u' cpuset='%u'/>", first + i, g_array_index (cpus, guint, i));
  return cpus->len >= n;
}

static gboolean
add_cells_tuning (GString *text, const DrawnGuest *drawn, const Cluster *cluster)
{
  guint n_nodes = cluster->bare[drawn->home]->topology->n_nodes;
  guint half = drawn->vcpus / 2, mib = drawn->memory_mib / 2;
  guint node[2] = { drawn->turn % n_nodes, (drawn->turn + 1) % n_nodes };
  g_autoptr (GArray) first = free_cpus (cluster, drawn->home, node[0], drawn->turn / 2);
  g_autoptr (GArray) second = free_cpus (cluster, drawn->home, node[1], drawn->turn / 2);
  gboolean enough;

  if (node[0] == node[1])
    g_array_remove_range (second, 0, MIN (second->len, half));
  g_string_append (text, "<cputune>");
  enough = add_own_pins (text, first, 0, half) && add_own_pins (text, second, half, half);
  g_string_append_printf (text, "</cputune><numatune><memnode cellid='0' mode='strict' nodeset='%u'/><memnode cellid='1' mode='strict' nodeset='%u'/></numatune>",
                          node[0], node[1]);
  g_string_append_printf (text, "<cpu><numa><cell id='0' cpus='0-%u' memory='%u' unit='MiB'/><cell id='1' cpus='%u-%u' memory='%u' unit='MiB'/></numa></cpu>",
                          half - 1, mib, half, drawn->vcpus - 1, mib);
  return enough;
}

static gboolean
add_node_tuning (GString *text, const DrawnGuest *drawn, const Cluster *cluster)
{
  const PinTopology *topology = cluster->bare[drawn->home]->topology;
  guint node = drawn->turn % topology->n_nodes;
  g_autoptr (GArray) cpus = free_cpus (cluster, drawn->home, node, drawn->turn / 2);
  g_autofree char *all = pin_cpuset_format (topology->nodes[node].cpus);
  gboolean enough = TRUE;

  g_string_append (text, "<cputune>");
  if (drawn->kind != DRAWN_SHARED)
    enough = add_own_pins (text, cpus, 0, drawn->vcpus);
  for (guint i = 0; drawn->kind == DRAWN_SHARED && i < drawn->vcpus; i++)
    g_string_append_printf (text, "<vcpupin vcpu='%u' cpuset='%s'/>", i, all);
  if (drawn->emulator)
    g_string_append_printf (text, "<emulatorpin cpuset='%s'/>", all);
  g_string_append (text, "</cputune>");
  if (drawn->bound || drawn->kind == DRAWN_PAGES)
    g_string_append_printf (text, "<numatune><memory mode='strict' nodeset='%u'/></numatune>", node);
  if (drawn->kind == DRAWN_PAGES)
    g_string_append_printf (text, "<memoryBacking><hugepages><page size='%u' unit='MiB'/></hugepages></memoryBacking>", CLUSTER_PAGE_MIB);
  return enough;
}

/* (transfer full); NULL: its home has not the CPUs that it would be pinned to. */
static PinDomain *
build_domain (const DrawnGuest *drawn, guint number, const Cluster *cluster)
{
  g_autoptr (GString) xml = g_string_new ("<domain type='kvm'>");
  g_autofree char *name = random_cluster_guest_name (number);
  g_autoptr (GError) error = NULL;
  gboolean can = TRUE;
  PinDomain *domain;

  g_string_append_printf (xml, "<name>%s</name><uuid>" GUEST_UUID "</uuid><memory unit='MiB'>%u</memory><vcpu>%u</vcpu>", name, number + 1,
                          drawn->memory_mib, drawn->vcpus);
  g_string_append (xml, "<os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os>");
  if (drawn->kind == DRAWN_CELLS)
    can = add_cells_tuning (xml, drawn, cluster);
  else if (drawn->kind != DRAWN_UNTUNED)
    can = add_node_tuning (xml, drawn, cluster);
  g_string_append (xml, "</domain>");
  if (!can)
    return NULL;
  domain = pin_domain_parse (xml->str, xml->len, &error);
  g_assert_no_error (error);
  return domain;
}

static PinOriginal *
build_original (const DrawnGuest *drawn, const PinDomain *domain, const Cluster *cluster)
{
  g_autoptr (PinTopology) shape = pin_original_shape (cluster->bare[drawn->home]->topology, domain->placement);
  g_autofree char *name = random_cluster_host_name (drawn->home);
  g_autofree char *uuid = g_strdup_printf (HOST_UUID, drawn->lost ? GONE : drawn->home);

  if (drawn->kind == DRAWN_UNTUNED)
    return pin_original_from (domain->placement, NULL);
  return pin_original_from (domain->placement, pin_home_new (uuid, drawn->lost ? "gone" : name, shape));
}

/* Nothing is held there twice. */
static gboolean
has_room (const Cluster *cluster, guint row, const PinTenant *more, guint percent)
{
  const PinSnapshot *host = cluster->bare[row];
  g_autoptr (GPtrArray) tenants = tenants_at (cluster, row);
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
  g_autoptr (GPtrArray) tenants = tenants_at (cluster, row);
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
  g_autoptr (PinDomain) domain = build_domain (drawn, number, cluster);
  ClusterGuest *guest;
  GPtrArray *apart;

  if (domain == NULL)
    return;
  guest = g_new0 (ClusterGuest, 1);
  guest->drawn = number;
  guest->original = build_original (drawn, domain, cluster);
  guest->terms = pin_rules_terms (cluster->rules, domain->guest->name);
  guest->known = drawn->known;
  guest->home = drawn->kind == DRAWN_UNTUNED || drawn->lost ? CLUSTER_NOWHERE : (gint) drawn->home;
  guest->domain = g_steal_pointer (&domain);
  g_ptr_array_add (cluster->guests, guest);
  apart = guest->terms->apart;
  if (from->loose)
    guest->terms->apart = NULL;
  if (!put (cluster, cluster->guests->len - 1, drawn->home, cluster->fill_percent[drawn->home]))
    {
      guest->terms->apart = apart;
      g_ptr_array_remove_index (cluster->guests, cluster->guests->len - 1);
      return;
    }
  guest->terms->apart = apart;
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
  cluster->guests = g_ptr_array_new_with_free_func (guest_free);
  for (guint row = 0; row < drawn->n_hosts; row++)
    {
      cluster->names[row] = random_cluster_host_name (row);
      cluster->bare[row] = build_host (&drawn->hosts[row], row);
      cluster->closed[row] = drawn->hosts[row].closed;
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
