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

/*
 * A kind of element.  It is handed a field of the placement, or the placement where it is of several fields; and where there is one for
 * each id (a thread's pin, a cell's memnode, what a memory device has), the id.
 */
typedef struct
{
  guint (*end) (gconstpointer field); /* all ids are below; NULL: there is one alone */
  gboolean (*equal) (gconstpointer a, gconstpointer b, guint id);
  void (*take) (gpointer target, gconstpointer source, guint id);
} Kind;

static gboolean
set_equal (gconstpointer a, gconstpointer b, guint id)
{
  const PinCpuset *left = *(PinCpuset *const *) a;
  const PinCpuset *right = *(PinCpuset *const *) b;

  return (left == NULL) == (right == NULL) && pin_cpuset_equal (left, right);
}

static void
take_set (gpointer target, gconstpointer source, guint id)
{
  PinCpuset **own = target;

  pin_cpuset_free (*own);
  *own = pin_cpuset_copy (*(PinCpuset *const *) source);
}

static gboolean
vcpu_equal (gconstpointer a, gconstpointer b, guint id)
{
  const PinPlacement *left = a;
  const PinPlacement *right = b;

  return left->vcpu_auto == right->vcpu_auto && set_equal (&left->vcpu_cpuset, &right->vcpu_cpuset, id);
}

static void
take_vcpu (gpointer target, gconstpointer source, guint id)
{
  PinPlacement *placement = target;
  const PinPlacement *from = source;

  placement->vcpu_auto = from->vcpu_auto;
  take_set (&placement->vcpu_cpuset, &from->vcpu_cpuset, id);
}

static gboolean
memory_equal (gconstpointer a, gconstpointer b, guint id)
{
  return pin_placement_memory_equal (a, b);
}

static void
take_memory (gpointer target, gconstpointer source, guint id)
{
  PinPlacement *placement = target;
  const PinPlacement *from = source;

  placement->has_memory = from->has_memory;
  placement->memory_auto = from->memory_auto;
  placement->memory_mode = from->memory_mode;
  take_set (&placement->memory_nodeset, &from->memory_nodeset, id);
}

static void
take_array (GArray **target, GArray *copy)
{
  g_array_unref (*target);
  *target = copy;
}

static gboolean
pages_equal (gconstpointer a, gconstpointer b, guint id)
{
  return pin_placement_pages_equal (a, b);
}

static void
take_pages (gpointer target, gconstpointer source, guint id)
{
  PinPlacement *placement = target;
  const PinPlacement *from = source;

  placement->has_hugepages = from->has_hugepages;
  take_array (&placement->hugepages, pin_placement_pages_copy (from->hugepages));
}

static gboolean
resctrls_equal (gconstpointer a, gconstpointer b, guint id)
{
  return pin_placement_resctrls_equal (*(GArray *const *) a, *(GArray *const *) b);
}

static void
take_resctrls (gpointer target, gconstpointer source, guint id)
{
  take_array (target, pin_placement_resctrls_copy (*(GArray *const *) source));
}

static gboolean
scheds_equal (gconstpointer a, gconstpointer b, guint id)
{
  return pin_placement_scheds_equal (*(GArray *const *) a, *(GArray *const *) b);
}

static void
take_scheds (gpointer target, gconstpointer source, guint id)
{
  take_array (target, pin_placement_scheds_copy (*(GArray *const *) source));
}

static gboolean
emulatorsched_equal (gconstpointer a, gconstpointer b, guint id)
{
  return pin_placement_emulatorsched_equal (*(PinSched *const *) a, *(PinSched *const *) b);
}

static void
take_emulatorsched (gpointer target, gconstpointer source, guint id)
{
  PinSched **sched = target;

  pin_sched_free (*sched);
  *sched = pin_placement_emulatorsched_copy (*(PinSched *const *) source);
}

