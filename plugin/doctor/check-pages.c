/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Huge pages: whether libvirt can use them, and whether there are enough for the guests that are defined. */
#include "checks.h"

#include "core/chunk.h"

#define ANYWHERE PIN_CPUSET_END

/* Pages of one size that a guest, or several, must have: on a node, or anywhere. */
typedef struct
{
  guint64 size_kib;
  PinNodeId node;
  guint64 pages;
} Want;

static void
add_want (GArray *wants, guint64 size_kib, PinNodeId node, guint64 pages)
{
  Want fresh = { size_kib, node, pages };

  for (guint i = 0; i < wants->len; i++)
    {
      Want *want = &g_array_index (wants, Want, i);

      if (want->size_kib != size_kib || want->node != node)
        continue;
      want->pages += pages;
      return;
    }
  g_array_append_val (wants, fresh);
}

/* The node that all memory of @chunk must come from, or ANYWHERE. */
static PinNodeId
node_of (const PinChunk *chunk)
{
  gboolean hard = chunk->bound && chunk->mode != PIN_MEMORY_MODE_PREFERRED && pin_cpuset_count (chunk->nodeset) == 1;

  return hard ? pin_cpuset_first (chunk->nodeset) : ANYWHERE;
}

/*
 * What @guest, for which @placement was written, wants on @host: of each size all of it, and what is bound to one node.  Sizes up to PIN_PAGE_PLAIN_MAX_KIB may be the kernel's
 * own.  (transfer full) GArray of Want.
 */
static GArray *
wants_of (const PinPatient *host, const PinGuest *guest, const PinPlacement *placement)
{
  guint64 default_kib = host->snapshot != NULL ? host->snapshot->default_page_kib : 0;
  GArray *wants = g_array_new (FALSE, FALSE, sizeof (Want));
  guint n_chunks = 0;
  g_autofree PinChunk *chunks = pin_chunks_new (guest, placement, &n_chunks);

  for (guint i = 0; i < n_chunks; i++)
    {
      guint64 size_kib = pin_chunk_page_kib (&chunks[i], default_kib);
      guint64 pages = size_kib > PIN_PAGE_PLAIN_MAX_KIB ? (chunks[i].kib + size_kib - 1) / size_kib : 0;

      if (pages == 0)
        continue;
      add_want (wants, size_kib, ANYWHERE, pages);
      if (node_of (&chunks[i]) != ANYWHERE)
        add_want (wants, size_kib, node_of (&chunks[i]), pages);
    }
  return wants;
}

/* What @guest, which is defined on @host, wants there. */
static GArray *
wants_here (const PinPatient *host, const PinPatientGuest *guest)
{
  return wants_of (host, guest->domain->guest, pin_check_written (host, guest, PIN_SETTING_HUGEPAGES));
}

static gboolean
has_pages (const PinGuest *guest G_GNUC_UNUSED, const PinPlacement *written)
{
  return pin_placement_has (written, PIN_SETTING_HUGEPAGES);
}

static const PinCheckNeed need_pages = { PIN_SETTING_HUGEPAGES, has_pages };

/* Pages of @size_kib that the kernel has. */
static guint64
pool_of (const PinPatient *host, guint64 size_kib)
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

/* The same of one node; G_MAXUINT64 where that is not known, as of pages that are not mounted. */
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

static guint64
available (const PinPatient *host, const Want *want)
{
  return want->node == ANYWHERE ? pool_of (host, want->size_kib) : pool_of_node (host->snapshot, want->size_kib, want->node);
}

static gboolean
is_mounted (GVariant *hugetlbfs, guint64 size_kib)
{
  gsize n_sizes;
  const guint64 *sizes = g_variant_get_fixed_array (hugetlbfs, &n_sizes, sizeof (guint64));

  for (gsize i = 0; i < n_sizes; i++)
    if (sizes[i] == size_kib)
      return TRUE;
  return FALSE;
}

