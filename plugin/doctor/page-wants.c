/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "page-wants.h"

#include "core/chunk.h"

void
pin_page_wants_add (GArray *wants, guint64 size_kib, PinNodeId node, guint64 pages)
{
  PinPageWant fresh = { size_kib, node, pages };

  for (guint i = 0; i < wants->len; i++)
    {
      PinPageWant *want = &g_array_index (wants, PinPageWant, i);

      if (want->size_kib != size_kib || want->node != node)
        continue;
      want->pages += pages;
      return;
    }
  g_array_append_val (wants, fresh);
}

/* The node that all memory of @chunk must come from, or PIN_PAGE_ANYWHERE. */
static PinNodeId
node_of (const PinChunk *chunk)
{
  gboolean hard = chunk->bound && chunk->mode != PIN_MEMORY_MODE_PREFERRED && pin_cpuset_count (chunk->nodeset) == 1;

  return hard ? pin_cpuset_first (chunk->nodeset) : PIN_PAGE_ANYWHERE;
}

GArray *
pin_page_wants (const PinPatient *host, const PinGuest *guest, const PinPlacement *placement)
{
  guint64 default_kib = host->snapshot != NULL ? host->snapshot->default_page_kib : 0;
  GArray *wants = g_array_new (FALSE, FALSE, sizeof (PinPageWant));
  guint n_chunks = 0;
  g_autofree PinChunk *chunks = pin_chunks_new (guest, placement, &n_chunks);

  for (guint i = 0; i < n_chunks; i++)
    {
      guint64 size_kib = pin_chunk_page_kib (&chunks[i], default_kib);
      guint64 pages = size_kib > PIN_PAGE_PLAIN_MAX_KIB ? (chunks[i].kib + size_kib - 1) / size_kib : 0;

      if (pages == 0)
        continue;
      pin_page_wants_add (wants, size_kib, PIN_PAGE_ANYWHERE, pages);
      if (node_of (&chunks[i]) != PIN_PAGE_ANYWHERE)
        pin_page_wants_add (wants, size_kib, node_of (&chunks[i]), pages);
    }
  return wants;
}

static guint64
pool_of_host (const PinPatient *host, guint64 size_kib)
{
  g_autoptr (GVariant) pools = pin_facts_value (host->facts, "pools", "a{tt}");
  guint64 size, pages;
  GVariantIter iter;

  g_variant_iter_init (&iter, pools);
  while (g_variant_iter_next (&iter, "{tt}", &size, &pages))
    if (size == size_kib)
      return pages;
  return 0;
}

/* A snapshot has no pages that are not mounted: where it has none on any node, it knows nothing of them. */
static guint64
pool_of_node (const PinSnapshot *snapshot, guint64 size_kib, PinNodeId id)
{
  gboolean known = FALSE;
  guint64 pages = 0;

  for (guint node = 0; snapshot != NULL && node < snapshot->topology->n_nodes; node++)
    {
      const PinPool *pool = pin_snapshot_pool (snapshot, node, size_kib);

      known |= pool != NULL && pool->total > 0;
      if (pool != NULL && snapshot->topology->nodes[node].id == id)
        pages = pool->total;
    }
  return known ? pages : G_MAXUINT64;
}

guint64
pin_page_pool (const PinPatient *host, const PinPageWant *want)
{
  return want->node == PIN_PAGE_ANYWHERE ? pool_of_host (host, want->size_kib)
                                         : pool_of_node (host->snapshot, want->size_kib, want->node);
}

static char *
size_text (guint64 size_kib)
{
  const guint64 mib = 1024, gib = 1024 * 1024;

  if (size_kib >= gib && size_kib % gib == 0)
    return g_strdup_printf ("%" G_GUINT64_FORMAT " GiB", size_kib / gib);
  if (size_kib >= mib && size_kib % mib == 0)
    return g_strdup_printf ("%" G_GUINT64_FORMAT " MiB", size_kib / mib);
  return g_strdup_printf ("%" G_GUINT64_FORMAT " KiB", size_kib);
}

char *
pin_page_text (guint64 pages, guint64 size_kib)
{
  g_autofree char *size = size_text (size_kib);

  return g_strdup_printf ("%" G_GUINT64_FORMAT " page%s of %s", pages, pages == 1 ? "" : "s", size);
}

char *
pin_page_remedy (const PinPageWant *want)
{
  g_autofree char *folder = want->node != PIN_PAGE_ANYWHERE ? g_strdup_printf ("devices/system/node/node%u", want->node)
                                                            : g_strdup ("kernel/mm");

  return g_strdup_printf ("echo %" G_GUINT64_FORMAT " > /sys/%s/hugepages/hugepages-%" G_GUINT64_FORMAT "kB/nr_hugepages, "
                          "or hugepages= on the kernel's command line", want->pages, folder, want->size_kib);
}