/* Pins, memnodes and memory devices all begin with their id, and lie by id upwards. */
G_STATIC_ASSERT (G_STRUCT_OFFSET (PinPin, id) == 0);
G_STATIC_ASSERT (G_STRUCT_OFFSET (PinMemnode, cell) == 0);
G_STATIC_ASSERT (G_STRUCT_OFFSET (PinDimm, index) == 0);

static const guint *
id_at (GArray *array, guint at)
{
  return (gconstpointer) (array->data + (gsize) at * g_array_get_element_size (array));
}

static guint
array_end (gconstpointer field)
{
  GArray *array = *(GArray *const *) field;

  return array->len > 0 ? *id_at (array, array->len - 1) + 1 : 0;
}

/* Where the element of @id is, or would be. */
static guint
place_of (GArray *array, guint id)
{
  guint at = 0;

  while (at < array->len && *id_at (array, at) < id)
    at++;
  return at;
}

/* The element of @id in the array at @field, or NULL. */
static gconstpointer
find (gconstpointer field, guint id)
{
  GArray *array = *(GArray *const *) field;
  guint at = place_of (array, id);

  return at < array->len && *id_at (array, at) == id ? id_at (array, at) : NULL;
}

/* Makes *@element, whose sets become the array's, that of @id; NULL: there is none any more. */
static void
put (gpointer field, guint id, gconstpointer element)
{
  GArray *array = *(GArray **) field;
  guint at = place_of (array, id);

  if (find (field, id) != NULL)
    g_array_remove_index (array, at);
  if (element != NULL)
    g_array_insert_vals (array, at, element, 1);
}

static gboolean
pin_equal (gconstpointer a, gconstpointer b, guint id)
{
  const PinPin *left = find (a, id);
  const PinPin *right = find (b, id);

  if (left == NULL || right == NULL)
    return left == right;
  return pin_cpuset_equal (left->cpuset, right->cpuset);
}

static void
take_pin (gpointer target, gconstpointer source, guint id)
{
  const PinPin *given = find (source, id);
  PinPin copy = { id, given != NULL ? pin_cpuset_copy (given->cpuset) : NULL };

  put (target, id, given != NULL ? &copy : NULL);
}

static gboolean
memnode_equal (gconstpointer a, gconstpointer b, guint id)
{
  const PinMemnode *left = find (a, id);
  const PinMemnode *right = find (b, id);

  if (left == NULL || right == NULL)
    return left == right;
  return left->mode == right->mode && pin_cpuset_equal (left->nodeset, right->nodeset);
}

static void
take_memnode (gpointer target, gconstpointer source, guint id)
{
  const PinMemnode *given = find (source, id);
  PinMemnode copy = { .cell = id };

  if (given != NULL)
    copy = (PinMemnode){ id, given->mode, pin_cpuset_copy (given->nodeset) };
  put (target, id, given != NULL ? &copy : NULL);
}

/* What is said of memory device @id: nothing, where it has no entry.  Its nodes are borrowed. */
static PinDimm
dimm_of (gconstpointer field, guint id)
{
  const PinDimm *dimm = find (field, id);

  return dimm != NULL ? *dimm : (PinDimm){ .index = id };
}

static void
put_dimm (gpointer field, guint id, guint64 page_kib, const PinNodeset *nodeset)
{
  PinDimm dimm = { id, page_kib, pin_cpuset_copy (nodeset) };

  put (field, id, page_kib != 0 || nodeset != NULL ? &dimm : NULL);
}

static gboolean
dimm_page_equal (gconstpointer a, gconstpointer b, guint id)
{
  return dimm_of (a, id).page_kib == dimm_of (b, id).page_kib;
}

static void
take_dimm_page (gpointer target, gconstpointer source, guint id)
{
  put_dimm (target, id, dimm_of (source, id).page_kib, dimm_of (target, id).nodeset);
}

static gboolean
dimm_nodes_equal (gconstpointer a, gconstpointer b, guint id)
{
  PinDimm left = dimm_of (a, id);
  PinDimm right = dimm_of (b, id);

  return set_equal (&left.nodeset, &right.nodeset, id);
}

