/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Placements drawn from a seed. */
#include "random-placement.h"

static guint
below (GRand *rand, guint limit)
{
  return (guint) g_rand_int_range (rand, 0, (gint32) limit);
}

PinCpuset *
random_set (GRand *rand, guint limit)
{
  PinCpuset *set = pin_cpuset_new_one (below (rand, limit));
  guint n;

  for (n = below (rand, 4); n > 0; n--)
    pin_cpuset_add (set, below (rand, limit));
  return set;
}

static void
draw_pins (GRand *rand, GArray *pins, const guint *ids, guint n_ids)
{
  guint i;

  for (i = 0; i < n_ids; i++)
    if (g_rand_boolean (rand))
      {
        PinPin pin = { ids[i], random_set (rand, i % 2 == 0 ? 8 : 300) };

        g_array_append_val (pins, pin);
      }
}

static PinSched
draw_sched (GRand *rand)
{
  PinSched sched = { NULL, (PinSchedPolicy) below (rand, PIN_SCHED_N), 0 };

  if (sched.policy == PIN_SCHED_FIFO || sched.policy == PIN_SCHED_RR)
    sched.priority = g_rand_int_range (rand, 1, 99);
  return sched;
}

static void
draw_scheds (GRand *rand, GArray *scheds, const guint *ids, guint n_ids)
{
  guint i;

  for (i = 0; i < n_ids; i++)
    if (g_rand_boolean (rand))
      {
        PinSched sched = draw_sched (rand);

        sched.ids = pin_cpuset_new_one (ids[i]);
        g_array_append_val (scheds, sched);
      }
}

static void
draw_cache (GRand *rand, GArray *parts)
{
  PinResctrlPart cache = { PIN_RESCTRL_CACHE, below (rand, 3), 3, "both", (1 + below (rand, 40)) * (below (rand, 2) ? 1398101 : 262144), 0, NULL };
  PinResctrlPart monitor = { PIN_RESCTRL_CACHE_MONITOR, 0, 3, "", 0, 0, NULL };

  g_array_append_val (parts, cache);
  if (g_rand_boolean (rand))
    return;
  monitor.vcpus = random_set (rand, RANDOM_VCPUS);
  g_array_append_val (parts, monitor);
}

static void
draw_bandwidth (GRand *rand, GArray *parts)
{
  PinResctrlPart node = { PIN_RESCTRL_BANDWIDTH, below (rand, 3), 0, "", 0, 10 * (1 + below (rand, 10)), NULL };

  g_array_append_val (parts, node);
}

static void
draw_resctrls (GRand *rand, GArray *resctrls, void (*draw) (GRand *rand, GArray *parts))
{
  guint n;

  for (n = below (rand, 3); n > 0; n--)
    {
      PinResctrl resctrl = { random_set (rand, RANDOM_VCPUS), pin_placement_parts_new () };

      draw (rand, resctrl.parts);
      g_array_append_val (resctrls, resctrl);
    }
}

static void
draw_memory (GRand *rand, PinPlacement *placement)
{
  guint cell;

  if (g_rand_boolean (rand))
    {
      placement->has_memory = TRUE;
      placement->memory_mode = (PinMemoryMode) below (rand, PIN_MEMORY_MODE_N);
      placement->memory_nodeset = random_set (rand, 4);
    }
  for (cell = 0; cell < RANDOM_CELLS; cell++)
    if (g_rand_boolean (rand))
      {
        PinMemnode memnode = { cell, (PinMemoryMode) below (rand, PIN_MEMORY_MODE_N), random_set (rand, 4) };

        g_array_append_val (placement->memnode, memnode);
      }
}

static void
draw_pages (GRand *rand, PinPlacement *placement)
{
  static const guint64 sizes[] = { 2048, 1048576 };
  guint n = below (rand, 3);
  guint i;

  placement->has_hugepages = g_rand_boolean (rand);
  for (i = 0; placement->has_hugepages && i < MAX (n, 1); i++)
    {
      PinPage page = { n == 0 ? 0 : sizes[i], n == 2 ? pin_cpuset_new_one (i) : NULL };

      g_array_append_val (placement->hugepages, page);
    }
  if (g_rand_boolean (rand))
    {
      PinDimm dimm = { 0, sizes[below (rand, 2)] * below (rand, 2), NULL };

      if (dimm.page_kib == 0 || g_rand_boolean (rand))
        dimm.nodeset = random_set (rand, 4);
      g_array_append_val (placement->dimm, dimm);
    }
}

PinPlacement *
random_placement (GRand *rand)
{
  static const guint vcpus[RANDOM_VCPUS] = { 0, 1, 2, 3 };
  static const guint iothreads[] = { 1, 2, 5 };
  PinPlacement *placement = pin_placement_new ();
  PinSched emulator = draw_sched (rand);

  placement->vcpu_cpuset = g_rand_boolean (rand) ? random_set (rand, 64) : NULL;
  placement->emulatorpin = g_rand_boolean (rand) ? random_set (rand, PIN_CPUSET_MAX) : NULL;
  draw_pins (rand, placement->vcpupin, vcpus, G_N_ELEMENTS (vcpus));
  draw_pins (rand, placement->iothreadpin, iothreads, G_N_ELEMENTS (iothreads));
  draw_scheds (rand, placement->vcpusched, vcpus, G_N_ELEMENTS (vcpus));
  draw_scheds (rand, placement->iothreadsched, iothreads, G_N_ELEMENTS (iothreads));
  placement->emulatorsched = g_rand_boolean (rand) ? g_memdup2 (&emulator, sizeof emulator) : NULL;
  draw_resctrls (rand, placement->cachetune, draw_cache);
  draw_resctrls (rand, placement->memorytune, draw_bandwidth);
  draw_memory (rand, placement);
  draw_pages (rand, placement);
  return placement;
}
