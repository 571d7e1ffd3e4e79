/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Edits of a domain: what is asked for, and not a byte else. */
#include "format/domain-write.h"
#include "format/xml-text.h"
#include "random-placement.h"

#include <libxml/c14n.h>
#include <string.h>

/* As libvirt 9.0.0 prints them, with --security-info. */
static const char *const printed[] = { "tuned.xml", "qemu.xml", "record.xml" };

static char *
load (const char *name, gsize *ret_length)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "..", "golden", "domain", name, NULL);
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (path, &text, ret_length, &error);
  g_assert_no_error (error);
  return text;
}

static PinDomain *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  PinDomain *domain = pin_domain_parse (text, strlen (text), &error);

  g_assert_no_error (error);
  return domain;
}

static void
test_same (void)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (printed); i++)
    {
      g_autofree char *text = load (printed[i], NULL);
      g_autoptr (PinDomain) domain = parse (text);
      g_autoptr (PinPlacement) same = pin_placement_copy (domain->placement);
      g_autofree char *before = pin_domain_format (domain, NULL);
      g_autofree char *after = NULL;
      gsize length;

      g_assert_cmpstr (before, ==, text);
      pin_domain_set_placement (domain, same);
      pin_domain_set_record (domain, domain->record);
      after = pin_domain_format (domain, &length);
      g_assert_cmpstr (after, ==, text);
      g_assert_cmpuint (length, ==, strlen (text));
    }
}

static char *
canonical (const char *text)
{
  g_autoptr (xmlDoc) doc = xmlReadMemory (text, (int) strlen (text), NULL, NULL, XML_PARSE_NONET);
  xmlChar *form = NULL;
  char *copy;

  g_assert_cmpint (xmlC14NDocDumpMemory (doc, NULL, XML_C14N_1_0, NULL, 1, &form), >=, 0);
  copy = g_strdup ((const char *) form);
  xmlFree (form);
  return copy;
}

/* Comments, character data, instructions, other quotes and other units: another text, the same document. */
static void
test_by_hand (void)
{
  g_autofree char *text = load ("by-hand.xml", NULL);
  g_autoptr (PinDomain) domain = parse (text);
  g_autofree char *written = pin_domain_format (domain, NULL);
  g_autofree char *before = canonical (text);
  g_autofree char *after = canonical (written);

  g_assert_cmpstr (after, ==, before);
  g_assert_null (strstr (written, "<?xml"));
}

/* Lines that only one of the two has, "-" and "+" before them, in order: the longest common sequence left out. */
static char *
diff (const char *before, const char *after)
{
  g_auto (GStrv) old = g_strsplit (before, "\n", -1);
  g_auto (GStrv) new = g_strsplit (after, "\n", -1);
  guint n_old = g_strv_length (old);
  guint n_new = g_strv_length (new);
  g_autofree guint *common = g_new0 (guint, (n_old + 1) * (n_new + 1));
  GString *text = g_string_new (NULL);
  guint i, j;

#define COMMON(i, j) common[(i) * (n_new + 1) + (j)]
  for (i = n_old; i-- > 0;)
    for (j = n_new; j-- > 0;)
      COMMON (i, j) = strcmp (old[i], new[j]) == 0 ? 1 + COMMON (i + 1, j + 1)
                                                   : MAX (COMMON (i + 1, j), COMMON (i, j + 1));
  for (i = 0, j = 0; i < n_old || j < n_new;)
    if (i < n_old && j < n_new && strcmp (old[i], new[j]) == 0)
      i++, j++;
    else if (j == n_new || (i < n_old && COMMON (i + 1, j) >= COMMON (i, j + 1)))
      g_string_append_printf (text, "-%s\n", g_strchug (old[i++]));
    else
      g_string_append_printf (text, "+%s\n", g_strchug (new[j++]));
#undef COMMON
  return g_string_free (text, FALSE);
}

static void
drop_pins (PinPlacement *p)
{
  g_array_set_size (p->vcpupin, 0);
}

static void
move_pin (PinPlacement *p)
{
  pin_cpuset_add (g_array_index (p->vcpupin, PinPin, 1).cpuset, 99);
}

static void
add_pin (PinPlacement *p)
{
  PinPin pin = { 2, pin_cpuset_new_one (12) };

  g_array_insert_val (p->vcpupin, 2, pin);
}

static void
drop_cpuset (PinPlacement *p)
{
  g_clear_pointer (&p->vcpu_cpuset, pin_cpuset_free);
}

