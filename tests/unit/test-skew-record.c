/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Records of other versions: what an older one wrote is read, and what a newer one wrote besides goes on as it came, whatever is done here
 * to the rest.
 */
#include "core/error.h"
#include "format/domain-write.h"
#include "format/xml-text.h"
#include "random-record.h"

#include <string.h>

#define UUID RANDOM_RECORD_UUID

static PinRecord *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  PinRecord *record = pin_record_parse (text, UUID, &error);

  g_assert_no_error (error);
  return record;
}

/* (transfer full) */
static char *
read_golden (const char *name)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "..", "golden", "record", name, NULL);
  char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

/* (transfer full) */
static char *
replace (const char *text, const char *from, const char *to)
{
  g_autoptr (GString) whole = g_string_new (text);

  if (g_string_replace (whole, from, to, 1) != 1)
    g_error ("%s is not in %s", from, text);
  return g_string_free (g_steal_pointer (&whole), FALSE);
}

/* What a later version may put into tests/golden/record/full.xml: @from is there, @to comes in its place, and what of it is to go on. */
static const struct
{
  const char *path;
  const char *from, *to;
  const char *kept[3]; /* up to NULL */
} newer[] = {
  { "attribute-of-the-record", "migration=\"0d5c-11\"", "migration=\"0d5c-11\" since=\"2027-01-01\"", { "since=\"2027-01-01\"" } },
  { "attribute-with-what-xml-escapes", "migration=\"0d5c-11\"", "migration=\"0d5c-11\" note=\"&lt;a&gt; &amp; &quot;b&quot;\"",
    { "note=\"&lt;a&gt; &amp; &quot;b&quot;\"" } },
  { "element-of-the-record", "<cpu model", "<tpm model=\"crb\"><state hash=\"ab\">of two &amp; three</state></tpm><cpu model",
    { "<tpm model=\"crb\"><state hash=\"ab\">of two &amp; three</state></tpm>" } },
  { "setting", "<setting name=\"scheduler\">",
    "<setting name=\"io-throttle\" home=\"1\" action=\"soften\"><original><iops disk=\"vda\" read=\"500\"/></original><given/></setting>"
    "<setting name=\"scheduler\">",
    { "<setting name=\"io-throttle\" home=\"1\" action=\"soften\"><original><iops disk=\"vda\" read=\"500\"/></original><given/></setting>" } },
  { "attribute-of-a-setting", "<setting name=\"scheduler\">", "<setting name=\"scheduler\" weight=\"3\">", { "weight=\"3\"" } },
  { "element-of-a-setting", "<setting name=\"scheduler\">", "<setting name=\"scheduler\"><wish priority=\"2\"/>", { "<wish priority=\"2\"/>" } },
  { "element-of-an-original", "<vcpupins>0 4 3-5=1,5 9=0</vcpupins>", "<vcpupins>0 4 3-5=1,5 9=0</vcpupins><uclamp vcpu=\"0\" min=\"10\"/>",
    { "<uclamp vcpu=\"0\" min=\"10\"/>" } },
  { "attribute-in-an-original", "<memnode cellid=\"0\" mode=\"preferred\" nodeset=\"0\"/>",
    "<memnode cellid=\"0\" mode=\"preferred\" nodeset=\"0\" tier=\"near\"/>",
    { "<memnode cellid=\"0\" mode=\"preferred\" nodeset=\"0\" tier=\"near\"/>" } },
  { "element-two-below-an-original", "<monitor level=\"3\" vcpus=\"1\"/>", "<monitor level=\"3\" vcpus=\"1\"/><code size=\"1\"/>", { "<code size=\"1\"/>" } },
  { "attribute-of-given", "<given/>\n  </setting>\n  <setting name=\"numa", "<given by=\"hostc\"/>\n  </setting>\n  <setting name=\"numa",
    { "<given by=\"hostc\"/>" } },
  { "attribute-of-a-home", "<home id=\"1\" name=\"hostb\"/>", "<home id=\"1\" name=\"hostb\" site=\"Graz\"/>", { "<home id=\"1\" name=\"hostb\" site=\"Graz\"/>" } },
  { "element-of-a-home", "<home id=\"1\" name=\"hostb\"/>", "<home id=\"1\" name=\"hostb\"><rack>7</rack></home>", { "<rack>7</rack>" } },
  { "attribute-of-a-shape", "loose=\"9\"", "loose=\"9\" clusters=\"0-1\"", { "clusters=\"0-1\"" } },
  { "attribute-of-a-node-of-a-shape", "<node id=\"2\"", "<node tier=\"1\" id=\"2\"", { "tier=\"1\"" } },
  { "attribute-of-the-cpu", "nested=\"yes\"", "nested=\"yes\" stepping=\"4\"", { "stepping=\"4\"" } },
  { "element-of-the-cpu", "</features>", "</features><cache level=\"3\"/>", { "<cache level=\"3\"/>" } },
};

