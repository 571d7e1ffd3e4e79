/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records: what is written is read, and what somebody forged is not. */
#include "core/error.h"
#include "format/domain-read.h"
#include "format/xml-text.h"
#include "random-record.h"

#include <string.h>

#define UUID RANDOM_RECORD_UUID
#define BEGIN "<record version='1' guest='" UUID "'>"
#define END "</record>"
#define HOME "<home id='0' name='hosta' uuid='9f2c1ab0-6f5c-4a53-9d7e-08a1f2d1c001'/>"

static PinRecord *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  PinRecord *record = pin_record_parse (text, UUID, &error);

  g_assert_no_error (error);
  return record;
}

static void
test_random (void)
{
  guint32 seed = 20240118;
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  guint i;

  g_test_message ("seed %u", seed);
  for (i = 0; i < 500; i++)
    {
      g_autoptr (PinRecord) record = random_record (rand, TRUE);
      g_autoptr (PinRecord) copy = pin_record_copy (record);
      g_autofree char *text = pin_record_format (record);
      g_autoptr (PinRecord) parsed = parse (text);
      g_autoptr (xmlDoc) doc = xmlNewDoc ((const xmlChar *) "1.0");
      g_autoptr (PinRecord) read = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_true (pin_record_equal (copy, record));
      g_assert_true (pin_record_equal (parsed, record));
      xmlDocSetRootElement (doc, pin_record_node (record, doc));
      read = pin_record_read (xmlDocGetRootElement (doc), UUID, &error);
      g_assert_no_error (error);
      g_assert_true (pin_record_equal (read, record));
    }
}

/* Each of these is something that two records may differ in. */
static void
test_equal (void)
{
  static const char *const texts[] = {
    BEGIN END,
    "<record version='1' guest='" UUID "' migration='x'/>",
    BEGIN "<cpu/>" END,
    BEGIN "<cpu model='a'/>" END,
    BEGIN "<cpu><features>aes</features></cpu>" END,
    BEGIN HOME "<setting name='emulator-pins' home='0'><original><emulatorpin cpuset='1'/></original></setting>" END,
    BEGIN "<setting name='emulator-pins'><original><emulatorpin cpuset='1'/></original></setting>" END,
    BEGIN "<setting name='emulator-pins'><original><emulatorpin cpuset='2'/></original></setting>" END,
    BEGIN "<setting name='emulator-pins' reason='x'><original><emulatorpin cpuset='2'/></original></setting>" END,
    BEGIN "<setting name='emulator-pins' action='strip'><original><emulatorpin cpuset='2'/></original></setting>" END,
    BEGIN "<setting name='emulator-pins' action='remap'><original><emulatorpin cpuset='2'/></original>"
          "<given><emulatorpin cpuset='3'/></given></setting>" END,
    BEGIN "<setting name='emulator-pins'><original><emulatorpin cpuset='2'/></original>"
          "<given><emulatorpin cpuset='3'/></given></setting>" END,
    BEGIN "<setting name='emulator-pins'><original><emulatorpin cpuset='2'/></original>"
          "<next><emulatorpin cpuset='3'/></next></setting>" END,
    BEGIN "<setting name='emulator-pins'><original><emulatorpin cpuset='2'/></original><next/></setting>" END,
    BEGIN "<setting name='emulator-pins'><original><emulatorpin cpuset='2'/></original><given/></setting>" END,
    BEGIN "<setting name='emulator-pins'><original><emulatorpin cpuset='2'/></original><given/><next/></setting>" END,
    BEGIN "<setting name='emulator-pins'><given/></setting>" END,
    BEGIN "<setting name='emulator-pins'><next/></setting>" END,
    BEGIN "<setting name='emulator-pins'><next><emulatorpin cpuset='3'/></next></setting>" END,
    BEGIN "<setting name='cpu-model' action='warn'/>" END,
    BEGIN "<home id='0'><shape cores='1,2'><node id='0' cpus='1-2' distances='10'/></shape></home>"
          "<setting name='emulator-pins' home='0'><original><emulatorpin cpuset='1'/></original></setting>" END,
    BEGIN "<home id='0'><shape><node id='0' cpus='1-2' distances='10'/></shape></home>"
          "<setting name='emulator-pins' home='0'><original><emulatorpin cpuset='1'/></original></setting>" END,
  };
  guint i, j;

  for (i = 0; i < G_N_ELEMENTS (texts); i++)
    for (j = 0; j < G_N_ELEMENTS (texts); j++)
      {
        g_autoptr (PinRecord) a = parse (texts[i]);
        g_autoptr (PinRecord) b = parse (texts[j]);

        g_assert_cmpint (pin_record_equal (a, b), ==, i == j);
      }
}

