/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Huge pages: whether libvirt can use them, and whether there are enough for the guests that are defined. */
#include "checks.h"
#include "page-wants.h"

static gboolean
has_pages (const PinGuest *guest G_GNUC_UNUSED, const PinPlacement *written)
{
  return pin_placement_has (written, PIN_SETTING_HUGEPAGES);
}

static const PinCheckNeed need_pages = { PIN_SETTING_HUGEPAGES, has_pages };

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
  g_autofree char *text = pin_page_text (pages, size_kib);
  g_autofree char *place = g_strdup_printf ("/dev/hugepages-%" G_GUINT64_FORMAT "kB", size_kib);

  pin_check_find (check, PIN_FINDING_WARN, g_strdup_printf ("libvirt can't use %s: they are not mounted", text),
                  g_strdup_printf ("mkdir -p %s && mount -t hugetlbfs -o pagesize=%" G_GUINT64_FORMAT "K hugetlbfs %s && systemctl restart %s",
                                   place, size_kib, place, pin_check_daemon (check->host)));
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

static void
drop_nodes (GArray *wants)
{
  for (guint i = wants->len; i-- > 0;)
    if (g_array_index (wants, PinPageWant, i).node != PIN_PAGE_ANYWHERE)
      g_array_remove_index (wants, i);
}

/* What @guest, which is defined on @host, wants there; nodes count that were written for this host. */
static GArray *
wants_here (const PinPatient *host, const PinPatientGuest *guest)
{
  const PinPlacement *written = pin_check_written (host, guest, PIN_SETTING_HUGEPAGES);
  GArray *wants = pin_page_wants (host, guest->domain->guest, written);

  if (pin_check_written (host, guest, PIN_SETTING_NUMA_MEMORY) != written)
    drop_nodes (wants);
  return wants;
}

/* @who wants what is not there; @verb: of one guest, or of several. */
static void
say_short (PinCheck *check, const PinPageWant *want, const char *who, const char *verb)
{
  g_autofree char *text = pin_page_text (want->pages, want->size_kib);
  g_autofree char *place = want->node != PIN_PAGE_ANYWHERE ? g_strdup_printf ("node %u", want->node) : g_strdup ("the host");

  pin_check_find (check, PIN_FINDING_WARN,
                  g_strdup_printf ("%s %s %s, %s has %" G_GUINT64_FORMAT, who, verb, text, place, pin_page_pool (check->host, want)),
                  pin_page_remedy (want));
}

/* Says where @guest alone wants more than there is, and notes the size in @short_of; of one that is short all over, no node is named. */
static void
look_at_guest (PinCheck *check, const PinPatientGuest *guest, GArray *short_of)
{
  g_autoptr (GArray) wants = wants_here (check->host, guest);
  g_autofree char *who = g_strdup_printf ("guest %s", guest->domain->guest->name);
  guint64 said_kib = 0;

  for (guint i = 0; i < wants->len; i++)
    {
      const PinPageWant *want = &g_array_index (wants, PinPageWant, i);

      if (want->size_kib == said_kib || want->pages <= pin_page_pool (check->host, want))
        continue;
      say_short (check, want, who, "wants");
      said_kib = want->node == PIN_PAGE_ANYWHERE ? want->size_kib : said_kib;
      pin_page_wants_add (short_of, want->size_kib, PIN_PAGE_ANYWHERE, 1);
    }
}

static gboolean
is_named (const GArray *short_of, guint64 size_kib)
{
  for (guint i = 0; i < short_of->len; i++)
    if (g_array_index (short_of, PinPageWant, i).size_kib == size_kib)
      return TRUE;
  return FALSE;
}