static void
assert_keeps (const char *text, guint i)
{
  for (guint n = 0; n < G_N_ELEMENTS (newer[i].kept) && newer[i].kept[n] != NULL; n++)
    if (strstr (text, newer[i].kept[n]) == NULL)
      g_error ("%s is not in %s", newer[i].kept[n], text);
}

/* The record as a part of a domain, as the hook's answer has it.  (transfer full) */
static PinRecord *
read_from_domain (const PinRecord *record)
{
  static const char plain[] = "<domain><name>a</name><uuid>" UUID "</uuid><memory>1</memory><vcpu>16</vcpu></domain>";
  g_autoptr (PinDomain) domain = pin_domain_parse (plain, strlen (plain), NULL), again = NULL;
  g_autofree char *xml = NULL;

  pin_domain_set_record (domain, record);
  xml = pin_domain_format (domain, NULL);
  again = pin_domain_parse (xml, strlen (xml), NULL);
  g_assert_cmpstr (again->record_problem, ==, NULL);
  return g_steal_pointer (&again->record);
}

/* What is known is read as if nothing else were there; all of it is written again, as often as you like. */
static void
test_newer (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autofree char *golden = read_golden ("full.xml"), *text = replace (golden, newer[i].from, newer[i].to);
  g_autoptr (PinRecord) plain = parse (golden), record = parse (text), copy = pin_record_copy (record), again = NULL, inside = NULL;
  g_autofree char *rest = g_strdup (copy->original->rest), *written = pin_record_format (record), *twice = NULL;

  g_test_message ("%s", written);
  assert_keeps (written, i);
  again = parse (written);
  twice = pin_record_format (again);
  g_assert_cmpstr (twice, ==, written);
  g_assert_true (pin_record_equal (again, record));
  inside = read_from_domain (record);
  g_assert_true (pin_record_equal (inside, record));
  g_assert_false (pin_record_equal (record, plain));
  g_assert_null (plain->original->rest);
  g_clear_pointer (&copy->original->rest, g_free);
  g_assert_true (pin_record_equal (copy, plain));
  g_assert_cmpstr (rest, ==, again->original->rest);
}

/* In whatever order and form things stand, a second writing is the same text as the first. */
static void
test_settled (void)
{
  static const char *const texts[] = {
    "<record version='1' guest='" UUID "' b='2' a='1'><z/><setting name='vcpu-pins' y='1' name2='x'><w/><original><v/><vcpupins u='1'>1 2</vcpupins></original></setting>"
    "<setting name='hugepages' t='1'><original><hugepages><page nodeset='1,0' s='1' unit='MiB' size='2'/></hugepages></original></setting></record>",
    "<record version='1' guest='" UUID "'><setting name='memory'><x/></setting><setting name='scheduler'><given q='1'/><next r='1'/></setting></record>",
    "<record version='1' guest='" UUID "'><home id='0' name='a' x='1'/><home id='1' name='a' x='2'/>"
    "<setting name='emulator-pins' home='1'><original><emulatorpin cpuset='1'/></original></setting></record>",
    "<record version='1' guest='" UUID "'><disks home='0'/><home id='0' name='a'/><setting name='disks' home='0'/><setting name='disks' home='0'/></record>",
    "<record version='1' guest='" UUID "'><cpu model='x' y='1'><z/><features w='1'>b a</features></cpu></record>",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (PinRecord) record = parse (texts[i]), again = NULL;
      g_autofree char *written = pin_record_format (record), *twice = NULL;

      g_test_message ("%s", written);
      again = parse (written);
      g_assert_true (pin_record_equal (again, record));
      twice = pin_record_format (again);
      g_assert_cmpstr (twice, ==, written);
    }
}