/* A guest of @n vCPUs, each with a CPU of its own, all of them moved. */
static PinRecord *
wide_record (guint n, gboolean scattered)
{
  PinRecord *record = pin_record_new (UUID);
  guint i;

  for (i = 0; i < n; i++)
    {
      PinPin written = { i, pin_cpuset_new_one (2 * i) };
      PinPin given = { i, pin_cpuset_new_one (2 * i + 1) };

      if (scattered)
        pin_cpuset_add_range (written.cpuset, 2 * i + 4000, 2 * i + 4003);
      g_array_append_val (record->original->placement->vcpupin, written);
      g_array_append_val (record->given->vcpupin, given);
    }
  record->gives = 1u << PIN_SETTING_VCPU_PINS;
  record->actions[PIN_SETTING_VCPU_PINS] = PIN_ACTION_REMAP;
  record->reasons[PIN_SETTING_VCPU_PINS] = g_strnfill (600, 'x');
  return record;
}

static void
add_wide_home (PinRecord *record, guint n_cpus)
{
  g_autoptr (PinTopologyBuilder) builder = pin_topology_builder_new ();
  g_autoptr (PinTopology) shape = NULL;
  guint i;

  pin_topology_builder_add_node (builder, 0, NULL, NULL);
  for (i = 0; i < n_cpus; i++)
    {
      g_autoptr (PinCpuset) core = pin_cpuset_new_one (i);

      pin_cpuset_add (core, (i + n_cpus / 2) % n_cpus);
      pin_topology_builder_add_cpu (builder, i, 0, 0, 0, 0, core, TRUE);
    }
  shape = pin_topology_builder_end (builder, NULL);
  g_ptr_array_add (record->original->homes, pin_home_new (UUID, "hosta", shape));
  record->original->home_of[PIN_SETTING_VCPU_PINS] = 0;
}

static void
test_small (void)
{
  g_autoptr (PinRecord) record = wide_record (256, FALSE);
  g_autofree char *text = NULL;
  g_autoptr (PinRecord) parsed = NULL;

  add_wide_home (record, 512);
  text = pin_record_format (record);
  parsed = parse (text);
  g_assert_true (pin_record_equal (parsed, record));
  g_assert_cmpuint (strlen (text), <, 8 * 1024);
}

/* First the shapes go, then the reasons; placements stay. */
static void
test_cap (void)
{
  static const struct
  {
    guint n_vcpus;
    gboolean scattered;
    guint n_cpus;
    gboolean has_shape;
    gboolean has_reason;
  } cases[] = {
    { 2048, FALSE, 4096, TRUE, TRUE },
    { 4000, FALSE, 8192, FALSE, TRUE },
    { 2800, TRUE, 8192, FALSE, TRUE },
    { 3262, TRUE, 8192, FALSE, FALSE },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (PinRecord) record = wide_record (cases[i].n_vcpus, cases[i].scattered);
      g_autofree char *text = NULL;
      g_autoptr (PinRecord) parsed = NULL;

      add_wide_home (record, cases[i].n_cpus);
      text = pin_record_format (record);
      g_test_message ("%u vCPUs: %" G_GSIZE_FORMAT " bytes", cases[i].n_vcpus, strlen (text));
      parsed = parse (text);
      g_assert_true (pin_placement_equal (parsed->original->placement, record->original->placement));
      g_assert_true (pin_placement_equal (parsed->given, record->given));
      g_assert_cmpstr (pin_original_home (parsed->original, PIN_SETTING_VCPU_PINS)->host_name, ==, "hosta");
      g_assert_cmpint (pin_original_home (parsed->original, PIN_SETTING_VCPU_PINS)->shape != NULL, ==,
                       cases[i].has_shape);
      g_assert_cmpint (parsed->reasons[PIN_SETTING_VCPU_PINS] != NULL, ==, cases[i].has_reason);
    }
}

static PinRecord *
read_golden (const char *name)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "..", "golden", "record", name, NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return parse (text);
}