static void
change_cpuset (PinPlacement *p)
{
  drop_cpuset (p);
  p->vcpu_cpuset = pin_cpuset_new_range (8, 9);
}

static void
drop_emulatorpin (PinPlacement *p)
{
  g_clear_pointer (&p->emulatorpin, pin_cpuset_free);
}

static void
drop_memory (PinPlacement *p)
{
  p->has_memory = FALSE;
  g_clear_pointer (&p->memory_nodeset, pin_cpuset_free);
}

static void
drop_numatune (PinPlacement *p)
{
  drop_memory (p);
  g_array_set_size (p->memnode, 0);
}

static void
weaken_memnode (PinPlacement *p)
{
  g_array_index (p->memnode, PinMemnode, 1).mode = PIN_MEMORY_MODE_PREFERRED;
}

static void
drop_hugepages (PinPlacement *p)
{
  p->has_hugepages = FALSE;
  g_array_set_size (p->hugepages, 0);
}

static void
shrink_page (PinPlacement *p)
{
  g_array_index (p->hugepages, PinPage, 1).size_kib = 2048;
}

static void
default_pages (PinPlacement *p)
{
  PinPage any = { 0, NULL };

  g_array_set_size (p->hugepages, 0);
  g_array_append_val (p->hugepages, any);
}

static void
drop_dimm (PinPlacement *p)
{
  g_array_set_size (p->dimm, 0);
}

static void
move_dimm (PinPlacement *p)
{
  PinDimm *dimm = &g_array_index (p->dimm, PinDimm, 0);

  pin_cpuset_add (dimm->nodeset, 3);
  dimm->page_kib = 0;
}

static void
drop_scheds (PinPlacement *p)
{
  g_array_set_size (p->vcpusched, 0);
  g_array_set_size (p->iothreadsched, 0);
  g_clear_pointer (&p->emulatorsched, pin_sched_free);
}

static void
drop_cache (PinPlacement *p)
{
  g_array_set_size (p->cachetune, 0);
  g_array_set_size (p->memorytune, 0);
}

static const struct
{
  const char *path;
  void (*edit) (PinPlacement *placement);
  const char *expected;
} edits[] = {
  { "drop-vcpupin", drop_pins,
    "-<vcpupin vcpu='0' cpuset='4'/>\n-<vcpupin vcpu='1' cpuset='5'/>\n-<vcpupin vcpu='3' cpuset='6-7'/>\n" },
  { "move-one-vcpupin", move_pin, "-<vcpupin vcpu='1' cpuset='5'/>\n+<vcpupin vcpu='1' cpuset='5,99'/>\n" },
  { "add-one-vcpupin", add_pin, "+<vcpupin vcpu='2' cpuset='12'/>\n" },
  { "drop-vcpu-cpuset", drop_cpuset,
    "-<vcpu placement='static' cpuset='0-4,6-7' current='3'>4</vcpu>\n"
    "+<vcpu placement='static' current='3'>4</vcpu>\n" },
  { "change-vcpu-cpuset", change_cpuset,
    "-<vcpu placement='static' cpuset='0-4,6-7' current='3'>4</vcpu>\n"
    "+<vcpu placement='static' cpuset='8-9' current='3'>4</vcpu>\n" },
  { "drop-emulatorpin", drop_emulatorpin, "-<emulatorpin cpuset='0'/>\n" },
  { "drop-memory", drop_memory, "-<memory mode='strict' nodeset='0-1'/>\n" },
  { "drop-numatune", drop_numatune,
    "-<numatune>\n-<memory mode='strict' nodeset='0-1'/>\n-<memnode cellid='0' mode='preferred' nodeset='0'/>\n"
    "-<memnode cellid='1' mode='strict' nodeset='1'/>\n-</numatune>\n" },
  { "weaken-one-memnode", weaken_memnode,
    "-<memnode cellid='1' mode='strict' nodeset='1'/>\n+<memnode cellid='1' mode='preferred' nodeset='1'/>\n" },
  { "drop-hugepages-but-not-the-rest-of-memory-backing", drop_hugepages,
    "-<hugepages>\n-<page size='2048' unit='KiB' nodeset='0'/>\n-<page size='1048576' unit='KiB' nodeset='1'/>\n"
    "-</hugepages>\n" },
  { "shrink-one-page", shrink_page,
    "-<page size='1048576' unit='KiB' nodeset='1'/>\n+<page size='2048' unit='KiB' nodeset='1'/>\n" },
  { "pages-of-the-default-size", default_pages,
    "-<hugepages>\n-<page size='2048' unit='KiB' nodeset='0'/>\n-<page size='1048576' unit='KiB' nodeset='1'/>\n"
    "-</hugepages>\n+<hugepages/>\n" },
  { "drop-the-source-of-a-dimm-but-not-the-path-of-an-nvdimm", drop_dimm,
    "-<source>\n-<nodemask>1</nodemask>\n-<pagesize unit='KiB'>2048</pagesize>\n-</source>\n" },
  { "move-a-dimm", move_dimm,
    "-<nodemask>1</nodemask>\n-<pagesize unit='KiB'>2048</pagesize>\n+<nodemask>1,3</nodemask>\n" },
  { "drop-schedulers", drop_scheds,
    "-<emulatorsched scheduler='idle'/>\n-<vcpusched vcpus='0' scheduler='fifo' priority='1'/>\n"
    "-<vcpusched vcpus='1' scheduler='fifo' priority='1'/>\n-<vcpusched vcpus='3' scheduler='batch'/>\n"
    "-<iothreadsched iothreads='2' scheduler='rr' priority='9'/>\n" },
  { "drop-cachetune", drop_cache,
    "-<cachetune vcpus='0-1'>\n-<cache id='0' level='3' type='both' size='3' unit='MiB'/>\n"
    "-<cache id='1' level='3' type='both' size='768' unit='KiB'/>\n-<monitor level='3' vcpus='1'/>\n"
    "-<monitor level='3' vcpus='0-1'/>\n-</cachetune>\n-<memorytune vcpus='2-3'>\n"
    "-<node id='0' bandwidth='60'/>\n-</memorytune>\n" },
};

