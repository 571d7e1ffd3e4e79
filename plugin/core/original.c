/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Originals and the homes that they were written at. */
#include "core/original.h"

PinHome *
pin_home_new (const char *host_uuid, const char *host_name, PinTopology *shape)
{
  PinHome *home = g_new0 (PinHome, 1);

  home->host_uuid = g_strdup (host_uuid);
  home->host_name = g_strdup (host_name);
  home->shape = shape != NULL ? pin_topology_ref (shape) : NULL;
  return home;
}

void
pin_home_free (PinHome *home)
{
  if (home == NULL)
    return;

  g_free (home->host_uuid);
  g_free (home->host_name);
  if (home->shape != NULL)
    pin_topology_unref (home->shape);
  g_free (home);
}

gboolean
pin_home_is_same (const PinHome *a, const PinHome *b)
{
  if (a == NULL || b == NULL)
    return FALSE;
  return a == b || (a->host_uuid != NULL && g_strcmp0 (a->host_uuid, b->host_uuid) == 0);
}

PinOriginal *
pin_original_new (void)
{
  return pin_original_from (NULL, NULL);
}

PinOriginal *
pin_original_copy (const PinOriginal *original)
{
  PinOriginal *copy;

  if (original == NULL)
    return NULL;

  copy = pin_original_from (original->placement, NULL);
  for (guint i = 0; i < original->homes->len; i++)
    {
      const PinHome *home = g_ptr_array_index (original->homes, i);

      g_ptr_array_add (copy->homes, pin_home_new (home->host_uuid, home->host_name, home->shape));
    }
  for (guint i = 0; i < PIN_SETTING_N; i++)
    copy->home_of[i] = original->home_of[i];
  copy->cpu = pin_cpu_model_copy (original->cpu);
  copy->rest = g_strdup (original->rest);
  return copy;
}

void
pin_original_free (PinOriginal *original)
{
  if (original == NULL)
    return;

  pin_placement_free (original->placement);
  g_ptr_array_unref (original->homes);
  pin_cpu_model_free (original->cpu);
  g_free (original->rest);
  g_free (original);
}

PinOriginal *
pin_original_from (const PinPlacement *placement, PinHome *home)
{
  PinOriginal *original = g_new0 (PinOriginal, 1);

  original->placement = placement != NULL ? pin_placement_copy (placement) : pin_placement_new ();
  original->homes = g_ptr_array_new_with_free_func ((GDestroyNotify)pin_home_free);
  if (home != NULL)
    g_ptr_array_add (original->homes, home);
  for (guint i = 0; i < PIN_SETTING_N; i++)
    original->home_of[i] = home != NULL ? 0 : -1;
  return original;
}

PinOriginal *
pin_original_assign (const PinOriginal *original, const PinGuest *guest, guint settings, const PinPlacement *placement, PinHome *here)
{
  PinOriginal *assigned = pin_original_copy (original);
  g_autoptr (PinTopology) host = g_steal_pointer (&here->shape);

  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    {
      if ((settings & (1u << setting)) == 0)
        continue;
      pin_placement_take (assigned->placement, placement, (PinSetting)setting);
      assigned->home_of[setting] = (gint)assigned->homes->len;
    }
  pin_original_limit (assigned, guest);
  here->shape = pin_original_shape (host, assigned->placement);
  g_ptr_array_add (assigned->homes, here);
  return assigned;
}

const PinHome *
pin_original_home (const PinOriginal *original, PinSetting setting)
{
  gint index = original->home_of[setting];

  if (index < 0 || (guint)index >= original->homes->len)
    return NULL;

  return g_ptr_array_index (original->homes, index);
}

static void
limit_pins (GArray *pins, const PinCpuset *ids)
{
  for (guint i = pins->len; i-- > 0;)
    {
      if (!pin_cpuset_contains (ids, g_array_index (pins, PinPin, i).id))
        g_array_remove_index (pins, i);
    }
}

static void
limit_scheds (GArray *scheds, const PinCpuset *ids)
{
  for (guint i = scheds->len; i-- > 0;)
    {
      PinSched *sched = &g_array_index (scheds, PinSched, i);

      pin_cpuset_intersect (sched->ids, ids);
      if (pin_cpuset_is_empty (sched->ids))
        g_array_remove_index (scheds, i);
    }
}

static void
limit_memory (PinPlacement *placement, const PinGuest *guest)
{
  for (guint i = placement->memnode->len; i-- > 0;)
    {
      if (g_array_index (placement->memnode, PinMemnode, i).cell >= guest->n_cells)
        g_array_remove_index (placement->memnode, i);
    }
  for (guint i = placement->dimm->len; i-- > 0;)
    {
      if (g_array_index (placement->dimm, PinDimm, i).index >= guest->n_dimms)
        g_array_remove_index (placement->dimm, i);
    }
}

/* Without cells libvirt takes cell 0 for the whole guest. */
static void
limit_pages (PinPlacement *placement, const PinGuest *guest)
{
  g_autoptr (PinCpuset) cells = pin_cpuset_new_range (0, MAX (guest->n_cells, 1) - 1);

  for (guint i = placement->hugepages->len; i-- > 0;)
    {
      PinPage *page = &g_array_index (placement->hugepages, PinPage, i);

      if (page->cells == NULL)
        continue;
      pin_cpuset_intersect (page->cells, cells);
      if (pin_cpuset_is_empty (page->cells))
        g_array_remove_index (placement->hugepages, i);
    }
  placement->has_hugepages &= placement->hugepages->len > 0;
}

void
pin_original_limit (PinOriginal *original, const PinGuest *guest)
{
  PinPlacement *placement = original->placement;
  g_autoptr (PinCpuset) vcpus = guest->n_vcpus > 0 ? pin_cpuset_new_range (0, guest->n_vcpus - 1) : pin_cpuset_new ();

  limit_pins (placement->vcpupin, vcpus);
  limit_pins (placement->iothreadpin, guest->iothreads);
  limit_scheds (placement->vcpusched, vcpus);
  limit_scheds (placement->iothreadsched, guest->iothreads);
  limit_memory (placement, guest);
  limit_pages (placement, guest);
}

PinTopology *
pin_original_shape (const PinTopology *topology, const PinPlacement *placement)
{
  g_autoptr (PinCpuset) cpus = pin_placement_cpus (placement);
  g_autoptr (PinNodeset) nodes = pin_placement_nodes (placement);

  for (pin_cpuset_each (nodes, node))
    {
      int index = pin_topology_node_index (topology, node);
      const PinCpuset *there = index >= 0 ? topology->nodes[index].cpus : NULL;

      if (!pin_cpuset_is_empty (there) && !pin_cpuset_intersects (there, cpus))
        pin_cpuset_add (cpus, pin_cpuset_first (there));
    }
  return pin_topology_restrict (topology, cpus, nodes);
}
