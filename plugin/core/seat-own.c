/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* In the same order in which supply.c counts, so that what was counted is there. */
#include "seat-own.h"

#include "mode.h"
#include "supply.h"

#include <string.h>

typedef struct
{
  PinFit *fit;
  PinSeating *s;
  const PinDemand *demand;
  const PinTopology *host;
  guint node;
} Seat;

static gboolean
is_kept (const Seat *seat, PinCpuId id)
{
  return (seat->s->marks[id] & PIN_MARK_KEPT) != 0;
}

static gboolean
is_free (const Seat *seat, PinCpuId id)
{
  return pin_cpuset_contains (seat->fit->room->usable, id) && !is_kept (seat, id) && !pin_cpuset_contains (seat->fit->own, id)
         && !pin_cpuset_contains (seat->fit->along, id);
}

static guint
lateness (const PinFit *fit, PinCpuId id)
{
  gboolean named = pin_cpuset_contains (fit->room->named, id);
  gboolean asked = pin_cpuset_contains (fit->demand->shared, id);
  gboolean isolated = pin_cpuset_contains (fit->room->snapshot->isolated, id);

  return (isolated ? 0 : 4) + (asked ? 2 : 0) + (named ? 1 : 0);
}

guint
pin_seat_pick (const PinFit *fit, guint node, const PinCpuset *cpus, const PinCpuset *but)
{
  guint best = PIN_CPUSET_END;
  guint best_late = G_MAXUINT;

  for (pin_cpuset_each (fit->room->snapshot->topology->nodes[node].cpus, id))
    {
      guint late = lateness (fit, id);

      if (late >= best_late || !pin_cpuset_contains (cpus, id) || pin_cpuset_contains (but, id) || pin_cpuset_contains (fit->own, id)
          || pin_cpuset_contains (fit->along, id) || (fit->search->seating->marks[id] & PIN_MARK_KEPT) != 0)
        continue;
      best = id;
      best_late = late;
    }
  return best;
}

static void
give (const Seat *seat, guint index, PinCpuId id)
{
  seat->fit->image[index] = id;
  pin_cpuset_add (seat->fit->own, id);
}

static guint
core_of (const Seat *seat, PinCpuId id)
{
  return pin_topology_cpu (seat->host, id)->core;
}

/* The siblings of what was given, where the policy wants them empty. */
static void
take_along (const Seat *seat, PinCpuId given)
{
  guint core = core_of (seat, given);

  for (pin_cpuset_each (pin_supply_takes_whole (seat->s) ? seat->host->nodes[seat->node].cpus : NULL, id))
    {
      if (core_of (seat, id) == core && !pin_cpuset_contains (seat->fit->own, id))
        pin_cpuset_add (seat->fit->along, id);
    }
}

static void
give_written (const Seat *seat)
{
  for (guint i = 0; i < seat->demand->n_own; i++)
    {
      guint index = seat->demand->mask_cpus[i];

      if (seat->s->written[seat->demand->core_of[index]] && pin_seating_is_on (seat->s, index, seat->node))
        give (seat, index, seat->demand->shape->cpus[index].id);
    }
}

typedef struct
{
  guint core;
  guint n_free;
  guint n_isolated;
  guint n_online;
  guint late;          /* how much its CPUs are wanted elsewhere */
} Candidate;

/* The cores of the node, what is free on each; none that has a CPU of the guest's own already. */
static GArray *
collect_candidates (const Seat *seat)
{
  GArray *candidates = g_array_new (FALSE, TRUE, sizeof (Candidate));
  const PinNodeRoom *node = &seat->fit->room->nodes[seat->node];

  for (guint i = 0; i < node->n_cores; i++)
    {
      const PinCoreRoom *core = &seat->fit->room->cores[node->first_core + i];
      Candidate candidate = { .core = core->core, .n_online = core->n_online };
      gboolean used = FALSE;

      for (pin_cpuset_each (seat->host->nodes[seat->node].cpus, id))
        {
          if (core_of (seat, id) != core->core)
            continue;
          used |= pin_cpuset_contains (seat->fit->own, id);
          candidate.n_free += is_free (seat, id) ? 1 : 0;
          candidate.n_isolated += is_free (seat, id) && !pin_cpuset_contains (seat->fit->room->shareable, id) ? 1 : 0;
          candidate.late += lateness (seat->fit, id) % 4;
        }
      if (!used)
        g_array_append_val (candidates, candidate);
    }
  return candidates;
}