/* In whatever order things stand, they are read; what is given and wanted stands with any action, also where it is nothing. */
static void
test_order (void)
{
  g_autoptr (PinRecord) record = read_golden ("next.xml");
  g_autofree char *text = pin_record_format (record);
  g_autoptr (PinRecord) parsed = parse (text);
  guint gives = 1u << PIN_SETTING_IOTHREAD_PINS | 1u << PIN_SETTING_VCPU_PINS | 1u << PIN_SETTING_NUMA_MEMORY
                | 1u << PIN_SETTING_EMULATOR_PINS | 1u << PIN_SETTING_SCHEDULER;

  g_assert_true (pin_record_equal (parsed, record));
  g_assert_cmpuint (parsed->gives, ==, gives);
  g_assert_cmpuint (parsed->intends, ==, gives & ~(1u << PIN_SETTING_IOTHREAD_PINS));
  g_assert_true (pin_placement_equal_in (parsed->next, record->original->placement, PIN_SETTING_VCPU_PINS));
  g_assert_false (pin_placement_has (parsed->given, PIN_SETTING_EMULATOR_PINS));
  g_assert_cmpstr (parsed->original->cpu->features[0], ==, "aes");
}

/* The last of the homes is the newest, whichever settings they are of. */
static void
test_homes_in_order (void)
{
  g_autoptr (PinRecord) record = wide_record (2, FALSE);
  g_autofree char *text = NULL;
  g_autoptr (PinRecord) parsed = NULL;

  record->original->placement->emulatorpin = pin_cpuset_new_one (9);
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *name = g_strdup_printf ("host%u", i);

      g_ptr_array_add (record->original->homes, pin_home_new (NULL, name, NULL));
    }
  record->original->home_of[PIN_SETTING_VCPU_PINS] = 2;
  record->original->home_of[PIN_SETTING_EMULATOR_PINS] = 0;
  text = pin_record_format (record);
  parsed = parse (text);
  g_assert_cmpuint (parsed->original->homes->len, ==, 2);
  g_assert_cmpint (parsed->original->home_of[PIN_SETTING_VCPU_PINS], ==, 1);
  g_assert_cmpstr (pin_original_home (parsed->original, PIN_SETTING_VCPU_PINS)->host_name, ==, "host2");
  g_assert_cmpstr (pin_original_home (parsed->original, PIN_SETTING_EMULATOR_PINS)->host_name, ==, "host0");
}

/* What XML or a terminal cannot have is not written, whatever somebody put in. */
static void
test_clean (void)
{
  g_autoptr (PinRecord) record = pin_record_new (UUID);
  g_autofree char *text = NULL;
  g_autoptr (PinRecord) parsed = NULL;

  record->reasons[PIN_SETTING_MEMORY] = g_strdup ("a\x01" "b\nc\xc2\x9b" "d\xff\xef\xbf\xbf<");
  text = pin_record_format (record);
  parsed = parse (text);
  g_assert_cmpstr (parsed->reasons[PIN_SETTING_MEMORY], ==, "a b c d\xef\xbf\xbd\xef\xbf\xbd<");
}

#define PINS(text) BEGIN "<setting name='vcpu-pins'><original><vcpupins>" text "</vcpupins></original></setting>" END
#define SHAPE(text) BEGIN "<home id='0'><shape " text "</shape></home>" END
#define EMULATOR(attributes, parts) BEGIN "<setting name='emulator-pins' " attributes ">" parts "</setting>" END

