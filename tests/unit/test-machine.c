/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Machine types: whose RAM blocks are named by their backends, and what makes a backend. */
#include "core/machine.h"

typedef struct
{
  const char *machine;
  gboolean fixes;
} Machine;

static const Machine machines[] = {
  { "pc-i440fx-2.1", TRUE },
  { "pc-i440fx-5.0", TRUE },
  { "pc-i440fx-5.1", FALSE },
  { "pc-q35-5.0", TRUE },
  { "pc-q35-5.1", FALSE },
  { "pc-q35-7.2", FALSE },
  { "pc-q35-10.0", FALSE },
  { "pc-1.3", TRUE },
  { "virt-4.2", TRUE },
  { "virt-5.2", FALSE },
  { "pseries-5.0", TRUE },
  { "pseries-7.2", FALSE },
  /* names without a version */
  { NULL, TRUE },
  { "", TRUE },
  { "q35", TRUE },
  { "pc", TRUE },
  { "virt", TRUE },
  { "microvm", TRUE },
  { "pc-q35-", TRUE },
  { "pc-q35-x.y", TRUE },
  { "pc-q35-7", TRUE },
  { "pc-q35-99999999999.1", TRUE },
  /* distributions */
  { "pc-i440fx-rhel7.6.0", TRUE },
  { "pc-q35-rhel8.2.0", TRUE },
  { "pc-q35-rhel8.3.0", FALSE },
  { "pc-q35-rhel8.6.0", FALSE },
  { "pc-q35-rhel9.4.0", FALSE },
  { "virt-rhel9.2.0", FALSE },
  { "pc-i440fx-bionic", TRUE },
  { "pc-q35-focal", TRUE },
  { "pc-i440fx-focal-hpb", TRUE },
  { "pc-q35-groovy", TRUE },
  { "pc-q35-hirsute", FALSE },
  { "pc-q35-jammy", FALSE },
  { "pc-i440fx-noble-v2", FALSE },
  { "pc-q35-unheardof", TRUE },
};

static PinGuest *
guest_with_cells (const char *machine, guint n_cells)
{
  PinGuest *guest = pin_guest_new ();

  guest->machine = g_strdup (machine);
  guest->n_cells = n_cells;
  guest->cells = g_new0 (PinCell, n_cells);
  return guest;
}

static void
test_machines (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (machines); i++)
    {
      g_autoptr (PinGuest) guest = guest_with_cells (machines[i].machine, 2);
      g_autoptr (PinGuest) flat = guest_with_cells (machines[i].machine, 0);

      g_test_message ("%s", machines[i].machine);
      g_assert_cmpint (pin_machine_fixes_backends (guest), ==, machines[i].fixes);
      g_assert_false (pin_machine_fixes_backends (flat));
    }
}

static void
add_page (PinPlacement *placement, guint64 size_kib, const char *cells)
{
  PinPage page = { .size_kib = size_kib, .cells = cells != NULL ? pin_cpuset_parse (cells, NULL) : NULL };

  placement->has_hugepages = TRUE;
  g_array_append_val (placement->hugepages, page);
}

static void
test_what_makes_backends (void)
{
  g_autoptr (PinGuest) guest = guest_with_cells ("pc-q35-5.0", 2);
  g_autoptr (PinGuest) flat = guest_with_cells ("pc-q35-5.0", 0);
  g_autoptr (PinPlacement) none = pin_placement_new ();
  g_autoptr (PinPlacement) memnode = pin_placement_new ();
  g_autoptr (PinPlacement) all_pages = pin_placement_new ();
  g_autoptr (PinPlacement) cell_pages = pin_placement_new ();
  g_autoptr (PinPlacement) plain_pages = pin_placement_new ();
  g_autoptr (PinPlacement) default_pages = pin_placement_new ();
  PinMemnode element = { .cell = 1, .nodeset = pin_cpuset_new_one (0) };

  g_array_append_val (memnode->memnode, element);
  add_page (all_pages, 2048, NULL);
  add_page (cell_pages, 2048, "1");
  add_page (plain_pages, 4, "0-1");
  add_page (default_pages, 0, "0-1");
  g_assert_false (pin_machine_has_backends (guest, none));
  g_assert_false (pin_machine_has_backends (guest, all_pages));
  g_assert_true (pin_machine_has_backends (guest, cell_pages));
  g_assert_true (pin_machine_has_backends (guest, default_pages));
  g_assert_false (pin_machine_has_backends (guest, plain_pages));
  g_assert_true (pin_machine_has_backends (guest, memnode));
  g_assert_false (pin_machine_has_backends (flat, memnode));

  guest->backing = PIN_BACKING_ANONYMOUS;
  g_assert_false (pin_machine_has_backends (guest, none));
  guest->backing = PIN_BACKING_MEMFD;
  g_assert_true (pin_machine_has_backends (guest, none));
  guest->backing = PIN_BACKING_NONE;
  guest->shared_access = TRUE;
  g_assert_false (pin_machine_has_backends (guest, none));
  guest->cell_access = TRUE;
  g_assert_true (pin_machine_has_backends (guest, none));
}

static void
test_who_needs_pages (void)
{
  g_autoptr (PinGuest) guest = guest_with_cells ("pc-q35-5.0", 2);
  g_autoptr (PinGuest) newer = guest_with_cells ("pc-q35-5.1", 2);
  g_autoptr (PinPlacement) placement = pin_placement_new ();

  placement->has_memory = placement->memory_auto = TRUE;
  g_assert_false (pin_machine_needs_pages (guest, placement));
  add_page (placement, 2048, NULL);
  g_assert_false (pin_machine_needs_pages (guest, placement));
  add_page (placement, 2048, "0");
  g_assert_true (pin_machine_needs_pages (guest, placement));
  g_assert_false (pin_machine_needs_pages (newer, placement));

  placement->memory_auto = FALSE;
  g_assert_false (pin_machine_needs_pages (guest, placement));
  placement->vcpu_auto = TRUE;
  g_assert_false (pin_machine_needs_pages (guest, placement));
  placement->has_memory = FALSE;
  g_assert_true (pin_machine_needs_pages (guest, placement));
  guest->backing = PIN_BACKING_FILE;
  g_assert_false (pin_machine_needs_pages (guest, placement));
}

static void
test_cell_of_vcpu (void)
{
  g_autoptr (PinGuest) guest = guest_with_cells ("q35", 2);

  guest->cells[0].vcpus = pin_cpuset_parse ("0-1,4", NULL);
  guest->cells[1].vcpus = pin_cpuset_parse ("2-3", NULL);
  g_assert_cmpint (pin_guest_cell_of (guest, 4), ==, 0);
  g_assert_cmpint (pin_guest_cell_of (guest, 3), ==, 1);
  g_assert_cmpint (pin_guest_cell_of (guest, 9), ==, -1);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/machine/names-old-and-new", test_machines);
  g_test_add_func ("/machine/what-makes-a-backend", test_what_makes_backends);
  g_test_add_func ("/machine/cell-of-a-vcpu", test_cell_of_vcpu);
  g_test_add_func ("/machine/who-needs-pages", test_who_needs_pages);
  return g_test_run ();
}
