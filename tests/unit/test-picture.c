/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a running guest holds of the host, and that it does not stand in its own way. */
#include "core/plan.h"
#include "daemon/picture.h"
#include "fake-machine.h"

#include <string.h>

#define MIB (1024)
#define GIB (1024 * 1024)
#define UUID "1b4e28ba-2fa1-11d2-883f-0016d3cca427"
#define PAGES(kib) "<memoryBacking><hugepages><page size='" kib "' unit='KiB'/></hugepages></memoryBacking>"
#define ON_1 "<numatune><memory mode='strict' nodeset='1'/></numatune>"

/* A guest of 1 GiB on two nodes of 8 GiB, each with 640 pages of 2 MiB, of which it has 512 on node 1; node 1 also has one page of 1 GiB. */
typedef struct
{
  const char *name;
  const char *inner;
  guint64 memory_kib[2];
  guint64 page_kib;
  guint64 pages[2];
} Case;

static const Case cases[] = {
  { "pages-of-a-node", PAGES ("2048") ON_1, { 0, 0 }, 2 * MIB, { 0, 512 } },
  { "pages-anywhere", PAGES ("2048"), { 0, 0 }, 2 * MIB, { 256, 256 } },
  { "a-page-that-one-node-alone-has", PAGES ("1048576"), { 0, 0 }, GIB, { 0, 1 } },
  { "ordinary-memory-of-a-node", ON_1, { 0, GIB }, 0, { 0, 0 } },
};

static PinPicture *
picture_of (FakeMachine *machine)
{
  g_autofree char *claims = g_build_filename (machine->root, "claims", NULL);
  g_autoptr (GError) error = NULL;
  PinPicture *picture;

  for (guint cpu = 0; cpu < 4; cpu++)
    fake_machine_cpu (machine, cpu, cpu / 2, cpu, NULL);
  for (guint node = 0; node < 2; node++)
    {
      fake_machine_node (machine, node, node == 0 ? "0-1" : "2-3", 8 * GIB, node == 0 ? "10 20" : "20 10");
      fake_machine_pool (machine, node, 2 * MIB, 640, node == 0 ? 640 : 128, 0, 0);
      fake_machine_pool (machine, node, GIB, node, 0, 0, 0);
    }
  fake_machine_online (machine, "0-3", "0-1");
  picture = pin_picture_new (pin_sysfs_open (machine->root, NULL), FALSE, pin_rules_new (), claims, machine->root, 0, &error);
  g_assert_no_error (error);
  return picture;
}

static PinDomain *
domain_of (const char *inner)
{
  g_autofree char *xml = g_strconcat ("<domain><name>a</name><uuid>" UUID "</uuid><memory unit='GiB'>1</memory>", inner, "</domain>", NULL);
  g_autoptr (GError) error = NULL;
  PinDomain *domain = pin_domain_parse (xml, strlen (xml), &error);

  g_assert_no_error (error);
  return domain;
}

static void
settle (PinPicture *picture, const char *inner)
{
  PinVirtGuest guest = { .uuid = (char *) UUID, .name = (char *) "a", .id = 1, .running = TRUE };

  pin_picture_put (picture, &guest, domain_of (inner));
}

static guint64
pages_of (const PinTenant *tenant, guint node, guint64 size_kib)
{
  for (guint i = 0; i < tenant->pages->len; i++)
    {
      const PinPageUse *use = &g_array_index (tenant->pages, PinPageUse, i);

      if (use->node == node && use->size_kib == size_kib)
        return use->count;
    }
  return 0;
}

static void
test_holds (gconstpointer data)
{
  const Case *test = data;
  g_autoptr (FakeMachine) machine = fake_machine_new ();
  g_autoptr (PinPicture) picture = picture_of (machine);
  g_autoptr (GError) error = NULL;
  g_autoptr (PinSnapshot) now = NULL;
  const PinTenant *tenant;

  settle (picture, test->inner);
  now = pin_picture_now (picture, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (now->domains->len, ==, 1);
  tenant = g_ptr_array_index (now->domains, 0);
  for (guint node = 0; node < 2; node++)
    {
      g_assert_cmpuint (pin_tenant_memory (tenant, node), ==, test->memory_kib[node]);
      g_assert_cmpuint (pages_of (tenant, node, test->page_kib), ==, test->pages[node]);
    }
}

/* The pool has less left than the guest holds, so another one like it would have to go elsewhere. */
static void
test_plans_itself (gconstpointer data)
{
  const Case *test = data;
  g_autoptr (FakeMachine) machine = fake_machine_new ();
  g_autoptr (PinPicture) picture = picture_of (machine);
  g_autoptr (PinDomain) domain = domain_of (test->inner);
  g_autoptr (PinOriginal) original = pin_original_from (domain->placement, NULL);
  g_autoptr (PinTerms) terms = pin_rules_terms (picture->rules, "a");
  g_autoptr (GError) error = NULL;
  g_autoptr (PinSnapshot) now = NULL;
  g_autoptr (PinPlan) plan = NULL;

  settle (picture, test->inner);
  now = pin_picture_now (picture, &error);
  g_assert_no_error (error);
  plan = pin_plan (domain->guest, original, terms, now);
  g_assert_cmpint (plan->verdict, ==, PIN_VERDICT_KEEP);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *holds = g_strdup_printf ("/picture/holds/%s", cases[i].name);
      g_autofree char *itself = g_strdup_printf ("/picture/plans-itself/%s", cases[i].name);

      g_test_add_data_func (holds, &cases[i], test_holds);
      g_test_add_data_func (itself, &cases[i], test_plans_itself);
    }
  return g_test_run ();
}
