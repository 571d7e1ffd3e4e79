/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records that somebody has forged: nothing comes of them that could not have been written into the domain plainly. */
#include "daemon/originals.h"
#include "forged-world.h"

#define ROUNDS 400

/* What counts as written for @xml, written plainly.  (transfer full) */
static char *
honest_xml (const ForgedWorld *world, const PinDomain *domain)
{
  g_autoptr (PinOriginal) original = pin_originals_of (domain->guest, domain->record, domain->placement, NULL);

  return forged_xml (world, original->placement, NULL);
}

static void
test_plain (void)
{
  g_auto (ForgedWorld) world = { NULL };
  guint n_read = 0, n_places = 0;

  forged_world_init (&world);
  for (guint i = 0; i < ROUNDS; i++)
    {
      g_autoptr (PinPlacement) present = random_placement (world.rand);
      g_autoptr (PinRecord) record = forged_record (&world, present, FALSE);
      g_autofree char *xml = forged_xml (&world, present, record), *honest = NULL;
      g_autoptr (PinDomain) domain = NULL;
      g_autoptr (PinPlan) forged = forged_plan (&world, xml, &domain), plain = NULL;

      n_read += domain->record != NULL;
      n_places += forged->verdict != PIN_VERDICT_REFUSE;
      honest = honest_xml (&world, domain);
      plain = forged_plan (&world, honest, NULL);
      forged_assert_same (forged, plain);
    }
  g_assert_cmpuint (n_read, >, ROUNDS * 9 / 10);
  g_assert_cmpuint (n_places, >, ROUNDS / 4);
}

/* How many CPUs @placement wants for itself. */
static guint
n_own (const PinPlacement *placement)
{
  GArray *const pins[] = { placement->vcpupin, placement->iothreadpin };
  guint n = placement->emulatorpin != NULL && pin_cpuset_count (placement->emulatorpin) == 1;

  for (guint i = 0; i < G_N_ELEMENTS (pins); i++)
    for (guint at = 0; at < pins[i]->len; at++)
      n += pin_cpuset_count (g_array_index (pins[i], PinPin, at).cpuset) == 1;
  return n + (placement->vcpu_cpuset != NULL && pin_cpuset_count (placement->vcpu_cpuset) == 1 ? RANDOM_VCPUS : 0);
}

/* The same CPUs, and as much memory; where that goes which is bound to no node, is the host's guess. */
static void
assert_as_much (const PinTenant *a, const PinTenant *b)
{
  g_assert_true (pin_cpuset_equal (a->dedicated, b->dedicated));
  g_assert_true (pin_cpuset_equal (a->shared, b->shared));
  g_assert_cmpuint (forged_claimed_kib (a, 0) + forged_claimed_kib (a, 1), ==, forged_claimed_kib (b, 0) + forged_claimed_kib (b, 1));
}

/* It takes nobody's CPUs, no more of them than were written, and no more memory than the guest that is written. */
static void
assert_bounded (const PinPlan *forged, const PinPlan *plain, const PinPlacement *written)
{
  g_autoptr (PinCpuset) taken = pin_cpuset_parse (FORGED_TAKEN, NULL), there = pin_cpuset_parse (FORGED_CPUS, NULL);

  if (forged->placement == NULL)
    return;
  g_assert_false (pin_cpuset_intersects (forged->claim->dedicated, taken));
  g_assert_true (pin_cpuset_is_subset (forged->claim->dedicated, there));
  g_assert_cmpuint (pin_cpuset_count (forged->claim->dedicated), <=, n_own (written));
  if (plain->placement != NULL)
    g_assert_cmpuint (forged_claimed_kib (forged->claim, 0) + forged_claimed_kib (forged->claim, 1), ==,
                      forged_claimed_kib (plain->claim, 0) + forged_claimed_kib (plain->claim, 1));
}

/* Homes and shapes say where something could stay; that it is free, they don't. */
static void
test_homes (void)
{
  g_auto (ForgedWorld) world = { NULL };
  guint n_kept = 0, n_places = 0;

  forged_world_init (&world);
  for (guint i = 0; i < ROUNDS; i++)
    {
      g_autoptr (PinPlacement) present = random_placement (world.rand);
      g_autoptr (PinRecord) record = forged_record (&world, present, TRUE);
      g_autofree char *xml = forged_xml (&world, present, record), *honest = NULL, *again = NULL;
      g_autoptr (PinDomain) domain = NULL;
      g_autoptr (PinOriginal) original = NULL;
      g_autoptr (PinPlan) forged = forged_plan (&world, xml, &domain), plain = NULL, given = NULL;

      original = pin_originals_of (domain->guest, domain->record, domain->placement, NULL);
      honest = honest_xml (&world, domain);
      plain = forged_plan (&world, honest, NULL);
      assert_bounded (forged, plain, original->placement);
      if (forged->placement == NULL)
        continue;
      /* What it got somebody could have written, and would have got. */
      again = forged_xml (&world, forged->placement, NULL);
      given = forged_plan (&world, again, NULL);
      g_assert_cmpint (given->verdict, !=, PIN_VERDICT_REFUSE);
      n_places++;
      if (!pin_placement_equal (given->placement, forged->placement))
        continue;
      n_kept++;
      assert_as_much (given->claim, forged->claim);
    }
  g_test_message ("%u of %u", n_kept, n_places);
  g_assert_cmpuint (n_kept, >, n_places * 9 / 10);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/forged/a-record-counts-as-what-it-says-written-plainly", test_plain);
  g_test_add_func ("/forged/homes-and-shapes-give-nothing-that-is-not-free", test_homes);
  return g_test_run ();
}
