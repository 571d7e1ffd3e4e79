/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Takes off what others hold, and gives back what the guest holds itself. */
#include "room.h"

#include "room-block.h"

static guint64 *
units_at (PinRoom *room, guint node, guint size)
{
  return &room->units[node * room->n_sizes + size];
}

static void
add_units (guint64 *units, guint64 more, gboolean give_back)
{
  if (give_back)
    *units += MIN (more, G_MAXUINT64 - *units);
  else
    *units -= MIN (*units, more);
}

static void
count_memory (PinRoom *room, const PinTenant *tenant, gboolean give_back)
{
  for (guint node = 0; node < room->n_nodes; node++)
    add_units (units_at (room, node, 0), pin_tenant_memory (tenant, node), give_back);
  for (guint i = 0; i < tenant->pages->len; i++)
    {
      const PinPageUse *use = &g_array_index (tenant->pages, PinPageUse, i);
      gint size = pin_room_size (room, use->size_kib);

      if (use->node < room->n_nodes && size > 0 && pin_snapshot_pool (room->snapshot, use->node, use->size_kib) != NULL)
        add_units (units_at (room, use->node, (guint)size), use->count, give_back);
    }
}

static void
count_domain (PinRoom *room, const PinTenant *domain, const char *uuid)
{
  gboolean itself = uuid != NULL && g_strcmp0 (domain->uuid, uuid) == 0;

  if (itself && domain->running)
    count_memory (room, domain, TRUE);
  else if (domain->running)
    pin_cpuset_unite (room->taken, domain->dedicated);
  else if (!itself)
    {
      pin_cpuset_unite (room->named, domain->dedicated);
      pin_cpuset_unite (room->named, domain->shared);
    }
}

/* Free memory and pages of a snapshot are net of domains, not of claims. */
static void
count_claim (PinRoom *room, const PinTenant *claim, const char *uuid)
{
  if (uuid != NULL && g_strcmp0 (claim->uuid, uuid) == 0)
    return;
  pin_cpuset_unite (room->taken, claim->dedicated);
  count_memory (room, claim, FALSE);
}

static gint
compare_sizes (gconstpointer a, gconstpointer b)
{
  guint64 left = *(const guint64 *)a;
  guint64 right = *(const guint64 *)b;

  return left < right ? -1 : left > right;
}

static void
collect_sizes (PinRoom *room)
{
  const PinNodeMemory *memory = room->snapshot->memory;
  guint n_all = 1;

  for (guint node = 0; node < room->n_nodes; node++)
    n_all += memory[node].n_pools;
  room->page_kib = g_new0 (guint64, n_all);
  room->n_sizes = 1;
  for (guint node = 0; node < room->n_nodes; node++)
    {
      for (guint i = 0; i < memory[node].n_pools; i++)
        {
          if (pin_room_size (room, memory[node].pools[i].size_kib) < 0)
            room->page_kib[room->n_sizes++] = memory[node].pools[i].size_kib;
        }
    }
  qsort (room->page_kib, room->n_sizes, sizeof (guint64), compare_sizes);
}

static void
copy_units (PinRoom *room)
{
  room->units = g_new0 (guint64, room->n_nodes * room->n_sizes);
  for (guint node = 0; node < room->n_nodes; node++)
    {
      const PinNodeMemory *memory = &room->snapshot->memory[node];

      *units_at (room, node, 0) = memory->free_kib;
      for (guint i = 0; i < memory->n_pools; i++)
        *units_at (room, node, (guint)pin_room_size (room, memory->pools[i].size_kib)) = memory->pools[i].free;
    }
}

static void
split_cpus (PinRoom *room, const PinTerms *terms)
{
  const PinSnapshot *snapshot = room->snapshot;

  room->present = pin_cpuset_new ();
  for (guint node = 0; node < room->n_nodes; node++)
    pin_cpuset_unite (room->present, snapshot->topology->nodes[node].cpus);
  pin_cpuset_intersect (room->present, snapshot->allowed);
  pin_cpuset_subtract (room->present, snapshot->reserved);
  room->usable = pin_cpuset_copy (room->present);
  pin_cpuset_subtract (room->usable, room->taken);
  room->shareable = pin_cpuset_copy (room->usable);
  pin_cpuset_subtract (room->shareable, snapshot->isolated);
  room->keepable = pin_cpuset_copy (terms->dedicated == PIN_DEDICATED_AS_WRITTEN ? room->present : room->usable);
}

