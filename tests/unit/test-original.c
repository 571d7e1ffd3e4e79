/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What of an original the guest does not have any more: it says nothing. */
#include "core/original.h"
#include "format/domain-read.h"

#include <string.h>

typedef struct
{
  const char *name;
  const char *written;   /* what stands in the domain beside name, memory and machine */
  const char *guest;     /* the same of the guest that there is */
  const char *left;      /* what is left of what was written; NULL: all */
} Case;

#define VCPUS(n) "<vcpu>" n "</vcpu>"
#define TUNE(inner) "<cputune>" inner "</cputune>"
#define PIN(vcpu) "<vcpupin vcpu='" vcpu "' cpuset='1'/>"
#define IOTHREAD(id) "<iothreadpin iothread='" id "' cpuset='2'/>"
#define FIFO(vcpus) "<vcpusched vcpus='" vcpus "' scheduler='fifo' priority='1'/>"
#define CELL(id) "<cell id='" id "' cpus='" id "' memory='256' unit='MiB'/>"
#define CELLS(inner) "<cpu><numa>" inner "</numa></cpu>"
#define NODES(inner) "<numatune>" inner "</numatune>"
#define MEMNODE(cell) "<memnode cellid='" cell "' mode='strict' nodeset='0'/>"
#define PAGES(inner) "<memoryBacking><hugepages>" inner "</hugepages></memoryBacking>"
#define PAGE(cells) "<page size='2' unit='MiB' nodeset='" cells "'/>"
#define ANY_PAGE "<page size='1' unit='GiB'/>"
#define DIMM "<memory model='dimm'><source><nodemask>0</nodemask></source><target><size unit='MiB'>256</size><node>0</node></target></memory>"
#define DEVICES(inner) "<devices>" inner "</devices>"
#define TWO VCPUS ("2") CELLS (CELL ("0") CELL ("1"))
#define ONE VCPUS ("1") CELLS (CELL ("0"))

static const Case cases[] = {
  { "all-of-it", TWO TUNE (PIN ("0") PIN ("1") FIFO ("0-1")) NODES (MEMNODE ("0") MEMNODE ("1")) PAGES (PAGE ("0-1")) DEVICES (DIMM),
    TWO DEVICES (DIMM), NULL },
  { "a-vcpu", VCPUS ("2") TUNE (PIN ("0") PIN ("1")), VCPUS ("1"), VCPUS ("1") TUNE (PIN ("0")) },
  { "an-io-thread", VCPUS ("1") "<iothreads>2</iothreads>" TUNE (IOTHREAD ("1") IOTHREAD ("2")), VCPUS ("1") "<iothreads>1</iothreads>",
    VCPUS ("1") "<iothreads>1</iothreads>" TUNE (IOTHREAD ("1")) },
  { "a-scheduler-of-its-vcpus", VCPUS ("2") TUNE (FIFO ("0") FIFO ("1")), VCPUS ("1"), VCPUS ("1") TUNE (FIFO ("0")) },
  { "a-part-of-a-scheduler", VCPUS ("2") TUNE (FIFO ("0-1")), VCPUS ("1"), VCPUS ("1") TUNE (FIFO ("0")) },
  { "a-cell", TWO NODES (MEMNODE ("0") MEMNODE ("1")), ONE, ONE NODES (MEMNODE ("0")) },
  { "all-cells", TWO NODES (MEMNODE ("0") MEMNODE ("1")), VCPUS ("2"), VCPUS ("2") },
  { "pages-of-a-cell", TWO PAGES (PAGE ("1") ANY_PAGE), ONE, ONE PAGES (ANY_PAGE) },
  { "all-pages", TWO PAGES (PAGE ("1")), ONE, ONE },
  { "pages-of-the-whole", TWO PAGES (PAGE ("0-1")), VCPUS ("2"), VCPUS ("2") PAGES (PAGE ("0")) },
  { "a-memory-device", TWO DEVICES (DIMM DIMM), TWO DEVICES (DIMM), TWO DEVICES (DIMM) },
};

static PinDomain *
parse_guest (const char *inner)
{
  g_autofree char *xml = g_strdup_printf ("<domain type='kvm'><name>g</name><uuid>6f1c2d3e-0000-4000-8000-000000000001</uuid>"
                                          "<memory unit='MiB'>512</memory><os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os>%s</domain>",
                                          inner);
  g_autoptr (GError) error = NULL;
  PinDomain *domain = pin_domain_parse (xml, strlen (xml), &error);

  g_assert_no_error (error);
  return domain;
}

static void
test_limit (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (PinDomain) written = parse_guest (c->written);
  g_autoptr (PinDomain) domain = parse_guest (c->guest);
  g_autoptr (PinDomain) left = parse_guest (c->left != NULL ? c->left : c->written);
  g_autoptr (PinOriginal) original = pin_original_from (written->placement, NULL);

  pin_original_limit (original, domain->guest);
  g_assert_true (pin_placement_equal (original->placement, left->placement));
  g_assert_cmpint (pin_placement_equal (written->placement, left->placement), ==, c->left == NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/original/without/%s", cases[i].name);

      g_test_add_data_func (path, &cases[i], test_limit);
    }
  return g_test_run ();
}