/* As supply.c has it, and among equals the least wanted, the tightest, the first. */
static gboolean
is_better_core (const Candidate *core, const Candidate *best, gboolean whole)
{
  guint spends = core->n_free - core->n_isolated;
  guint best_spends = best->n_free - best->n_isolated;

  if (whole && spends != best_spends)
    return spends < best_spends;
  if (!whole && core->n_isolated != best->n_isolated)
    return core->n_isolated > best->n_isolated;
  if (core->late != best->late)
    return core->late < best->late;
  return core->n_free < best->n_free;
}

static Candidate *
best_candidate (const Seat *seat, GArray *candidates, guint size)
{
  gboolean whole = pin_supply_takes_whole (seat->s);
  gboolean full = seat->demand->terms->threads == PIN_THREADS_REQUIRE;
  Candidate *best = NULL;

  for (guint i = 0; i < candidates->len; i++)
    {
      Candidate *core = &g_array_index (candidates, Candidate, i);

      if (core->n_free < size || (whole && core->n_free != core->n_online) || (full && core->n_online != seat->host->threads))
        continue;
      if (best == NULL || is_better_core (core, best, whole))
        best = core;
    }
  return best;
}

/* Gives CPUs of one core to the CPUs of index @indices. */
static void
give_core (const Seat *seat, Candidate *core, const guint *indices, guint n_indices)
{
  g_autoptr (PinCpuset) cpus = pin_cpuset_new ();

  for (pin_cpuset_each (seat->host->nodes[seat->node].cpus, id))
    {
      if (core_of (seat, id) == core->core && is_free (seat, id))
        pin_cpuset_add (cpus, id);
    }
  core->n_free = 0;
  for (guint i = 0; i < n_indices; i++)
    give (seat, indices[i], pin_seat_pick (seat->fit, seat->node, cpus, NULL));
  take_along (seat, seat->fit->image[indices[0]]);
}

typedef struct
{
  guint size;
  const guint *indices;
} Part;

static gint
compare_parts (gconstpointer a, gconstpointer b)
{
  const Part *left = a;
  const Part *right = b;

  if (left->size != right->size)
    return left->size > right->size ? -1 : 1;
  return left->indices < right->indices ? -1 : left->indices > right->indices;
}

static void
add_parts (GArray *parts, const guint *indices, guint n_indices, guint width)
{
  for (guint at = 0; at < n_indices; at += width)
    {
      Part part = { MIN (width, n_indices - at), indices + at };

      g_array_append_val (parts, part);
    }
}

/* What is to be put on cores: the cores of the shape, or, under isolate, each CPU alone. */
static GArray *
collect_parts (const Seat *seat, guint group)
{
  GArray *parts = g_array_new (FALSE, FALSE, sizeof (Part));
  const PinGroup *asked = &seat->demand->groups[group];
  guint width = seat->demand->terms->threads == PIN_THREADS_ISOLATE ? 1 : CLAMP (seat->host->threads, 1, PIN_SUPPLY_THREADS);

  for (guint i = 0; i < asked->n_cores; i++)
    {
      const PinCoreDemand *core = &seat->demand->cores[asked->first_core + i];

      if (!seat->s->written[asked->first_core + i])
        add_parts (parts, core->cpus, core->n_cpus, width);
    }
  if (parts->len > 0)
    qsort (parts->data, parts->len, sizeof (Part), compare_parts);
  return parts;
}

/* vCPUs of cores that the shape keeps apart are packed on whole cores, those that shared one first. */
static void
give_dense (const Seat *seat, guint group, GArray *candidates)
{
  const PinGroup *asked = &seat->demand->groups[group];
  g_autofree guint *indices = g_new (guint, asked->n_own + 1);
  guint n_indices = 0;

  for (guint i = 0; i < asked->n_cores; i++)
    {
      const PinCoreDemand *core = &seat->demand->cores[asked->first_core + i];

      for (guint k = 0; !seat->s->written[asked->first_core + i] && k < core->n_cpus; k++)
        indices[n_indices++] = core->cpus[k];
    }
  for (guint at = 0; at < n_indices; at += seat->host->threads)
    {
      guint size = MIN (seat->host->threads, n_indices - at);
      Candidate *core = best_candidate (seat, candidates, size);

      g_return_if_fail (core != NULL);
      give_core (seat, core, indices + at, size);
    }
}