/* All at once, in a record that libvirt has laid out anew, with comments. */
static void
test_all_at_once (void)
{
  g_autofree char *text = read_golden ("full.xml"), *written = NULL;
  g_autoptr (PinRecord) record = NULL, inside = NULL, once = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (newer); i++)
    {
      g_autofree char *old = text;

      /* Two of the rows change the same words. */
      text = strstr (old, newer[i].from) != NULL ? replace (old, newer[i].from, newer[i].to) : g_strdup (old);
    }
  once = parse (text);
  inside = read_from_domain (once);
  written = pin_record_format (inside);
  record = parse (written);
  g_assert_true (pin_record_equal (record, once));
  g_assert_nonnull (strstr (written, "io-throttle"));
  g_assert_nonnull (strstr (written, "uclamp"));
  g_assert_nonnull (strstr (written, "site=\"Graz\""));
}

/* What is done here to the known part of a record: @kept goes on or not. */
static const struct
{
  const char *path;
  const char *from, *to; /* in full.xml */
  PinSetting setting;    /* whose original is another then */
  const char *there, *gone;
} edits[] = {
  { "an-element-goes-with-what-was-in-it", "<memnode cellid=\"0\"", "<memnode tier=\"near\" cellid=\"0\"", PIN_SETTING_NUMA_MEMORY, NULL, "tier" },
  { "others-keep-what-was-in-them", "<memnode cellid=\"0\"", "<memnode tier=\"near\" cellid=\"0\"", PIN_SETTING_VCPU_PINS, "tier=\"near\"", NULL },
  { "beside-an-edit-it-stays", "<vcpupins>0 4", "<uclamp min=\"1\"/><vcpupins>0 4", PIN_SETTING_VCPU_PINS, "<uclamp min=\"1\"/>", NULL },
};

static void
test_edited (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autofree char *golden = read_golden ("full.xml"), *text = replace (golden, edits[i].from, edits[i].to), *written = NULL;
  g_autoptr (PinRecord) record = parse (text), again = NULL;
  g_autoptr (PinPlacement) other = pin_placement_new ();
  PinPin pin = { 0, pin_cpuset_new_one (7) };
  PinMemnode memnode = { 1, PIN_MEMORY_MODE_STRICT, pin_cpuset_new_one (2) };

  g_array_append_val (other->vcpupin, pin);
  g_array_append_val (other->memnode, memnode);
  pin_placement_take (record->original->placement, other, edits[i].setting);
  written = pin_record_format (record);
  g_test_message ("%s", written);
  again = parse (written);
  g_assert_true (pin_placement_equal (again->original->placement, record->original->placement));
  g_assert_true (edits[i].there == NULL || strstr (written, edits[i].there) != NULL);
  g_assert_true (edits[i].gone == NULL || strstr (written, edits[i].gone) == NULL);
}

#define FOREIGN(home) "<setting name='disks' home='" home "'><original><iops disk='vda'/></original></setting>"
#define KNOWN(home) "<setting name='emulator-pins' home='" home "'><original><emulatorpin cpuset='1'/></original></setting>"
#define FIRST(id) "<home id='" id "' name='hosta' uuid='9f2c1ab0-6f5c-4a53-9d7e-08a1f2d1c001'>" SHAPE "</home>"
#define SECOND(id) "<home id='" id "' name='hostb' uuid='9f2c1ab0-6f5c-4a53-9d7e-08a1f2d1c002'/>"
#define SHAPE "<shape><node id='0' cpus='1' distances='10'/></shape>"
#define BEGIN "<record version='1' guest='" UUID "'>"
#define END "</record>"

