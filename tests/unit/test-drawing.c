/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pictures of hosts: each CPU is there once, with the letter of who has it, and no line is too wide. */
#include "drawing/topology-svg.h"
#include "drawing/topology-text.h"
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/drawing/each-cpu-has-the-letter-of-who-has-it", test_text);
  return g_test_run ();
}