static void
say_not_mounted (PinCheck *check, guint64 size_kib, guint64 pages)
{
  g_autofree char *size = pin_check_size_text (size_kib);
  g_autofree char *place = g_strdup_printf ("/dev/hugepages-%" G_GUINT64_FORMAT "kB", size_kib);

  pin_check_find (check, PIN_FINDING_WARN,
                  g_strdup_printf ("%" G_GUINT64_FORMAT " pages of %s are not mounted, so libvirt can't use them", pages, size),
                  g_strdup_printf ("mkdir -p %s && mount -t hugetlbfs -o pagesize=%" G_GUINT64_FORMAT "K hugetlbfs %s && systemctl restart %s", place,
                                   size_kib, place, pin_check_daemon (check->host)));
}

void
pin_check_pages_mounted (PinCheck *check)
{
  g_autoptr (GVariant) hugetlbfs = pin_facts_value (check->host->facts, "hugetlbfs", "at");
  g_autoptr (GVariant) pools = pin_facts_value (check->host->facts, "pools", "a{tt}");
  GVariantIter iter;
  guint64 size_kib, pages;

  if (hugetlbfs == NULL || pools == NULL)
    {
      pin_check_unseen (check, check->host, "which huge pages there are");
      return;
    }
  g_variant_iter_init (&iter, pools);
  while (g_variant_iter_next (&iter, "{tt}", &size_kib, &pages))
    if (pages > 0 && !is_mounted (hugetlbfs, size_kib))
      say_not_mounted (check, size_kib, pages);
}

/* @who wants what is not there; @verb: of one guest, or of several. */
static void
say_short (PinCheck *check, const Want *want, const char *who, const char *verb)
{
  g_autofree char *size = pin_check_size_text (want->size_kib);
  g_autofree char *node = want->node != ANYWHERE ? g_strdup_printf ("node %u", want->node) : g_strdup ("the host");
  g_autofree char *folder = want->node != ANYWHERE ? g_strdup_printf ("devices/system/node/node%u", want->node) : g_strdup ("kernel/mm");

  pin_check_find (check, PIN_FINDING_WARN,
                  g_strdup_printf ("%s %s %" G_GUINT64_FORMAT " pages of %s, %s has %" G_GUINT64_FORMAT, who, verb, want->pages, size, node,
                                   available (check->host, want)),
                  g_strdup_printf ("echo %" G_GUINT64_FORMAT " > /sys/%s/hugepages/hugepages-%" G_GUINT64_FORMAT "kB/nr_hugepages, "
                                   "or hugepages= on the kernel's command line", want->pages, folder, want->size_kib));
}

/* Says where @guest alone wants more than there is: of a size that is short all over, no node is named.  @short_of: sizes that were named. */
static void
look_at_guest (PinCheck *check, const PinPatientGuest *guest, GArray *short_of)
{
  g_autoptr (GArray) wants = wants_here (check->host, guest);
  g_autofree char *who = g_strdup_printf ("guest %s", guest->domain->guest->name);
  guint64 said_kib = 0;

  for (guint i = 0; i < wants->len; i++)
    {
      const Want *want = &g_array_index (wants, Want, i);

      if (want->size_kib == said_kib || want->pages <= available (check->host, want))
        continue;
      say_short (check, want, who, "wants");
      said_kib = want->node == ANYWHERE ? want->size_kib : said_kib;
      add_want (short_of, want->size_kib, ANYWHERE, 1);
    }
}

static gboolean
is_named (const GArray *short_of, guint64 size_kib)
{
  for (guint i = 0; i < short_of->len; i++)
    if (g_array_index (short_of, Want, i).size_kib == size_kib)
      return TRUE;
  return FALSE;
}