static void
give_cores (const Seat *seat, guint group)
{
  g_autoptr (GArray) candidates = collect_candidates (seat);
  g_autoptr (GArray) parts = collect_parts (seat, group);

  if (seat->demand->terms->threads == PIN_THREADS_REQUIRE)
    {
      give_dense (seat, group, candidates);
      return;
    }
  for (guint i = 0; i < parts->len; i++)
    {
      const Part *part = &g_array_index (parts, Part, i);
      Candidate *core = best_candidate (seat, candidates, part->size);

      g_return_if_fail (core != NULL);
      give_core (seat, core, part->indices, part->size);
    }
}

/* The free CPU next to what the guest has already, as long as isolated ones come first; else any. */
static guint
pick_packed (const Seat *seat)
{
  guint best = PIN_CPUSET_END;
  guint best_rank = 0;

  for (pin_cpuset_each (seat->host->nodes[seat->node].cpus, id))
    {
      guint beside = 0;
      guint free_there = 0;
      guint rank;

      if (!is_free (seat, id))
        continue;
      for (pin_cpuset_each (seat->host->nodes[seat->node].cpus, other))
        {
          beside += core_of (seat, other) == core_of (seat, id) && pin_cpuset_contains (seat->fit->own, other) ? 1 : 0;
          free_there += core_of (seat, other) == core_of (seat, id) && is_free (seat, other) ? 1 : 0;
        }
      rank = 1 + MIN (free_there, 255) + (MIN (beside, 255) << 8) + ((7 - lateness (seat->fit, id)) & 4 ? 1 << 16 : 0);
      if (rank <= best_rank)
        continue;
      best = id;
      best_rank = rank;
    }
  return best;
}

/* How many CPUs that could be shared own pins have to take: those for which there is no isolated one. */
static guint
count_spent (const Seat *seat)
{
  guint n_own = 0;
  guint n_isolated = 0;

  for (guint i = 0; i < seat->demand->n_own; i++)
    n_own += pin_seating_is_on (seat->s, seat->demand->mask_cpus[i], seat->node) ? 1 : 0;
  for (pin_cpuset_each (seat->host->nodes[seat->node].cpus, id))
    n_isolated += is_free (seat, id) && !pin_cpuset_contains (seat->fit->room->shareable, id) ? 1 : 0;
  return n_own - MIN (n_own, n_isolated);
}

/* What is written stays as far as that spends no more than has to be. */
static void
give_as_written (const Seat *seat)
{
  guint spare = count_spent (seat);

  for (guint i = 0; i < seat->demand->n_own; i++)
    {
      guint index = seat->demand->mask_cpus[i];
      PinCpuId written = seat->demand->shape->cpus[index].id;
      gboolean shareable = pin_cpuset_contains (seat->fit->room->shareable, written);

      if (!pin_seating_is_on (seat->s, index, seat->node) || pin_topology_node_of (seat->host, written) != (gint)seat->node
          || !is_free (seat, written) || (shareable && spare == 0))
        continue;
      spare -= shareable ? 1 : 0;
      give (seat, index, written);
    }
}

typedef struct
{
  guint late;
  PinCpuId id;
} Free;

static gint
compare_free (gconstpointer a, gconstpointer b)
{
  const Free *left = a;
  const Free *right = b;

  if (left->late != right->late)
    return left->late < right->late ? -1 : 1;
  return left->id < right->id ? -1 : left->id > right->id;
}

/* The free CPUs of the node, the best to give away first: as pin_seat_pick() would pick them. */
static GArray *
free_cpus (const Seat *seat)
{
  GArray *cpus = g_array_sized_new (FALSE, FALSE, sizeof (Free), seat->fit->room->nodes[seat->node].n_usable);

  for (pin_cpuset_each (seat->host->nodes[seat->node].cpus, id))
    {
      Free free = { lateness (seat->fit, id), id };

      if (is_free (seat, id))
        g_array_append_val (cpus, free);
    }
  if (cpus->len > 0)
    qsort (cpus->data, cpus->len, sizeof (Free), compare_free);
  return cpus;
}

/* CPUs one by one, any. */
static void
give_singly (const Seat *seat)
{
  gboolean pack = seat->demand->terms->threads == PIN_THREADS_PREFER;
  g_autoptr (GArray) cpus = free_cpus (seat);
  guint next = 0;

  for (guint i = 0; i < seat->demand->n_own; i++)
    {
      guint index = seat->demand->mask_cpus[i];

      if (!pin_seating_is_on (seat->s, index, seat->node) || seat->fit->image[index] != PIN_CPUSET_END)
        continue;
      g_return_if_fail (next < cpus->len);
      give (seat, index, pack ? pick_packed (seat) : g_array_index (cpus, Free, next).id);
      next++;
    }
}