/* What all those want together that run, or start with the host.  (transfer full) NULL: no two of them want any. */
static GArray *
wants_together (const PinPatient *host)
{
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (PinPageWant));
  guint n_guests = 0;

  for (guint i = 0; i < host->guests->len; i++)
    {
      const PinPatientGuest *guest = g_ptr_array_index (host->guests, i);
      g_autoptr (GArray) wants = wants_here (host, guest);

      if (wants->len == 0 || (!guest->running && !guest->autostart))
        continue;
      n_guests++;
      for (guint j = 0; j < wants->len; j++)
        {
          const PinPageWant *want = &g_array_index (wants, PinPageWant, j);

          pin_page_wants_add (all, want->size_kib, want->node, want->pages);
        }
    }
  return n_guests > 1 ? g_steal_pointer (&all) : NULL;
}

void
pin_check_pools (PinCheck *check)
{
  g_autoptr (GVariant) pools = pin_facts_value (check->host->facts, "pools", "a{tt}");
  g_autoptr (GArray) short_of = g_array_new (FALSE, FALSE, sizeof (PinPageWant));
  g_autoptr (GArray) together = NULL;
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
  together = wants_together (check->host);
  for (guint i = 0; together != NULL && i < together->len; i++)
    {
      const PinPageWant *want = &g_array_index (together, PinPageWant, i);

      if (want->pages > pin_page_pool (check->host, want) && !is_named (short_of, want->size_kib))
        say_short (check, want, "guests that run or start with the host", "want");
    }
}

/* What @guest wants of sizes of which @host has no pages. */
static GArray *
missing_of (const PinPatient *host, const PinPatientGuest *guest)
{
  GArray *wants = pin_page_wants (host, guest->domain->guest, pin_check_written (NULL, guest, PIN_SETTING_HUGEPAGES));

  drop_nodes (wants);
  for (guint i = wants->len; i-- > 0;)
    if (pin_page_pool (host, &g_array_index (wants, PinPageWant, i)) > 0)
      g_array_remove_index (wants, i);
  return wants;
}

/* Says which of @guests want pages of @size, and how many. */
static void
say_missing (PinCheck *check, const GPtrArray *guests, const PinPageWant *size)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  PinPageWant all = { size->size_kib, PIN_PAGE_ANYWHERE, 0 };
  g_autofree char *whose = NULL, *text = NULL, *remedy = NULL;

  for (guint i = 0; i < guests->len; i++)
    {
      const PinPatientGuest *guest = g_ptr_array_index (guests, i);
      g_autoptr (GArray) missing = missing_of (check->host, guest);

      for (guint j = 0; j < missing->len; j++)
        if (g_array_index (missing, PinPageWant, j).size_kib == size->size_kib)
          {
            all.pages += g_array_index (missing, PinPageWant, j).pages;
            g_ptr_array_add (names, guest->domain->guest->name);
          }
    }
  whose = pin_check_guests_text (names);
  text = pin_page_text (all.pages, all.size_kib);
  remedy = pin_page_remedy (&all);
  pin_check_find (check, PIN_FINDING_WARN, g_strdup_printf ("%s has none of the %s for %s", check->host->name, text, whose),
                  g_strdup_printf ("on %s: %s", check->host->name, remedy));
}

/* Pages that are there and not mounted are a fault of that host by itself. */
void
pin_check_pages_there (PinCheck *check)
{
  g_autoptr (GArray) sizes = g_array_new (FALSE, FALSE, sizeof (PinPageWant));
  g_autoptr (GVariant) pools = pin_facts_value (check->host->facts, "pools", "a{tt}");
  g_autoptr (GPtrArray) guests = pin_check_travellers (check);
  g_autofree char *whose = guests != NULL ? pin_check_needy (NULL, guests, &need_pages) : NULL;

  if (whose == NULL)
    return;
  if (pools == NULL)
    {
      pin_check_unseen (check, check->host, "which huge pages there are");
      return;
    }
  for (guint i = 0; i < guests->len; i++)
    {
      g_autoptr (GArray) missing = missing_of (check->host, g_ptr_array_index (guests, i));

      for (guint j = 0; j < missing->len; j++)
        pin_page_wants_add (sizes, g_array_index (missing, PinPageWant, j).size_kib, PIN_PAGE_ANYWHERE, 0);
    }
  for (guint i = 0; i < sizes->len; i++)
    say_missing (check, guests, &g_array_index (sizes, PinPageWant, i));
}