static void
count_cpu (PinRoom *room, PinNodeRoom *node, PinCoreRoom *core, const PinCpu *cpu)
{
  gboolean usable = pin_cpuset_contains (room->usable, cpu->id);
  gboolean isolated = usable && pin_cpuset_contains (room->snapshot->isolated, cpu->id);

  core->core = cpu->core;
  core->n_online++;
  core->n_usable += usable;
  core->n_isolated += isolated;
  node->n_usable += usable;
  node->n_isolated += isolated;
}

/* Counts the CPUs of @node core by core; @core_at: by core of the host, its place, or 0. */
static guint
count_node (PinRoom *room, guint index, guint first_core, guint *core_at)
{
  const PinTopology *topology = room->snapshot->topology;
  PinNodeRoom *node = &room->nodes[index];
  guint n_cores = 0;

  node->first_core = first_core;
  node->has_cpus = !pin_cpuset_is_empty (topology->nodes[index].cpus);
  node->has_memory = room->snapshot->memory[index].total_kib > 0;
  for (pin_cpuset_each (topology->nodes[index].cpus, id))
    {
      const PinCpu *cpu = pin_topology_cpu (topology, id);

      if (core_at[cpu->core] <= first_core)
        core_at[cpu->core] = first_core + n_cores++ + 1;
      count_cpu (room, node, &room->cores[core_at[cpu->core] - 1], cpu);
    }
  node->n_cores = n_cores;
  return n_cores;
}

/* Returns: how many cores there are. */
static guint
count_cpus (PinRoom *room)
{
  const PinTopology *topology = room->snapshot->topology;
  g_autofree guint *core_at = g_new0 (guint, topology->n_cores + 1);
  guint n_cores = 0;

  room->nodes = g_new0 (PinNodeRoom, room->n_nodes);
  room->cores = g_new0 (PinCoreRoom, topology->n_cores + 1);
  for (guint node = 0; node < room->n_nodes; node++)
    n_cores += count_node (room, node, n_cores, core_at);
  return n_cores;
}

static void
look_at_host (PinRoom *room, const PinTopology *topology)
{
  room->n_nodes = topology->n_nodes;
  room->n_cpus = topology->n_cpus;
  room->last_cpu = topology->n_cpus > 0 ? topology->cpus[topology->n_cpus - 1].id : 0;
  room->last_node = topology->n_nodes > 0 ? topology->nodes[topology->n_nodes - 1].id : 0;
  room->threads = topology->threads;
  room->cores_known = topology->cores_known;
  room->default_page_kib = room->snapshot->default_page_kib;
}

static void
clear_loose (PinRoom *room)
{
  pin_cpuset_free (room->taken);
  pin_cpuset_free (room->usable);
  pin_cpuset_free (room->keepable);
  pin_cpuset_free (room->present);
  pin_cpuset_free (room->shareable);
  pin_cpuset_free (room->named);
  g_free (room->nodes);
  g_free (room->cores);
  g_free (room->page_kib);
  g_free (room->units);
}

typedef PinRoom LooseRoom;
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LooseRoom, clear_loose)

PinRoom *
pin_room_new (const PinSnapshot *snapshot, const char *uuid, const PinTerms *terms)
{
  g_auto (LooseRoom) room = { .snapshot = snapshot };
  guint n_cores;

  look_at_host (&room, snapshot->topology);
  room.taken = pin_cpuset_new ();
  room.named = pin_cpuset_new ();
  collect_sizes (&room);
  copy_units (&room);
  for (guint i = 0; i < snapshot->domains->len; i++)
    count_domain (&room, g_ptr_array_index (snapshot->domains, i), uuid);
  for (guint i = 0; i < snapshot->claims->len; i++)
    count_claim (&room, g_ptr_array_index (snapshot->claims, i), uuid);
  split_cpus (&room, terms);
  n_cores = count_cpus (&room);
  return pin_room_in_a_block (&room, n_cores);
}

void
pin_room_free (PinRoom *room)
{
  g_free (room);
}

gint
pin_room_size (const PinRoom *room, guint64 page_kib)
{
  for (guint i = 0; i < room->n_sizes; i++)
    {
      if (room->page_kib[i] == page_kib)
        return (gint)i;
    }
  return -1;
}

PinCpuset *
pin_room_on_node (const PinRoom *room, guint node, const PinCpuset *cpus)
{
  PinCpuset *there = pin_cpuset_copy (room->snapshot->topology->nodes[node].cpus);

  pin_cpuset_intersect (there, cpus);
  return there;
}
