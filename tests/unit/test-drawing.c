/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pictures of hosts: each CPU is there once, with the letter of who has it, and no line is too wide. */
#include "core/tenancy.h"
#include "drawing/topology-text.h"
#include "drawing/view.h"
#include "format/domain-read.h"
#include "format/synthetic.h"

#include <string.h>

static PinSnapshot *
make_host (const char *synthetic)
{
  g_autoptr (GError) error = NULL;
  PinSnapshot *host = pin_synthetic_parse (synthetic, &error);

  g_assert_no_error (error);
  return host;
}

static void
put (PinSnapshot *host, const char *name, const char *own, const char *shared, gboolean coming)
{
  PinTenant *tenant = pin_tenant_new (name, NULL);

  tenant->running = TRUE;
  pin_cpuset_free (tenant->dedicated);
  tenant->dedicated = pin_cpuset_parse (own, NULL);
  pin_cpuset_free (tenant->shared);
  tenant->shared = pin_cpuset_parse (shared, NULL);
  g_ptr_array_add (coming ? host->claims : host->domains, tenant);
}

/* Two nodes of four cores with two threads, on which there is one of each kind. */
static PinSnapshot *
make_crowd (void)
{
  PinSnapshot *host = make_host ("node:2 core:4 thread:2 mem:4G huge2M:512");

  put (host, "web2", "2", "3,11", FALSE);
  put (host, "db1", "0-1", "", FALSE);
  put (host, "late", "4", "11", TRUE);
  put (host, "loose", "", "", FALSE);
  pin_cpuset_add (host->reserved, 8);
  pin_cpuset_add (host->isolated, 5);
  pin_cpuset_remove (host->allowed, 9);
  return host;
}

static void
test_text (void)
{
  g_autoptr (PinSnapshot) host = make_crowd ();
  g_autoptr (PinSeats) seats = pin_seats_new (host);
  const PinTopologyTextManner manner = { 80, FALSE };
  g_autofree char *text = pin_topology_text (seats, host->name, &manner);

  g_assert_cmpstr (text, ==,
                   "synthetic: 2 nodes, 8 cores, 16 CPUs\n"
                   "\n"
                   "node 0\n"
                   "  4.0 GiB of 4.0 GiB available, 2 MiB pages: 512 of 512 free\n"
                   "  cpu 0-3        AABb\n"
                   "  cpu 8-11       -/.*\n"
                   "\n"
                   "node 1\n"
                   "  4.0 GiB of 4.0 GiB available, 2 MiB pages: 512 of 512 free\n"
                   "  cpu 4-7        Co..\n"
                   "  cpu 12-15      ....\n"
                   "\n"
                   "A db1   B web2   C late (on its way here)\n"
                   ". free   o free, isolated   * shared by several guests   - reserved for the host\n"
                   "/ not for guests   small letter: shared by the guest's threads\n"
                   "bound to no CPU:\n"
                   "  loose\n");
}

/* How many letters of CPUs @text has: those of its rows, behind their label. */
static guint
count_letters (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  guint n = 0;

  for (guint i = 0; lines[i] != NULL; i++)
    for (const char *at = g_str_has_prefix (lines[i], "  cpu ") && strchr (lines[i], ':') == NULL ? lines[i] + 16 : ""; *at != '\0'; at++)
      n += *at != ' ';
  return n;
}

static void
test_width (void)
{
  static const struct
  {
    const char *host;
    guint n_cpus;
  } rows[] = {
    { "node:2 core:16 mem:64G", 32 },
    { "node:8 core:16 thread:2 mem:64G huge2M:100 huge1G:3", 256 },
    { "node:4 core:128 thread:2 mem:4T huge2M:123456 huge1G:1000", 1024 },
  };
  static const guint widths[] = { 40, 64, 79, 80, 200 };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    for (guint w = 0; w < G_N_ELEMENTS (widths); w++)
      {
        g_autoptr (PinSnapshot) host = make_host (rows[i].host);
        g_autofree char *all = g_strdup_printf ("0-%u", rows[i].n_cpus - 1);
        const PinTopologyTextManner manner = { widths[w], FALSE };
        g_autoptr (PinSeats) seats = NULL;
        g_autofree char *text = NULL;
        g_auto (GStrv) lines = NULL;

        put (host, "a-guest-with-a-name-of-some-length", all, "", FALSE);
        for (guint n = 0; n < 60; n++)
          put (host, "one of many", "0", "", FALSE);
        seats = pin_seats_new (host);
        text = pin_topology_text (seats, "host", &manner);
        lines = g_strsplit (text, "\n", -1);
        for (guint n = 0; lines[n] != NULL; n++)
          g_assert_cmpuint (strlen (lines[n]), <=, widths[w]);
        g_assert_cmpuint (count_letters (text), ==, rows[i].n_cpus);
      }
}

