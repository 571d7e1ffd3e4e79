/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Edits of a placement, element by element. */
#include "core/placement-parts.h"

/* What is compared: what is there now, what was there, and what else is known. */
typedef struct
{
  PinPlacement *original;
  const PinPlacement *present;
  const PinPlacement *const *known;
  guint n_known;
} Follow;

/* A kind of element: one alone, or one for each id (a thread's pin, a cell's memnode, what a memory device has). */
typedef struct
{
  PinSetting setting;
  guint (*end) (const PinPlacement *placement); /* all ids are below */
  gboolean (*equal) (const PinPlacement *a, const PinPlacement *b, guint id);
  void (*take) (PinPlacement *target, const PinPlacement *source, guint id);
} Part;

static gboolean
follow_part (const Follow *follow, const Part *part, guint id)
{
  if (part->equal (follow->original, follow->present, id))
    return FALSE;
  for (guint i = 0; i < follow->n_known; i++)
    {
      if (part->equal (follow->known[i], follow->present, id))
        return FALSE;
    }
  part->take (follow->original, follow->present, id);
  return TRUE;
}

static gboolean
sets_equal (const PinCpuset *a, const PinCpuset *b)
{
  return (a == NULL) == (b == NULL) && pin_cpuset_equal (a, b);
}

static void
take_set (PinCpuset **target, const PinCpuset *source)
{
  pin_cpuset_free (*target);
  *target = pin_cpuset_copy (source);
}

static gboolean
pins_equal (const GArray *a, const GArray *b, guint id)
{
  const PinPin *left = pin_placement_find (a, id);
  const PinPin *right = pin_placement_find (b, id);

  if (left == NULL || right == NULL)
    return left == right;
  return pin_cpuset_equal (left->cpuset, right->cpuset);
}

static void
take_pin (GArray *target, const GArray *source, guint id)
{
  const PinPin *pin = pin_placement_find (source, id);
  guint at = 0;

  while (at < target->len && g_array_index (target, PinPin, at).id < id)
    at++;
  if (at < target->len && g_array_index (target, PinPin, at).id == id)
    g_array_remove_index (target, at);
  if (pin != NULL)
    {
      PinPin copy = { .id = id, .cpuset = pin_cpuset_copy (pin->cpuset) };

      g_array_insert_val (target, at, copy);
    }
}

static gboolean
vcpupin_equal (const PinPlacement *a, const PinPlacement *b, guint id)
{
  return pins_equal (a->vcpupin, b->vcpupin, id);
}

static void
take_vcpupin (PinPlacement *target, const PinPlacement *source, guint id)
{
  take_pin (target->vcpupin, source->vcpupin, id);
}

static gboolean
iothreadpin_equal (const PinPlacement *a, const PinPlacement *b, guint id)
{
  return pins_equal (a->iothreadpin, b->iothreadpin, id);
}

static void
take_iothreadpin (PinPlacement *target, const PinPlacement *source, guint id)
{
  take_pin (target->iothreadpin, source->iothreadpin, id);
}

static gboolean
vcpu_equal (const PinPlacement *a, const PinPlacement *b, guint id)
{
  return a->vcpu_auto == b->vcpu_auto && sets_equal (a->vcpu_cpuset, b->vcpu_cpuset);
}

static void
take_vcpu (PinPlacement *target, const PinPlacement *source, guint id)
{
  target->vcpu_auto = source->vcpu_auto;
  take_set (&target->vcpu_cpuset, source->vcpu_cpuset);
}

static gboolean
emulatorpin_equal (const PinPlacement *a, const PinPlacement *b, guint id)
{
  return sets_equal (a->emulatorpin, b->emulatorpin);
}

static void
take_emulatorpin (PinPlacement *target, const PinPlacement *source, guint id)
{
  take_set (&target->emulatorpin, source->emulatorpin);
}

static gboolean
memory_equal (const PinPlacement *a, const PinPlacement *b, guint id)
{
  return pin_placement_memory_equal (a, b);
}

static void
take_memory (PinPlacement *target, const PinPlacement *source, guint id)
{
  target->has_memory = source->has_memory;
  target->memory_auto = source->memory_auto;
  target->memory_mode = source->memory_mode;
  take_set (&target->memory_nodeset, source->memory_nodeset);
}

/* Index of cell @id's memnode, or of where it would stand. */
static guint
find_memnode (const GArray *memnodes, guint id, const PinMemnode **ret_memnode)
{
  guint at = 0;

  while (at < memnodes->len && g_array_index (memnodes, PinMemnode, at).cell < id)
    at++;
  *ret_memnode = at < memnodes->len && g_array_index (memnodes, PinMemnode, at).cell == id
                     ? &g_array_index (memnodes, PinMemnode, at)
                     : NULL;
  return at;
}

