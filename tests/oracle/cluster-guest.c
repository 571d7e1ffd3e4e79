/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cluster-guest.h"

#define GUEST_UUID "6f1c2d3e-0000-4000-8000-%012x"
#define GONE 0xdead

GPtrArray *
cluster_tenants (const Cluster *cluster, guint row)
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
  g_autoptr (GPtrArray) tenants = cluster_tenants (cluster, row);
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
  g_autofree char *uuid = g_strdup_printf (CLUSTER_HOST_UUID, drawn->lost ? GONE : drawn->home);

  if (drawn->kind == DRAWN_UNTUNED)
    return pin_original_from (domain->placement, NULL);
  return pin_original_from (domain->placement, pin_home_new (uuid, drawn->lost ? "gone" : name, shape));
}

ClusterGuest *
cluster_guest_new (const Cluster *cluster, const DrawnGuest *drawn, guint number)
{
  g_autoptr (PinDomain) domain = build_domain (drawn, number, cluster);
  ClusterGuest *guest;

  if (domain == NULL)
    return NULL;
  guest = g_new0 (ClusterGuest, 1);
  guest->drawn = number;
  guest->original = build_original (drawn, domain, cluster);
  guest->terms = pin_rules_terms (cluster->rules, domain->guest->name);
  guest->known = drawn->known;
  guest->home = drawn->kind == DRAWN_UNTUNED || drawn->lost ? CLUSTER_NOWHERE : (gint) drawn->home;
  guest->domain = g_steal_pointer (&domain);
  return guest;
}

void
cluster_guest_free (gpointer data)
{
  ClusterGuest *guest = data;

  pin_domain_free (guest->domain);
  pin_original_free (guest->original);
  pin_terms_free (guest->terms);
  pin_tenant_free (guest->tenant);
  g_free (guest);
}