/* Those that run, and those that start with the host, have to find room together. */
static void
look_at_all (PinCheck *check, const GArray *short_of)
{
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (Want));
  guint n_guests = 0;

  for (guint i = 0; i < check->host->guests->len; i++)
    {
      const PinPatientGuest *guest = g_ptr_array_index (check->host->guests, i);
      g_autoptr (GArray) wants = guest->running || guest->autostart ? wants_here (check->host, guest) : NULL;

      n_guests += wants != NULL && wants->len > 0;
      for (guint j = 0; wants != NULL && j < wants->len; j++)
        add_want (all, g_array_index (wants, Want, j).size_kib, g_array_index (wants, Want, j).node, g_array_index (wants, Want, j).pages);
    }
  for (guint i = 0; n_guests > 1 && i < all->len; i++)
    {
      const Want *want = &g_array_index (all, Want, i);

      if (want->pages > available (check->host, want) && !is_named (short_of, want->size_kib))
        say_short (check, want, "guests that run or start with the host", "want");
    }
}

void
pin_check_pools (PinCheck *check)
{
  g_autoptr (GVariant) pools = pin_facts_value (check->host->facts, "pools", "a{tt}");
  g_autoptr (GArray) short_of = g_array_new (FALSE, FALSE, sizeof (Want));
  g_autofree char *whose = NULL;

  if (!pin_check_knows_guests (check))
    return;
  whose = pin_check_needy (check->host, check->host->guests, &need_pages);
  if (whose == NULL)
    return;
  if (pools == NULL)
    {
      pin_check_unseen (check, check->host, "which huge pages there are");
      return;
    }
  for (guint i = 0; i < check->host->guests->len; i++)
    look_at_guest (check, g_ptr_array_index (check->host->guests, i), short_of);
  look_at_all (check, short_of);
}

/* Adds the name of @guest under each size that it wants and that @host has no pages of. */
static void
note_missing (GHashTable *missing, const PinPatient *host, const PinPatientGuest *guest)
{
  g_autoptr (GArray) wants = wants_of (host, guest->domain->guest, pin_check_written (NULL, guest, PIN_SETTING_HUGEPAGES));

  for (guint i = 0; i < wants->len; i++)
    {
      const Want *want = &g_array_index (wants, Want, i);
      gint64 key = (gint64)want->size_kib;
      GPtrArray *names = g_hash_table_lookup (missing, &key);

      if (want->node != ANYWHERE || pool_of (host, want->size_kib) > 0)
        continue;
      if (names == NULL)
        g_hash_table_insert (missing, g_memdup2 (&key, sizeof key), names = g_ptr_array_new ());
      g_ptr_array_add (names, guest->domain->guest->name);
    }
}

/* Pages that are there and not mounted are a fault of that host by itself. */
void
pin_check_pages_there (PinCheck *check)
{
  g_autoptr (GHashTable) missing = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
  g_autoptr (GVariant) pools = pin_facts_value (check->host->facts, "pools", "a{tt}");
  g_autoptr (GPtrArray) guests = pin_check_travellers (check);
  g_autofree char *whose = guests != NULL ? pin_check_needy (NULL, guests, &need_pages) : NULL;
  GHashTableIter iter;
  gpointer key, names;

  if (whose != NULL && pools == NULL)
    pin_check_unseen (check, check->host, "which huge pages there are");
  for (guint i = 0; whose != NULL && pools != NULL && i < guests->len; i++)
    note_missing (missing, check->host, g_ptr_array_index (guests, i));
  g_hash_table_iter_init (&iter, missing);
  while (g_hash_table_iter_next (&iter, &key, &names))
    {
      g_autofree char *size = pin_check_size_text ((guint64)*(gint64 *)key);
      g_autofree char *who = pin_check_guests_text (names);

      pin_check_find (check, PIN_FINDING_WARN,
                      g_strdup_printf ("memory of %s is on pages of %s, of which %s has none: they would lose them", who, size, check->host->name),
                      g_strdup_printf ("on %s: echo N > /sys/kernel/mm/hugepages/hugepages-%" G_GINT64_FORMAT "kB/nr_hugepages", check->host->name,
                                       *(gint64 *)key));
    }
}
