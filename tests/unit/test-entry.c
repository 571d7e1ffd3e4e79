/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which guests get a record when they start, and whether it has the CPU of the host. */
#include "daemon/entry.h"
#include "fake-machine.h"

#include <string.h>

typedef struct
{
  const char *name;
  const char *inner;
  gboolean recorded;
  gboolean with_cpu;
} Case;

#define PINNED "<vcpu cpuset='0-1'>1</vcpu>"
#define TSC "<clock offset='utc'><timer name='tsc' frequency='12345000'/></clock>"
#define NESTS(mode) "<cpu mode='" mode "'><feature policy='require' name='vmx'/></cpu>"

static const Case cases[] = {
  { "nothing", "", FALSE, FALSE },
  { "a-placement", PINNED, TRUE, FALSE },
  { "the-hosts-cpu", "<cpu mode='host-passthrough'/>", TRUE, TRUE },
  { "all-of-the-hosts-cpu", "<cpu mode='maximum'/>", TRUE, TRUE },
  { "a-placement-and-the-hosts-cpu", PINNED "<cpu mode='host-passthrough'/>", TRUE, TRUE },
  { "a-tsc", TSC, FALSE, FALSE },
  { "nesting-in-a-custom-cpu", NESTS ("custom"), FALSE, FALSE },
  { "nesting-in-the-hosts-cpu", NESTS ("host-passthrough"), TRUE, TRUE },
  { "a-placement-and-a-tsc", PINNED TSC, TRUE, FALSE },
};

static PinDomain *
domain_of (const char *inner)
{
  g_autofree char *xml = g_strconcat ("<domain><name>a</name><uuid>1b4e28ba-2fa1-11d2-883f-0016d3cca427</uuid>"
                                      "<memory>1</memory>", inner, "</domain>", NULL);
  g_autoptr (GError) error = NULL;
  PinDomain *domain = pin_domain_parse (xml, strlen (xml), &error);

  g_assert_no_error (error);
  return domain;
}

static PinPicture *
picture_of (FakeMachine *machine)
{
  g_autofree char *claims = g_build_filename (machine->root, "claims", NULL);
  g_autoptr (GError) error = NULL;
  PinPicture *picture;

  for (guint cpu = 0; cpu < 2; cpu++)
    fake_machine_cpu (machine, cpu, 0, cpu, NULL);
  fake_machine_node (machine, 0, "0-1", 8 * 1024 * 1024, "10");
  fake_machine_online (machine, "0-1", "0");
  fake_machine_write (machine, "processor\t: 0\nvendor_id\t: GenuineIntel\nflags\t\t: fpu vmx\n", "proc/cpuinfo");
  picture = pin_picture_new (pin_sysfs_open (machine->root, NULL), FALSE, pin_rules_new (), claims, 0, &error);
  g_assert_no_error (error);
  return picture;
}

/* As it starts for the first time, and as it starts again with the record that it got. */
static void
test_case (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (FakeMachine) machine = fake_machine_new ();
  g_autoptr (PinPicture) picture = picture_of (machine);
  g_autoptr (PinDomain) domain = domain_of (c->inner);
  g_autoptr (PinRecord) first = pin_entry_record (picture, domain, PIN_ENTRY_STARTED, "1");
  g_autoptr (PinRecord) second = NULL;

  g_assert_cmpint (first != NULL, ==, c->recorded);
  if (first == NULL)
    return;
  g_assert_cmpint (first->original->cpu != NULL, ==, c->with_cpu);
  domain->record = pin_record_copy (first);
  second = pin_entry_record (picture, domain, PIN_ENTRY_STARTED, "2");
  g_assert_cmpint (second->original->cpu != NULL, ==, c->with_cpu);
}

/* Also once the machine was looked at anew, whose files do not have it. */
static void
test_tsc (void)
{
  g_autoptr (FakeMachine) machine = fake_machine_new ();
  g_autoptr (PinPicture) picture = picture_of (machine);
  g_autoptr (PinDomain) domain = domain_of ("<cpu mode='host-passthrough'/>");
  g_autoptr (PinRecord) record = NULL;
  g_autoptr (GError) error = NULL;

  pin_picture_set_tsc (picture, 12345000, TRUE);
  g_assert_cmpuint (picture->machine->cpu->tsc_hz, ==, 12345000);
  g_assert_true (pin_picture_look (picture, &error));
  record = pin_entry_record (picture, domain, PIN_ENTRY_STARTED, "1");
  g_assert_cmpuint (record->original->cpu->tsc_hz, ==, 12345000);
  g_assert_true (record->original->cpu->tsc_scaling);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/entry/%s", cases[i].name);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/entry/records-the-tsc-that-libvirt-tells", test_tsc);
  return g_test_run ();
}