/* The homes of settings that nobody here knows are still theirs, whatever becomes of those of others. */
static void
test_homes (void)
{
  static const struct
  {
    const char *text;
    const char *expected;
  } rows[] = {
    { BEGIN FIRST ("0") FOREIGN ("0") END, BEGIN FIRST ("0") FOREIGN ("0") END },
    { BEGIN FIRST ("0") SECOND ("1") KNOWN ("1") FOREIGN ("0") END, BEGIN FIRST ("0") SECOND ("1") KNOWN ("1") FOREIGN ("0") END },
    { BEGIN FIRST ("0") SECOND ("1") KNOWN ("0") FOREIGN ("1") END, BEGIN SECOND ("0") FIRST ("1") KNOWN ("1") FOREIGN ("0") END },
    { BEGIN FIRST ("0") SECOND ("1") FOREIGN ("1") FOREIGN ("0") END, BEGIN SECOND ("0") FIRST ("1") FOREIGN ("0") FOREIGN ("1") END },
    { BEGIN FIRST ("0") KNOWN ("0") FOREIGN ("0") END, BEGIN FIRST ("0") KNOWN ("0") FOREIGN ("0") END },
    { BEGIN FIRST ("0") KNOWN ("0") FOREIGN ("7") END, BEGIN FIRST ("0") KNOWN ("0") FOREIGN ("7") END },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (PinRecord) record = parse (rows[i].text), again = NULL;
      g_autofree char *written = pin_record_format (record), *twice = NULL;
      g_autofree char *expected = g_strdelimit (g_strdup (rows[i].expected), "'", '"');

      g_assert_cmpstr (written, ==, expected);
      again = parse (written);
      twice = pin_record_format (again);
      g_assert_cmpstr (twice, ==, written);
    }
}

/* Over the cap the shapes go first, also those of others, and what nobody here can read goes before what is known becomes unreadable. */
static void
test_cap (void)
{
  g_autofree char *golden = read_golden ("full.xml");
  g_autoptr (PinRecord) record = parse (golden);
  guint before = 2, seen = 0;

  for (gsize bytes = PIN_RECORD_MAX_BYTES - 6000; bytes <= PIN_RECORD_MAX_BYTES; bytes += 100)
    {
      g_autofree char *filling = g_strnfill (bytes, 'x'), *written = NULL;
      g_autoptr (PinRecord) again = NULL;
      guint n;

      g_free (record->original->rest);
      record->original->rest = g_strconcat ("<record><disks>", filling, "</disks></record>", NULL);
      written = pin_record_format (record);
      again = parse (written);
      g_assert_true (pin_placement_equal (again->original->placement, record->original->placement));
      n = (again->original->rest != NULL) + (strstr (written, "<shape") != NULL);
      g_assert_true (n == 0 || again->original->rest != NULL);
      g_assert_cmpuint (n, <=, before);
      seen |= 1u << n;
      before = n;
    }
  g_assert_cmpuint (seen, ==, 7);
}

/*
 * As it was written before <next> and <given> without an action were in it, and homes were in the order of their settings:
 * tests/golden/record/older.xml.
 */
static void
test_older (void)
{
  g_autofree char *text = read_golden ("older.xml"), *written = NULL;
  g_autoptr (PinRecord) record = parse (text), again = NULL;
  const PinHome *home = pin_original_home (record->original, PIN_SETTING_VCPU_PINS);

  g_assert_null (record->original->rest);
  g_assert_cmpuint (record->intends, ==, 0);
  g_assert_cmpint (record->actions[PIN_SETTING_VCPU_PINS], ==, PIN_ACTION_REMAP);
  g_assert_cmpint (record->actions[PIN_SETTING_HUGEPAGES], ==, PIN_ACTION_STRIP);
  g_assert_cmpuint (record->original->placement->vcpupin->len, ==, 2);
  g_assert_true (pin_placement_has (record->original->placement, PIN_SETTING_HUGEPAGES));
  g_assert_cmpstr (home->host_name, ==, "hosta");
  g_assert_nonnull (home->shape);
  written = pin_record_format (record);
  again = parse (written);
  g_assert_true (pin_record_equal (again, record));
}