static void
test_edit (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autofree char *text = load ("tuned.xml", NULL);
  g_autoptr (PinDomain) domain = parse (text);
  g_autoptr (PinPlacement) wanted = pin_placement_copy (domain->placement);
  g_autofree char *written = NULL;
  g_autofree char *changed = NULL;
  g_autoptr (PinDomain) again = NULL;

  edits[i].edit (wanted);
  pin_domain_set_placement (domain, wanted);
  g_assert_true (pin_placement_equal (domain->placement, wanted));
  written = pin_domain_format (domain, NULL);
  changed = diff (text, written);
  g_assert_cmpstr (changed, ==, edits[i].expected);
  again = parse (written);
  g_assert_true (pin_placement_equal (again->placement, wanted));
}

static void
test_from_nothing (void)
{
  g_autofree char *text = load ("plain.xml", NULL);
  g_autoptr (PinDomain) domain = parse (text);
  g_autoptr (PinPlacement) wanted = pin_placement_new ();
  g_autoptr (PinPlacement) nothing = pin_placement_new ();
  g_autoptr (PinRecord) record = pin_record_new (domain->guest->uuid);
  PinPin pin = { 1, pin_cpuset_new_one (3) };
  PinPage page = { 2048, NULL };
  g_autofree char *written = NULL;
  g_autofree char *changed = NULL;
  g_autofree char *back = NULL;

  g_array_append_val (wanted->vcpupin, pin);
  g_array_append_val (wanted->hugepages, page);
  wanted->has_hugepages = TRUE;
  wanted->has_memory = TRUE;
  wanted->memory_nodeset = pin_cpuset_new_one (1);
  pin_domain_set_placement (domain, wanted);
  pin_domain_set_record (domain, record);
  written = pin_domain_format (domain, NULL);
  changed = diff (text, written);
  g_assert_cmpstr (changed, ==,
                   "+<metadata>\n+<pinshift:record xmlns:pinshift=\"urn:pinshift:record:1\" version=\"1\""
                   " guest=\"9f2c1ab0-6f5c-4a53-9d7e-08a1f2d1c001\"/>\n+</metadata>\n"
                   "+<memoryBacking>\n+<hugepages>\n+<page size='2048' unit='KiB'/>\n+</hugepages>\n+</memoryBacking>\n"
                   "+<cputune>\n+<vcpupin vcpu='1' cpuset='3'/>\n+</cputune>\n"
                   "+<numatune>\n+<memory mode='strict' nodeset='1'/>\n+</numatune>\n");
  g_assert_nonnull (strstr (written, "\n  <cputune>\n    <vcpupin vcpu='1' cpuset='3'/>\n  </cputune>\n"));
  g_assert_nonnull (strstr (written, "\n  <metadata>\n    <pinshift:record "));
  pin_domain_set_placement (domain, nothing);
  pin_domain_set_record (domain, NULL);
  back = pin_domain_format (domain, NULL);
  g_assert_cmpstr (back, ==, text);
}