static gboolean
memnode_equal (const PinPlacement *a, const PinPlacement *b, guint id)
{
  const PinMemnode *left = NULL;
  const PinMemnode *right = NULL;

  find_memnode (a->memnode, id, &left);
  find_memnode (b->memnode, id, &right);
  if (left == NULL || right == NULL)
    return left == right;
  return left->mode == right->mode && pin_cpuset_equal (left->nodeset, right->nodeset);
}

static void
take_memnode (PinPlacement *target, const PinPlacement *source, guint id)
{
  const PinMemnode *old = NULL;
  const PinMemnode *new = NULL;
  guint at = find_memnode (target->memnode, id, &old);

  find_memnode (source->memnode, id, &new);
  if (old != NULL)
    g_array_remove_index (target->memnode, at);
  if (new != NULL)
    {
      PinMemnode copy = { .cell = new->cell, .mode = new->mode, .nodeset = pin_cpuset_copy (new->nodeset) };

      g_array_insert_val (target->memnode, at, copy);
    }
}

static guint
find_dimm (const GArray *dimms, guint id, const PinDimm **ret_dimm)
{
  guint at = 0;

  while (at < dimms->len && g_array_index (dimms, PinDimm, at).index < id)
    at++;
  *ret_dimm = at < dimms->len && g_array_index (dimms, PinDimm, at).index == id ? &g_array_index (dimms, PinDimm, at) : NULL;
  return at;
}

/* Device @id gets this page size and these nodes (copied); with neither it has no entry. */
static void
put_dimm (GArray *dimms, guint id, guint64 page_kib, const PinNodeset *nodeset)
{
  const PinDimm *old = NULL;
  guint at = find_dimm (dimms, id, &old);
  PinDimm dimm = { .index = id, .page_kib = page_kib, .nodeset = pin_cpuset_copy (nodeset) };

  if (old != NULL)
    g_array_remove_index (dimms, at);
  if (page_kib != 0 || nodeset != NULL)
    g_array_insert_val (dimms, at, dimm);
}

static gboolean
dimm_page_equal (const PinPlacement *a, const PinPlacement *b, guint id)
{
  const PinDimm *left = NULL;
  const PinDimm *right = NULL;

  find_dimm (a->dimm, id, &left);
  find_dimm (b->dimm, id, &right);
  return (left != NULL ? left->page_kib : 0) == (right != NULL ? right->page_kib : 0);
}

static void
take_dimm_page (PinPlacement *target, const PinPlacement *source, guint id)
{
  const PinDimm *old = NULL;
  const PinDimm *new = NULL;
  g_autoptr (PinNodeset) nodeset = NULL;

  find_dimm (target->dimm, id, &old);
  find_dimm (source->dimm, id, &new);
  nodeset = old != NULL ? pin_cpuset_copy (old->nodeset) : NULL;
  put_dimm (target->dimm, id, new != NULL ? new->page_kib : 0, nodeset);
}

static gboolean
dimm_nodes_equal (const PinPlacement *a, const PinPlacement *b, guint id)
{
  const PinDimm *left = NULL;
  const PinDimm *right = NULL;

  find_dimm (a->dimm, id, &left);
  find_dimm (b->dimm, id, &right);
  return sets_equal (left != NULL ? left->nodeset : NULL, right != NULL ? right->nodeset : NULL);
}

static void
take_dimm_nodes (PinPlacement *target, const PinPlacement *source, guint id)
{
  const PinDimm *old = NULL;
  const PinDimm *new = NULL;

  find_dimm (target->dimm, id, &old);
  find_dimm (source->dimm, id, &new);
  put_dimm (target->dimm, id, old != NULL ? old->page_kib : 0, new != NULL ? new->nodeset : NULL);
}

static gboolean
hugepages_equal (const PinPlacement *a, const PinPlacement *b, guint id)
{
  return pin_placement_pages_equal (a, b);
}

static void
take_array (GArray **target, GArray *copy)
{
  g_array_unref (*target);
  *target = copy;
}

static void
take_hugepages (PinPlacement *target, const PinPlacement *source, guint id)
{
  target->has_hugepages = source->has_hugepages;
  take_array (&target->hugepages, pin_placement_pages_copy (source->hugepages));
}

static gboolean
cachetune_equal (const PinPlacement *a, const PinPlacement *b, guint id)
{
  return pin_placement_resctrls_equal (a->cachetune, b->cachetune);
}

static void
take_cachetune (PinPlacement *target, const PinPlacement *source, guint id)
{
  take_array (&target->cachetune, pin_placement_resctrls_copy (source->cachetune));
}

static gboolean
memorytune_equal (const PinPlacement *a, const PinPlacement *b, guint id)
{
  return pin_placement_resctrls_equal (a->memorytune, b->memorytune);
}