static void
take_dimm_nodes (gpointer target, gconstpointer source, guint id)
{
  put_dimm (target, id, dimm_of (target, id).page_kib, dimm_of (source, id).nodeset);
}

static const Kind set = { NULL, set_equal, take_set };
static const Kind vcpu = { NULL, vcpu_equal, take_vcpu };
static const Kind memory = { NULL, memory_equal, take_memory };
static const Kind pages = { NULL, pages_equal, take_pages };
static const Kind resctrls = { NULL, resctrls_equal, take_resctrls };
static const Kind scheds = { NULL, scheds_equal, take_scheds };
static const Kind emulatorsched = { NULL, emulatorsched_equal, take_emulatorsched };
static const Kind pin = { array_end, pin_equal, take_pin };
static const Kind memnode = { array_end, memnode_equal, take_memnode };
static const Kind dimm_page = { array_end, dimm_page_equal, take_dimm_page };
static const Kind dimm_nodes = { array_end, dimm_nodes_equal, take_dimm_nodes };

#define FIELD(name) G_STRUCT_OFFSET (PinPlacement, name)
#define SEVERAL 0

static const struct
{
  PinSetting setting;
  const Kind *kind;
  gsize offset;
} parts[] = {
  { PIN_SETTING_HUGEPAGES, &pages, SEVERAL },
  { PIN_SETTING_HUGEPAGES, &dimm_page, FIELD (dimm) },
  { PIN_SETTING_NUMA_MEMORY, &memory, SEVERAL },
  { PIN_SETTING_NUMA_MEMORY, &memnode, FIELD (memnode) },
  { PIN_SETTING_NUMA_MEMORY, &dimm_nodes, FIELD (dimm) },
  { PIN_SETTING_VCPU_PINS, &vcpu, SEVERAL },
  { PIN_SETTING_VCPU_PINS, &pin, FIELD (vcpupin) },
  { PIN_SETTING_EMULATOR_PINS, &set, FIELD (emulatorpin) },
  { PIN_SETTING_IOTHREAD_PINS, &pin, FIELD (iothreadpin) },
  { PIN_SETTING_CACHE, &resctrls, FIELD (cachetune) },
  { PIN_SETTING_CACHE, &resctrls, FIELD (memorytune) },
  { PIN_SETTING_SCHEDULER, &scheds, FIELD (vcpusched) },
  { PIN_SETTING_SCHEDULER, &scheds, FIELD (iothreadsched) },
  { PIN_SETTING_SCHEDULER, &emulatorsched, FIELD (emulatorsched) },
};

static gboolean
follow_element (const Follow *follow, const Kind *kind, gsize offset, guint id)
{
  gconstpointer present = G_STRUCT_MEMBER_P (follow->present, offset);
  gpointer original = G_STRUCT_MEMBER_P (follow->original, offset);

  if (kind->equal (original, present, id))
    return FALSE;
  for (guint i = 0; i < follow->n_known; i++)
    {
      if (kind->equal (G_STRUCT_MEMBER_P (follow->known[i], offset), present, id))
        return FALSE;
    }
  kind->take (original, present, id);
  return TRUE;
}

static gboolean
follow_part (const Follow *follow, const Kind *kind, gsize offset)
{
  guint here = kind->end != NULL ? kind->end (G_STRUCT_MEMBER_P (follow->original, offset)) : 1;
  guint there = kind->end != NULL ? kind->end (G_STRUCT_MEMBER_P (follow->present, offset)) : 1;
  gboolean any = FALSE;

  for (guint id = 0; id < MAX (here, there); id++)
    any |= follow_element (follow, kind, offset, id);
  return any;
}

gboolean
pin_placement_follow (PinPlacement *original, const PinPlacement *present, PinSetting setting,
                      const PinPlacement *const *known, guint n_known)
{
  const Follow follow = { original, present, known, n_known };
  gboolean any = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      if (parts[i].setting == setting)
        any |= follow_part (&follow, parts[i].kind, parts[i].offset);
    }
  return any;
}