static const struct
{
  const char *path;
  const char *text;
  PinError code;
  const char *expected; /* in the message */
} wrongs[] = {
  { "no-xml", "record", PIN_ERROR_INVALID, "" },
  { "document-type", "<!DOCTYPE record><record version='1'/>", PIN_ERROR_INVALID, "document type" },
  { "another-name", "<records version='1' guest='" UUID "'/>", PIN_ERROR_INVALID, "not a record" },
  { "another-namespace", "<record xmlns='urn:x' version='1' guest='" UUID "'/>", PIN_ERROR_INVALID, "not a record" },
  { "no-version", "<record guest='" UUID "'/>", PIN_ERROR_INVALID, "version" },
  { "version-2", "<record version='2' guest='" UUID "'/>", PIN_ERROR_UNSUPPORTED, "version 2" },
  { "no-guest", "<record version='1'/>", PIN_ERROR_INVALID, "guest" },
  { "another-guest", "<record version='1' guest='00000000-2fa1-11d2-883f-0016d3cca427'/>", PIN_ERROR_DENIED,
    "another" },
  { "migration-of-two-lines", "<record version='1' guest='" UUID "' migration='a&#10;b'/>", PIN_ERROR_INVALID,
    "migration" },
  { "attribute-of-another-namespace", "<record version='1' guest='" UUID "' xmlns:a='urn:x' a:tsc='1'/>", PIN_ERROR_INVALID, "attribute tsc" },
  { "record-in-what-is-unknown", BEGIN "<setting name='disks'>" BEGIN END "</setting>" END, PIN_ERROR_INVALID, "<record>: is unknown" },
  { "foreign-namespace-in-what-is-unknown", BEGIN "<disks><a:disk xmlns:a='urn:x'/></disks>" END, PIN_ERROR_INVALID, "<disk>: is unknown" },
  { "character-data-in-what-is-unknown", BEGIN "<disks><![CDATA[aes]]></disks>" END, PIN_ERROR_INVALID, "<disks>" },
  { "record-in-a-record", BEGIN BEGIN END END, PIN_ERROR_INVALID, "<record>: is unknown" },
  { "foreign-namespace-inside", BEGIN "<a:cpu xmlns:a='urn:x'/>" END, PIN_ERROR_INVALID, "<cpu>: is unknown" },
  { "text", BEGIN "hello" END, PIN_ERROR_INVALID, "text" },
  { "character-data", BEGIN "<cpu><features><![CDATA[aes]]></features></cpu>" END, PIN_ERROR_INVALID, "<features>" },
  { "setting-without-a-name", BEGIN "<setting/>" END, PIN_ERROR_INVALID, "no setting" },
  { "setting-twice", BEGIN "<setting name='memory'/><setting name='memory'/>" END, PIN_ERROR_INVALID,
    "memory stands twice" },
  { "unknown-action", EMULATOR ("action='dance'", ""), PIN_ERROR_INVALID, "action" },
  { "action-that-the-setting-has-not", EMULATOR ("action='warn'", ""), PIN_ERROR_INVALID, "action" },
  { "refusal", EMULATOR ("action='refuse'", ""), PIN_ERROR_INVALID, "action" },
  { "elements-of-another-setting", EMULATOR ("", "<original><memory nodeset='0'/></original>"), PIN_ERROR_INVALID,
    "numa-memory in emulator-pins" },
  { "two-originals", EMULATOR ("", "<original/><original/>"), PIN_ERROR_INVALID, "<original>: stands twice" },
  { "two-givens", EMULATOR ("", "<given/><given/>"), PIN_ERROR_INVALID, "<given>: stands twice" },
  { "two-nexts", EMULATOR ("", "<next/><original/><next/>"), PIN_ERROR_INVALID, "<next>: stands twice" },
  { "another-settings-elements-as-next", EMULATOR ("", "<next><memory nodeset='0'/></next>"), PIN_ERROR_INVALID,
    "numa-memory in emulator-pins" },
  { "home-that-is-none", EMULATOR ("home='0'", ""), PIN_ERROR_INVALID, "home" },
  { "home-of-minus-1", BEGIN HOME "<setting name='memory' home='-1'/>" END, PIN_ERROR_INVALID, "home='-1'" },
  { "home-out-of-order", BEGIN "<home id='1'/>" END, PIN_ERROR_INVALID, "<home>: id='1'" },
  { "home-uuid", BEGIN "<home id='0' uuid='x'/>" END, PIN_ERROR_INVALID, "uuid" },
  { "home-name-with-an-escape", BEGIN "<home id='0' name='a&#x9b;'/>" END, PIN_ERROR_INVALID, "control" },
  { "pin-of-minus-1", PINS ("-1"), PIN_ERROR_INVALID, "'-1'" },
  { "pins-of-1e9", PINS ("0-999999999=0"), PIN_ERROR_INVALID, "0-999999999=0" },
  { "pins-of-16384", PINS ("0-16383=0"), PIN_ERROR_INVALID, "more than 4096" },
  { "cpu-16384", PINS ("16384"), PIN_ERROR_INVALID, "'16384'" },
  { "pin-of-nothing", PINS ("0="), PIN_ERROR_INVALID, "'0='" },
  { "pin-twice", PINS ("0=1 0=2"), PIN_ERROR_INVALID, "two <vcpupin> for 0" },
  { "pin-of-nobody", PINS ("=1"), PIN_ERROR_INVALID, "'=1'" },
  { "pin-after-the-last", PINS ("16383=0 1"), PIN_ERROR_INVALID, "'1'" },
  { "shape-without-nodes", SHAPE (">"), PIN_ERROR_INVALID, "0 nodes" },
  { "shape-without-distances", SHAPE ("><node id='0' cpus='0'/>"), PIN_ERROR_INVALID, "distances" },
  { "shape-with-a-cpu-twice",
    SHAPE ("><node id='0' cpus='0' distances='10 20'/><node id='1' cpus='0' distances='20 10'/>"),
    PIN_ERROR_INVALID, "<shape>" },
  { "shape-with-nodes-twice", SHAPE ("><node id='1' distances='10 20'/><node id='1' distances='20 10'/>"),
    PIN_ERROR_INVALID, "order" },
  { "shape-with-a-cpu-in-two-cores",
    SHAPE ("cores='0,1 1,2'><node id='0' cpus='0-2' distances='10'/>"), PIN_ERROR_INVALID,
    "CPU 1 twice" },
  { "shape-with-a-core-of-strangers", SHAPE ("cores='0,9'><node id='0' cpus='0' distances='10'/>"), PIN_ERROR_INVALID,
    "<shape>" },
  { "distance-of-1e9", SHAPE ("><node id='0' cpus='0' distances='1000000000'/>"), PIN_ERROR_INVALID, "distances" },
  { "two-cpus", BEGIN "<cpu/><cpu/>" END, PIN_ERROR_INVALID, "<cpu>: stands twice" },
  { "feature", BEGIN "<cpu><features>aes ;rm</features></cpu>" END, PIN_ERROR_INVALID, "<features>" },
  { "negative-tsc", BEGIN "<cpu tsc='-1'/>" END, PIN_ERROR_INVALID, "tsc='-1'" },
};