static void
test_record (void)
{
  g_autofree char *text = load ("record.xml", NULL);
  g_autofree char *expected = load ("tuned.xml", NULL);
  g_autoptr (PinDomain) domain = parse (text);
  g_autoptr (PinDomain) without = parse (expected);
  g_autoptr (PinRecord) record = NULL;
  g_autofree char *bare = NULL;
  g_autofree char *written = NULL;

  g_assert_null (domain->record_problem);
  record = pin_record_copy (domain->record);
  pin_domain_set_record (domain, NULL);
  g_assert_null (domain->record);
  bare = pin_domain_format (domain, NULL);
  g_assert_cmpstr (bare, ==, expected);
  pin_domain_set_record (without, record);
  pin_domain_set_record (without, record);
  g_assert_true (pin_record_equal (without->record, record));
  written = pin_domain_format (without, NULL);
  g_assert_cmpstr (written, ==, text);
}

/* Whatever was set in between, what is not the placement's stays as it was, white space and all. */
static void
test_random (void)
{
  guint32 seed = 20240117;
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  g_autoptr (PinPlacement) nothing = pin_placement_new ();
  guint i, j;

  g_test_message ("seed %u", seed);
  for (i = 0; i < G_N_ELEMENTS (printed); i++)
    {
      g_autofree char *text = load (printed[i], NULL);
      g_autoptr (PinDomain) domain = parse (text);
      g_autoptr (PinPlacement) original = pin_placement_copy (domain->placement);
      g_autofree char *bare = NULL;

      pin_domain_set_placement (domain, nothing);
      bare = pin_domain_format (domain, NULL);
      for (j = 0; j < 200; j++)
        {
          g_autoptr (PinPlacement) wanted = random_placement (rand);
          g_autofree char *written = NULL;
          g_autofree char *emptied = NULL;
          g_autoptr (PinDomain) again = NULL;

          pin_domain_set_placement (domain, wanted);
          written = pin_domain_format (domain, NULL);
          again = parse (written);
          g_assert_true (pin_placement_equal (again->placement, wanted));
          pin_domain_set_placement (again, nothing);
          emptied = pin_domain_format (again, NULL);
          g_assert_cmpstr (emptied, ==, bare);
        }
      pin_domain_set_placement (domain, original);
      g_assert_true (pin_placement_equal (domain->placement, original));
    }
}

static void
test_secrets (void)
{
  static const char before[] = "<domain><name>a</name><uuid>1b4e28ba-2fa1-11d2-883f-0016d3cca427</uuid><memory>1</memory><devices>"
                               "<disk type='network'><source protocol='https' name='x'>%s<host name='h'/></source></disk>"
                               "<graphics type='vnc'%s port='-1'/><graphics type='spice'%s/></devices></domain>";
  g_autofree char *xml = g_strdup_printf (before, "<cookies><cookie name='c'>crumb</cookie></cookies>", " passwd='one'",
                                          " passwd='two' passwdValidTo='2030-01-01T00:00:00'");
  g_autofree char *wanted = g_strdup_printf (before, "", "", " passwdValidTo='2030-01-01T00:00:00'");
  g_autoptr (PinDomain) domain = pin_domain_parse (xml, strlen (xml), NULL);
  g_autoptr (PinDomain) expected = pin_domain_parse (wanted, strlen (wanted), NULL);
  g_autofree char *text = NULL;
  g_autofree char *expected_text = pin_domain_format (expected, NULL);

  pin_domain_hide_secrets (domain);
  text = pin_domain_format (domain, NULL);
  g_assert_cmpstr (text, ==, expected_text);
}

int
main (int argc, char **argv)
{
  guint i;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/domain-write/what-means-the-same-stays-byte-for-byte", test_same);
  g_test_add_func ("/domain-write/what-a-person-wrote-stays-the-same-document", test_by_hand);
  for (i = 0; i < G_N_ELEMENTS (edits); i++)
    {
      g_autofree char *path = g_strconcat ("/domain-write/edit/", edits[i].path, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_edit);
    }
  g_test_add_func ("/domain-write/a-placement-from-nothing-and-back", test_from_nothing);
  g_test_add_func ("/domain-write/secrets-go-and-all-else-stays", test_secrets);
  g_test_add_func ("/domain-write/a-record-comes-and-goes-alone", test_record);
  g_test_add_func ("/domain-write/any-placement-is-read-as-it-was-set", test_random);
  return g_test_run ();
}