/* Who sees colours sees the same letters. */
static void
test_colour (void)
{
  g_autoptr (PinSnapshot) host = make_crowd ();
  g_autoptr (PinSeats) seats = pin_seats_new (host);
  const PinTopologyTextManner plain = { 80, FALSE }, coloured = { 80, TRUE };
  g_autofree char *text = pin_topology_text (seats, "host", &plain);
  g_autofree char *painted = pin_topology_text (seats, "host", &coloured);
  g_autoptr (GRegex) paint = g_regex_new ("\033\\[[0-9]+m", 0, 0, NULL);
  g_autofree char *washed = g_regex_replace_literal (paint, painted, -1, 0, "", 0, NULL);

  g_assert_cmpstr (painted, !=, text);
  g_assert_cmpstr (washed, ==, text);
}

static guint64
free_kib (const PinSnapshot *host)
{
  return host->memory[0].free_kib + host->memory[1].free_kib;
}

/* A guest of a GiB in huge pages of the first node, with the first CPU for its own. */
static PinDomain *
make_guest (void)
{
  static const char xml[] = "<domain type='kvm'><name>db1</name><uuid>10000000-0000-4000-8000-000000000000</uuid><memory unit='MiB'>1024</memory>"
                            "<vcpu>1</vcpu><cputune><vcpupin vcpu='0' cpuset='0'/></cputune>"
                            "<numatune><memory mode='strict' nodeset='0'/></numatune>"
                            "<memoryBacking><hugepages><page size='2' unit='MiB'/></hugepages></memoryBacking>"
                            "<os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os></domain>";
  g_autoptr (GError) error = NULL;
  PinDomain *domain = pin_domain_parse (xml, strlen (xml), &error);

  g_assert_no_error (error);
  return domain;
}

/* The guest as it is on @host, or on its way there. */
static void
place (PinSnapshot *host, const PinDomain *domain, gboolean coming)
{
  PinTenant *tenant = pin_tenancy_new (domain->guest, domain->placement, NULL, host);

  g_ptr_array_add (coming ? host->claims : host->domains, tenant);
  host->memory[0].pools[0].free -= coming ? 0 : 512;
}

/* Wherever the guest was, it is there once, with what it holds taken off once. */
static void
test_seat (void)
{
  static const struct { gboolean here, coming; } rows[] = { { FALSE, FALSE }, { TRUE, FALSE }, { FALSE, TRUE }, { TRUE, TRUE } };
  g_autoptr (PinDomain) domain = make_guest ();
  g_autoptr (PinOriginal) original = pin_original_from (domain->placement, NULL);
  g_autoptr (PinTerms) terms = pin_terms_new ();

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (PinSnapshot) host = make_host ("node:2 core:4 mem:4G huge2M:1024");
      g_autoptr (PinSeats) seats = NULL;
      g_autoptr (PinPlan) plan = NULL;
      guint64 before_kib = free_kib (host);

      if (rows[i].here)
        place (host, domain, FALSE);
      if (rows[i].coming)
        place (host, domain, TRUE);
      plan = pin_plan (domain->guest, original, terms, host);
      g_assert_cmpint (plan->verdict, ==, PIN_VERDICT_KEEP);
      pin_view_seat (host, domain->guest, plan);
      seats = pin_seats_new (host);
      g_assert_cmpuint (seats->guests->len, ==, 1);
      g_assert_false (pin_seats_guest (seats, 0)->coming);
      g_assert_cmpint (seats->seats[0].kind, ==, PIN_SEAT_OWN);
      g_assert_cmpuint (host->memory[0].pools[0].free, ==, 512);
      g_assert_cmpuint (free_kib (host), ==, before_kib);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/drawing/each-cpu-has-the-letter-of-who-has-it", test_text);
  g_test_add_func ("/drawing/no-line-is-too-wide-and-no-cpu-is-left-out", test_width);
  g_test_add_func ("/drawing/colours-only-add-to-letters", test_colour);
  g_test_add_func ("/drawing/a-guest-that-comes-is-seated-once", test_seat);
  return g_test_run ();
}
