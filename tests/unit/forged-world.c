/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "forged-world.h"

#include "daemon/claims.h"
#include "format/domain-write.h"

#include <string.h>

#define GIB (1024u * 1024)
#define SEED 20261122u
/* What may not be changed, whoever is asked to. */
#define EVIL \
  "<qemu:commandline xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><qemu:arg value='-name'/><qemu:arg value='x'/>" \
  "</qemu:commandline>\n"

static void
make_node (FakeMachine *machine, guint node)
{
  for (guint cpu = 8 * node; cpu < 8 * node + 8; cpu++)
    {
      g_autofree char *siblings = g_strdup_printf ("%u-%u", cpu & ~1u, cpu | 1u);

      fake_machine_cpu (machine, cpu, node, cpu / 2, siblings);
    }
  fake_machine_node (machine, node, node == 0 ? "0-7" : "8-15", 16 * GIB, node == 0 ? "10 21" : "21 10");
  fake_machine_pool (machine, node, 2048, 900, 900, 0, 0);
  fake_machine_pool (machine, node, GIB, 2, 2, 0, 0);
}

/* Another guest is on its way here, with CPUs and pages of its own. */
static void
claim_for_other (PinPicture *picture)
{
  g_autoptr (PinTenant) other = pin_tenant_new ("other", "22222222-2222-4222-8222-222222222222");

  pin_cpuset_add_range (other->dedicated, 2, 3);
  pin_cpuset_add (other->dedicated, 9);
  pin_tenant_add_memory (other, 0, 2 * GIB);
  pin_claims_make (picture, other, 1, 0);
}

PinDomain *
forged_parse (const char *xml, gsize length)
{
  g_autoptr (GError) error = NULL;
  PinDomain *domain = pin_domain_parse (xml, length, &error);

  g_assert_no_error (error);
  return domain;
}

/* The guest of the golden files, with what no record has to do with.  (transfer full) */
static char *
make_plain (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "..", "golden", "domain", "tuned.xml", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GString) whole = NULL;
  g_autoptr (PinDomain) domain = NULL;
  g_autoptr (PinPlacement) none = pin_placement_new ();

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  whole = g_string_new (text);
  g_string_replace (whole, "</domain>", EVIL "</domain>", 1);
  g_string_replace (whole, "<boot dev='hd'/>", "<loader readonly='yes' type='pflash'>/usr/share/OVMF/CODE.fd</loader><boot dev='hd'/>", 1);
  domain = forged_parse (whole->str, whole->len);
  pin_domain_set_placement (domain, none);
  return pin_domain_format (domain, NULL);
}

void
forged_world_init (ForgedWorld *world)
{
  g_autofree char *claims = NULL;
  g_autoptr (GError) error = NULL;

  world->machine = fake_machine_new ();
  claims = g_build_filename (world->machine->root, "claims", NULL);
  make_node (world->machine, 0);
  make_node (world->machine, 1);
  fake_machine_online (world->machine, "0-15", "0-1");
  fake_machine_write (world->machine, "Hugepagesize:       2048 kB", "proc/meminfo");
  world->picture = pin_picture_new (pin_sysfs_open (world->machine->root, NULL), FALSE, pin_rules_new (), claims, world->machine->root, 0,
                                    &error);
  g_assert_no_error (error);
  pin_picture_set_uuid (world->picture, "d0c5a6a4-0000-4000-8000-000000000001");
  world->picture->heard = world->picture->connected = TRUE;
  claim_for_other (world->picture);
  world->rand = g_rand_new_with_seed (SEED);
  world->plain = make_plain ();
  g_test_message ("seed %u", SEED);
}

void
forged_world_clear (ForgedWorld *world)
{
  g_free (world->plain);
  g_rand_free (world->rand);
  pin_picture_free (world->picture);
  fake_machine_free (world->machine);
}
char *
forged_xml (const ForgedWorld *world, const PinPlacement *placement, const PinRecord *record)
{
  g_autoptr (PinDomain) domain = forged_parse (world->plain, strlen (world->plain));

  pin_domain_set_placement (domain, placement);
  pin_domain_set_record (domain, record);
  return pin_domain_format (domain, NULL);
}

PinPlan *
forged_plan (ForgedWorld *world, const char *xml, PinDomain **ret_domain)
{
  g_autoptr (GError) error = NULL;
  PinPlan *plan = pin_arrival_plan (world->picture, xml, strlen (xml), ret_domain, &error);

  g_assert_no_error (error);
  return plan;
}

PinRecord *
forged_record (ForgedWorld *world, const PinPlacement *present, gboolean has_homes)
{
  PinRecord *record = random_record (world->rand, has_homes);

  if (g_rand_boolean (world->rand))
    {
      pin_placement_free (record->given);
      record->given = pin_placement_copy (present);
      record->gives = (1u << PIN_SETTING_N) - 1;
    }
  return record;
}

guint64
forged_claimed_kib (const PinTenant *claim, guint node)
{
  guint64 kib = node < claim->memory_kib->len ? g_array_index (claim->memory_kib, guint64, node) : 0;

  for (guint i = 0; i < claim->pages->len; i++)
    {
      const PinPageUse *use = &g_array_index (claim->pages, PinPageUse, i);

      kib += use->node == node ? use->count * use->size_kib : 0;
    }
  return kib;
}

void
forged_assert_same_claim (const PinTenant *a, const PinTenant *b)
{
  g_assert_true (pin_cpuset_equal (a->dedicated, b->dedicated));
  g_assert_true (pin_cpuset_equal (a->shared, b->shared));
  for (guint node = 0; node < 2; node++)
    g_assert_cmpuint (forged_claimed_kib (a, node), ==, forged_claimed_kib (b, node));
}

void
forged_assert_same (const PinPlan *a, const PinPlan *b)
{
  g_assert_cmpint (a->verdict, ==, b->verdict);
  g_assert_cmpmem (a->actions, sizeof a->actions, b->actions, sizeof b->actions);
  g_assert_true ((a->placement == NULL) == (b->placement == NULL));
  if (a->placement == NULL)
    return;
  g_assert_true (pin_placement_equal (a->placement, b->placement));
  forged_assert_same_claim (a->claim, b->claim);
}
