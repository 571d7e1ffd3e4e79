/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "make.h"

#include <string.h>

struct _PinMakes
{
  GHashTable *known;  /* PinMake, by what its frame says */
  GPtrArray *by_index; /* PinMake, or NULL where one has gone */
  guint64 n_made;
};

/* Strings of a list, in order; NULL is none. */
static gboolean
same_texts (const GStrv a, const GStrv b)
{
  if (a == NULL || b == NULL)
    return a == b;
  return g_strv_equal ((const char *const *) a, (const char *const *) b);
}

static gboolean
same_cpu (const PinCpuModel *a, const PinCpuModel *b)
{
  if (a == NULL || b == NULL)
    return a == b;
  return g_strcmp0 (a->model, b->model) == 0 && g_strcmp0 (a->vendor, b->vendor) == 0 && a->microcode == b->microcode
         && a->tsc_hz == b->tsc_hz && a->tsc_scaling == b->tsc_scaling && a->nested == b->nested
         && a->nested_unknown == b->nested_unknown && a->no_kvm == b->no_kvm && same_texts (a->features, b->features);
}

static gboolean
same_ways (const GArray *a, const GArray *b)
{
  for (guint i = 0; a->len == b->len && i < a->len; i++)
    {
      const PinCacheWays *x = &g_array_index (a, PinCacheWays, i), *y = &g_array_index (b, PinCacheWays, i);

      if (x->id != y->id || x->size_kib != y->size_kib || x->ways != y->ways || x->used != y->used || x->min_ways != y->min_ways
          || x->cdp != y->cdp || !pin_cpuset_equal (x->cpus, y->cpus) || (x->free == NULL) != (y->free == NULL)
          || !pin_cpuset_equal (x->free, y->free))
        return FALSE;
    }
  return a->len == b->len;
}

static gboolean
same_bandwidth (const GArray *a, const GArray *b)
{
  return a->len == b->len && (a->len == 0 || memcmp (a->data, b->data, a->len * sizeof (PinBandwidth)) == 0);
}

static gboolean
same_frame (gconstpointer left, gconstpointer right)
{
  const PinSnapshot *a = ((const PinMake *) left)->frame, *b = ((const PinMake *) right)->frame;

  return a->memory_backing_tmpfs == b->memory_backing_tmpfs && a->default_page_kib == b->default_page_kib
         && g_strcmp0 (a->arch, b->arch) == 0 && g_strcmp0 (a->policy_digest, b->policy_digest) == 0
         && pin_cpuset_equal (a->allowed, b->allowed) && pin_cpuset_equal (a->isolated, b->isolated)
         && pin_cpuset_equal (a->reserved, b->reserved) && pin_topology_equal (a->topology, b->topology) && same_cpu (a->cpu, b->cpu)
         && same_ways (a->l3, b->l3) && same_bandwidth (a->bandwidth, b->bandwidth);
}

static guint
hash_frame (gconstpointer make)
{
  const PinSnapshot *frame = ((const PinMake *) make)->frame;
  const PinTopology *topology = frame->topology;
  guint hash = topology->n_cpus;

  hash = hash * 31 + topology->n_nodes;
  hash = hash * 31 + topology->n_cores;
  hash = hash * 31 + pin_cpuset_count (frame->allowed);
  hash = hash * 31 + pin_cpuset_first (frame->reserved);
  hash = hash * 31 + pin_cpuset_count (frame->isolated);
  return hash * 31 + (frame->policy_digest != NULL ? g_str_hash (frame->policy_digest) : 0);
}

static void
make_free (gpointer data)
{
  PinMake *make = data;

  pin_snapshot_free (make->frame);
  g_free (make);
}

PinMakes *
pin_makes_new (void)
{
  PinMakes *makes = g_new0 (PinMakes, 1);

  makes->known = g_hash_table_new_full (hash_frame, same_frame, NULL, make_free);
  makes->by_index = g_ptr_array_new ();
  return makes;
}

void
pin_makes_free (PinMakes *makes)
{
  if (makes == NULL)
    return;
  g_hash_table_unref (makes->known);
  g_ptr_array_unref (makes->by_index);
  g_free (makes);
}

static PinSnapshot *
copy_frame (const PinSnapshot *snapshot)
{
  PinSnapshot *frame = pin_snapshot_new (NULL, snapshot->topology);
  g_autoptr (PinSnapshot) copy = pin_snapshot_copy (snapshot);

  frame->arch = g_strdup (snapshot->arch);
  frame->policy_digest = g_strdup (snapshot->policy_digest);
  frame->cpu = g_steal_pointer (&copy->cpu);
  pin_cpuset_unite (frame->allowed, snapshot->allowed);
  pin_cpuset_unite (frame->isolated, snapshot->isolated);
  pin_cpuset_unite (frame->reserved, snapshot->reserved);
  frame->memory_backing_tmpfs = snapshot->memory_backing_tmpfs;
  frame->default_page_kib = snapshot->default_page_kib;
  g_array_unref (frame->l3);
  frame->l3 = g_array_ref (copy->l3);
  g_array_unref (frame->bandwidth);
  frame->bandwidth = g_array_ref (copy->bandwidth);
  return frame;
}

/* The lowest number that nobody has. */
static guint
take_index (PinMakes *makes, PinMake *make)
{
  guint index = 0;

  while (index < makes->by_index->len && g_ptr_array_index (makes->by_index, index) != NULL)
    index++;
  if (index == makes->by_index->len)
    g_ptr_array_add (makes->by_index, make);
  else
    makes->by_index->pdata[index] = make;
  return index;
}

PinMake *
pin_makes_take (PinMakes *makes, const PinSnapshot *snapshot)
{
  const PinMake asked = { .frame = (PinSnapshot *) snapshot };
  PinMake *make = g_hash_table_lookup (makes->known, &asked);

  if (make == NULL)
    {
      make = g_new0 (PinMake, 1);
      make->frame = copy_frame (snapshot);
      make->index = take_index (makes, make);
      make->number = ++makes->n_made;
      g_hash_table_add (makes->known, make);
    }
  make->n_users++;
  return make;
}

void
pin_makes_drop (PinMakes *makes, PinMake *make)
{
  if (--make->n_users > 0)
    return;
  makes->by_index->pdata[make->index] = NULL;
  g_hash_table_remove (makes->known, make);
}