/* Whose record is left alone, with its guest. */
static const struct
{
  const char *path;
  const char *metadata;
  gboolean is_beyond;
} beyond[] = {
  { "higher-version", "<p:record xmlns:p='urn:pinshift:record:1' version='2' guest='" UUID "'/>", TRUE },
  { "version-between", "<p:record xmlns:p='urn:pinshift:record:1' version='1.1' guest='" UUID "'/>", TRUE },
  { "of-nobody", "<p:record xmlns:p='urn:pinshift:record:1' version='2'/>", TRUE },
  { "namespace-of-its-own", "<p:record xmlns:p='urn:pinshift:record:2' version='2' guest='" UUID "'/>", TRUE },
  { "beside-one-that-is-known", "<p:record xmlns:p='urn:pinshift:record:1' version='1' guest='" UUID "'/>"
                                "<q:record xmlns:q='urn:pinshift:record:2' guest='" UUID "'/>", TRUE },
  { "of-another-guest", "<p:record xmlns:p='urn:pinshift:record:1' version='2' guest='00000000-2fa1-11d2-883f-0016d3cca427'/>", FALSE },
  { "damaged", "<p:record xmlns:p='urn:pinshift:record:1' version='1' guest='" UUID "'><p:setting/></p:record>", FALSE },
  { "known", "<p:record xmlns:p='urn:pinshift:record:1' version='1' guest='" UUID "'><p:disks/></p:record>", FALSE },
  { "other-element", "<p:rekord xmlns:p='urn:pinshift:record:2' guest='" UUID "'/>", FALSE },
  { "other-owner", "<p:record xmlns:p='urn:pin' version='2' guest='" UUID "'/>", FALSE },
};

static void
test_beyond (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autofree char *xml = g_strconcat ("<domain><name>db1</name><uuid>" UUID "</uuid><metadata>", beyond[i].metadata,
                                      "</metadata><memory>1</memory><vcpu>1</vcpu></domain>", NULL);
  g_autoptr (GError) error = NULL, why = NULL;
  g_autoptr (PinDomain) domain = pin_domain_parse (xml, strlen (xml), &error);
  g_autofree char *left = pin_domain_why_left (domain);

  g_assert_no_error (error);
  g_assert_cmpint (left != NULL, ==, beyond[i].is_beyond);
  g_assert_cmpint (domain->is_beyond, ==, beyond[i].is_beyond);
  g_assert_cmpint (pin_domain_is_within (domain, &why), ==, !beyond[i].is_beyond);
  g_assert_cmpint (g_error_matches (why, PIN_ERROR, PIN_ERROR_UNSUPPORTED), ==, beyond[i].is_beyond);
  g_assert_true (!beyond[i].is_beyond || (domain->record == NULL && g_str_has_prefix (why->message, "db1: its record stays as it is")));
  g_assert_true (why == NULL || g_str_has_suffix (why->message, "; bring pinshift here up to the version that wrote it"));
  g_assert_true (why == NULL || strchr (why->message, '\n') == NULL);
}

#define ADD_ROWS(rows, where, test) \
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) \
    { \
      g_autofree char *path = g_strconcat ("/skew-record/" where "/", rows[i].path, NULL); \
      g_test_add_data_func (path, GUINT_TO_POINTER (i), test); \
    }

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD_ROWS (newer, "goes-on-as-it-came", test_newer);
  ADD_ROWS (edits, "when-the-known-part-is-edited", test_edited);
  ADD_ROWS (beyond, "left-as-it-is", test_beyond);
  g_test_add_func ("/skew-record/all-at-once-and-laid-out-anew", test_all_at_once);
  g_test_add_func ("/skew-record/in-any-order-and-form", test_settled);
  g_test_add_func ("/skew-record/settings-that-are-not-known-keep-their-homes", test_homes);
  g_test_add_func ("/skew-record/over-the-cap-what-is-known-stays-readable", test_cap);
  g_test_add_func ("/skew-record/an-older-one-is-read-whole", test_older);
  return g_test_run ();
}