static void
test_wrong (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (PinRecord) record = pin_record_parse (wrongs[i].text, UUID, &error);

  g_assert_null (record);
  g_assert_error (error, PIN_ERROR, (gint) wrongs[i].code);
  g_assert_null (strpbrk (error->message, "\n\r"));
  if (strstr (error->message, wrongs[i].expected) == NULL)
    g_error ("'%s' is not in '%s'", wrongs[i].expected, error->message);
}

/* Sizes count where the record stands: alone, and in a domain of any size. */
static void
test_size (void)
{
  g_autofree char *blanks = g_strnfill (PIN_RECORD_MAX_BYTES, ' ');
  g_autofree char *pins = g_strnfill (PIN_RECORD_MAX_BYTES, '1');
  g_autofree char *spread = g_strconcat (BEGIN, blanks, END, NULL);
  g_autofree char *large = g_strconcat (BEGIN "<cpu><features>", pins, "</features></cpu>" END, NULL);
  g_autoptr (xmlDoc) doc = pin_xml_parse (large, strlen (large), G_MAXSIZE, NULL);
  g_autoptr (GError) alone = NULL;
  g_autoptr (GError) inside = NULL;

  g_assert_null (pin_record_parse (spread, UUID, &alone));
  g_assert_error (alone, PIN_ERROR, PIN_ERROR_INVALID);
  g_assert_null (pin_record_read (xmlDocGetRootElement (doc), UUID, &inside));
  g_assert_error (inside, PIN_ERROR, PIN_ERROR_INVALID);
  g_assert_nonnull (strstr (inside->message, "longer than 65536"));
}

int
main (int argc, char **argv)
{
  guint i;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/record/any-record-is-read-as-it-was-written", test_random);
  g_test_add_func ("/record/equal-in-everything-or-not-at-all", test_equal);
  g_test_add_func ("/record/two-hundred-and-fifty-six-pins-are-small", test_small);
  g_test_add_func ("/record/over-the-cap-shapes-go-first-then-reasons", test_cap);
  g_test_add_func ("/record/reads-in-any-order", test_order);
  g_test_add_func ("/record/homes-stay-in-order-and-unused-ones-go", test_homes_in_order);
  g_test_add_func ("/record/never-writes-what-xml-cannot-carry", test_clean);
  for (i = 0; i < G_N_ELEMENTS (wrongs); i++)
    {
      g_autofree char *path = g_strconcat ("/record/refuses/", wrongs[i].path, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_wrong);
    }
  g_test_add_func ("/record/refuses/what-is-too-large", test_size);
  return g_test_run ();
}