static void
take_memorytune (PinPlacement *target, const PinPlacement *source, guint id)
{
  take_array (&target->memorytune, pin_placement_resctrls_copy (source->memorytune));
}

static gboolean
vcpusched_equal (const PinPlacement *a, const PinPlacement *b, guint id)
{
  return pin_placement_scheds_equal (a->vcpusched, b->vcpusched);
}

static void
take_vcpusched (PinPlacement *target, const PinPlacement *source, guint id)
{
  take_array (&target->vcpusched, pin_placement_scheds_copy (source->vcpusched));
}

static gboolean
iothreadsched_equal (const PinPlacement *a, const PinPlacement *b, guint id)
{
  return pin_placement_scheds_equal (a->iothreadsched, b->iothreadsched);
}

static void
take_iothreadsched (PinPlacement *target, const PinPlacement *source, guint id)
{
  take_array (&target->iothreadsched, pin_placement_scheds_copy (source->iothreadsched));
}

static gboolean
emulatorsched_equal (const PinPlacement *a, const PinPlacement *b, guint id)
{
  return pin_placement_emulatorsched_equal (a->emulatorsched, b->emulatorsched);
}

static void
take_emulatorsched (PinPlacement *target, const PinPlacement *source, guint id)
{
  pin_sched_free (target->emulatorsched);
  target->emulatorsched = pin_placement_emulatorsched_copy (source->emulatorsched);
}

static guint
one (const PinPlacement *placement)
{
  return 1;
}

static guint
vcpupins_end (const PinPlacement *placement)
{
  const GArray *pins = placement->vcpupin;

  return pins->len > 0 ? g_array_index (pins, PinPin, pins->len - 1).id + 1 : 0;
}

static guint
iothreadpins_end (const PinPlacement *placement)
{
  const GArray *pins = placement->iothreadpin;

  return pins->len > 0 ? g_array_index (pins, PinPin, pins->len - 1).id + 1 : 0;
}

static guint
memnodes_end (const PinPlacement *placement)
{
  const GArray *memnodes = placement->memnode;

  return memnodes->len > 0 ? g_array_index (memnodes, PinMemnode, memnodes->len - 1).cell + 1 : 0;
}

static guint
dimms_end (const PinPlacement *placement)
{
  const GArray *dimms = placement->dimm;

  return dimms->len > 0 ? g_array_index (dimms, PinDimm, dimms->len - 1).index + 1 : 0;
}

static const Part parts[] = {
  { PIN_SETTING_HUGEPAGES, one, hugepages_equal, take_hugepages },
  { PIN_SETTING_HUGEPAGES, dimms_end, dimm_page_equal, take_dimm_page },
  { PIN_SETTING_NUMA_MEMORY, one, memory_equal, take_memory },
  { PIN_SETTING_NUMA_MEMORY, memnodes_end, memnode_equal, take_memnode },
  { PIN_SETTING_NUMA_MEMORY, dimms_end, dimm_nodes_equal, take_dimm_nodes },
  { PIN_SETTING_VCPU_PINS, one, vcpu_equal, take_vcpu },
  { PIN_SETTING_VCPU_PINS, vcpupins_end, vcpupin_equal, take_vcpupin },
  { PIN_SETTING_EMULATOR_PINS, one, emulatorpin_equal, take_emulatorpin },
  { PIN_SETTING_IOTHREAD_PINS, iothreadpins_end, iothreadpin_equal, take_iothreadpin },
  { PIN_SETTING_CACHE, one, cachetune_equal, take_cachetune },
  { PIN_SETTING_CACHE, one, memorytune_equal, take_memorytune },
  { PIN_SETTING_SCHEDULER, one, vcpusched_equal, take_vcpusched },
  { PIN_SETTING_SCHEDULER, one, iothreadsched_equal, take_iothreadsched },
  { PIN_SETTING_SCHEDULER, one, emulatorsched_equal, take_emulatorsched },
};

/* Most often nobody has edited anything. */
static gboolean
is_known (const Follow *follow, PinSetting setting)
{
  if (pin_placement_equal_in (follow->original, follow->present, setting))
    return TRUE;
  for (guint i = 0; i < follow->n_known; i++)
    {
      if (pin_placement_equal_in (follow->known[i], follow->present, setting))
        return TRUE;
    }
  return FALSE;
}

gboolean
pin_placement_follow (PinPlacement *original, const PinPlacement *present, PinSetting setting,
                      const PinPlacement *const *known, guint n_known)
{
  const Follow follow = { original, present, known, n_known };
  gboolean any = FALSE;

  if (is_known (&follow, setting))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      guint end = parts[i].setting == setting ? MAX (parts[i].end (original), parts[i].end (present)) : 0;

      for (guint id = 0; id < end; id++)
        any |= follow_part (&follow, &parts[i], id);
    }
  return any;
}