static gboolean
gives_cores (const Seat *seat)
{
  return pin_supply_takes_whole (seat->s) || (seat->demand->terms->threads == PIN_THREADS_HOME && seat->s->here->cores_count);
}

static gboolean
could_be_written (const Seat *seat, guint core)
{
  const PinCoreDemand *cpus = &seat->demand->cores[core];

  for (guint i = 0; i < cpus->n_cpus; i++)
    {
      if (!seat->s->here->cpus[cpus->cpus[i]].usable)
        return FALSE;
    }
  return pin_seating_node_of (seat->s, cpus->group) == seat->node && pin_mode_is_writable (seat->s, core);
}

static gboolean
still_fits (const Seat *seat, gboolean had_left)
{
  return pin_mode_try (seat->s, seat->node, PIN_MODE_STRUCT) && (seat->s->seats[seat->node].n_left > 0 || !had_left);
}

/* As many cores as can have what is written have it: all at once if that is possible, else one by one. */
static void
tie_what_can_be (const Seat *seat)
{
  PinSeating *s = seat->s;
  gboolean had_left = s->seats[seat->node].n_left > 0;
  g_autofree gboolean *tied = g_memdup2 (s->tied, (seat->demand->n_cores + 1) * sizeof (gboolean));

  for (guint core = 0; core < seat->demand->n_cores; core++)
    s->tied[core] |= could_be_written (seat, core);
  if (still_fits (seat, had_left))
    return;
  memcpy (s->tied, tied, seat->demand->n_cores * sizeof (gboolean));
  for (guint core = 0; core < seat->demand->n_cores; core++)
    {
      if (s->tied[core] || !could_be_written (seat, core))
        continue;
      s->tied[core] = TRUE;
      s->tied[core] = still_fits (seat, had_left);
    }
  still_fits (seat, FALSE);
}

static guint
group_on (const Seat *seat)
{
  guint group = 0;

  while (group < seat->demand->n_groups
         && (!seat->demand->groups[group].has_cpus || pin_seating_node_of (seat->s, group) != seat->node))
    group++;
  return group;
}

static void
seat_node (const Seat *seat, PinMode mode)
{
  if (mode == PIN_MODE_STRUCT)
    tie_what_can_be (seat);
  pin_supply_mark (seat->s, seat->node);
  if (mode == PIN_MODE_STRUCT)
    {
      give_written (seat);
      for (guint i = 0; i < seat->demand->n_own; i++)
        {
          guint index = seat->demand->mask_cpus[i];

          if (seat->fit->image[index] != PIN_CPUSET_END && pin_seating_is_on (seat->s, index, seat->node))
            take_along (seat, seat->fit->image[index]);
        }
    }
  if (mode == PIN_MODE_STRUCT && gives_cores (seat))
    give_cores (seat, group_on (seat));
  else if (mode == PIN_MODE_STRUCT || mode == PIN_MODE_LOOSE)
    {
      if (mode == PIN_MODE_LOOSE)
        give_as_written (seat);
      give_singly (seat);
    }
}

static void
seat_emulator (const Seat *seat)
{
  PinCpuId cpu;

  if (pin_demand_emulator (seat->demand) != PIN_EMULATOR_ISOLATE || seat->s->emulator != PIN_ACTION_REMAP
      || pin_seating_node_of (seat->s, pin_seating_emulator_group (seat->demand)) != seat->node)
    return;
  cpu = pin_seat_pick (seat->fit, seat->node, seat->fit->room->usable, NULL);
  g_return_if_fail (cpu != PIN_CPUSET_END);
  seat->fit->emulator = pin_cpuset_new_one (cpu);
  pin_cpuset_add (seat->fit->own, cpu);
}

void
pin_seat_own (PinFit *fit)
{
  PinSeating *s = fit->search->seating;

  for (guint node = 0; node < fit->room->n_nodes; node++)
    {
      Seat seat = { fit, s, fit->demand, fit->room->snapshot->topology, node };

      if (group_on (&seat) == fit->demand->n_groups)
        continue;
      pin_supply_mark (s, node);
      seat_node (&seat, s->seats[node].mode);
      seat_emulator (&seat);
    }
}
