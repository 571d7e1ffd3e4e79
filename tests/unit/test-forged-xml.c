/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a forged record does to a domain's XML: to what it may be about, what could have been written; to all else, nothing. */
#include "daemon/claims.h"
#include "forged-world.h"

#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <string.h>

#define UUID RANDOM_RECORD_UUID
#define ROUNDS 200

/* The white list, as XPath has it. */
static const char *const placement[] = {
  "/domain/vcpu/@cpuset",
  "/domain/vcpu/@placement",
  "/domain/cputune/*[not(self::shares or self::period)]",
  "/domain/numatune",
  "/domain/memoryBacking/hugepages",
  "/domain/devices/memory[@model='dimm']/source",
  "/domain/metadata/*[namespace-uri()='" PIN_RECORD_NS "']",
  /* Empty without them. */
  "/domain/cputune[not(*)]",
  "/domain/metadata[not(*)]",
};

static void
remove_all (xmlDoc *doc, const char *path)
{
  xmlXPathContext *context = xmlXPathNewContext (doc);
  xmlXPathObject *found = xmlXPathEvalExpression ((const xmlChar *) path, context);

  for (int i = found->nodesetval != NULL ? found->nodesetval->nodeNr - 1 : -1; i >= 0; i--)
    {
      xmlNode *node = found->nodesetval->nodeTab[i];

      found->nodesetval->nodeTab[i] = NULL;
      xmlUnlinkNode (node);
      if (node->type == XML_ATTRIBUTE_NODE)
        xmlFreeProp ((xmlAttr *) node);
      else
        xmlFreeNode (node);
    }
  xmlXPathFreeObject (found);
  xmlXPathFreeContext (context);
}

/* @xml without what a record may be about.  (transfer full) */
static char *
rest_of (const char *xml)
{
  xmlDoc *doc = xmlReadMemory (xml, (int) strlen (xml), NULL, NULL, XML_PARSE_NOBLANKS);
  xmlChar *bytes;
  char *text;
  int n;

  g_assert_nonnull (doc);
  for (guint i = 0; i < G_N_ELEMENTS (placement); i++)
    remove_all (doc, placement[i]);
  xmlDocDumpFormatMemory (doc, &bytes, &n, 1);
  text = g_strdup ((const char *) bytes);
  xmlFree (bytes);
  xmlFreeDoc (doc);
  return text;
}

/* The bytes from @from to @to are those of @before. */
static void
assert_bytes (const char *before, const char *after, const char *from, const char *to)
{
  const char *a = strstr (before, from), *b = strstr (after, from);
  gsize n;

  g_assert_true (a != NULL && b != NULL);
  n = (gsize) (strstr (a, to) - a) + strlen (to);
  g_assert_cmpint (strncmp (a, b, n), ==, 0);
}

static void
assert_rest (const char *before, const char *after)
{
  g_autofree char *rest_before = rest_of (before), *rest_after = rest_of (after);

  g_assert_cmpstr (rest_after, ==, rest_before);
  assert_bytes (before, after, "  <os>", "</os>");
  assert_bytes (before, after, "  <description>", "</description>");
  assert_bytes (before, after, "    <libosinfo:libosinfo", "</app:note>");
  assert_bytes (before, after, "<emulator>", "<memory model=");
  assert_bytes (before, after, "<qemu:commandline", "</qemu:commandline>");
}

static void
test_rest (void)
{
  g_auto (ForgedWorld) world = { NULL };
  guint n_adapted = 0;

  forged_world_init (&world);
  for (guint i = 0; i < ROUNDS; i++)
    {
      g_autoptr (PinPlacement) present = random_placement (world.rand);
      g_autoptr (PinRecord) record = forged_record (&world, present, TRUE);
      g_autofree char *xml = forged_xml (&world, present, record);
      g_autoptr (GError) error = NULL;
      g_autoptr (PinArrival) arrival
          = pin_arrival_decide (world.picture, "db1", xml, strlen (xml), PIN_ARRIVAL_COMES, i, &error);

      g_assert_no_error (error);
      pin_claims_release (world.picture, UUID);
      if (arrival->xml == NULL)
        continue;
      n_adapted++;
      assert_rest (xml, arrival->xml);
    }
  g_assert_cmpuint (n_adapted, >, ROUNDS / 4);
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

#define HEAD "<pinshift:record xmlns:pinshift=\"" PIN_RECORD_NS "\" version=\"1\""
#define OTHER "9f2c1ab0-6f5c-4a53-9d7e-08a1f2d1c001"

typedef struct
{
  const char *from, *to;
  const char *problem;
} Damage;

/* A record that can't be read is as none: what the domain has now counts. */
static void
check_dropped (ForgedWorld *world, const Damage *damage)
{
  g_autoptr (PinPlacement) present = random_placement (world->rand);
  g_autoptr (PinRecord) record = forged_record (world, present, TRUE);
  g_autofree char *written = forged_xml (world, present, record), *xml = replace (written, damage->from, damage->to);
  g_autofree char *plain = forged_xml (world, present, NULL);
  g_autoptr (PinDomain) domain = NULL;
  g_autoptr (PinPlan) forged = forged_plan (world, xml, &domain), honest = forged_plan (world, plain, NULL);

  g_assert_null (domain->record);
  g_test_message ("%s", domain->record_problem);
  g_assert_nonnull (strstr (domain->record_problem, damage->problem));
  forged_assert_same (forged, honest);
}

static void
test_dropped (void)
{
  g_autofree char *filling = g_strnfill (70 * 1024, 'x');
  g_autofree char *comment = g_strdup_printf ("<!--%s--><pinshift:setting name=\"", filling);
  g_autofree char *attribute = g_strdup_printf (HEAD " filling=\"%s\"", filling);
  const Damage rows[] = {
    { HEAD, "<pinshift:record xmlns:pinshift=\"" PIN_RECORD_NS "\"", "version is missing" },
    { "\" guest=\"" UUID "\"", "\" guest=\"" OTHER "\"", "another guest" },
    { "\" guest=\"" UUID "\"", "\" guest=\"\"", "not a UUID" },
    { HEAD, HEAD " xmlns:qemu=\"http://libvirt.org/schemas/domain/qemu/1.0\" qemu:emulator=\"/bin/sh\"", "emulator is unknown" },
    { "<pinshift:setting name=\"", "<pinshift:setting/><pinshift:setting name=\"", "is no setting" },
    { "<pinshift:setting name=\"", "<disk xmlns=''/><pinshift:setting name=\"", "is unknown in <record>" },
    { "<pinshift:setting name=\"", HEAD "/><pinshift:setting name=\"", "is unknown in <record>" },
    { "<pinshift:setting name=\"", "and text<pinshift:setting name=\"", "text" },
    { "<pinshift:setting name=\"", comment, "longer than" },
    { HEAD, attribute, "longer than" },
  };
  g_auto (ForgedWorld) world = { NULL };

  forged_world_init (&world);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    for (guint n = 0; n < 10; n++)
      check_dropped (&world, &rows[i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/forged-xml/all-but-the-placement-stays-as-it-came", test_rest);
  g_test_add_func ("/forged-xml/what-can-not-be-read-is-as-none", test_dropped);
  return g_test_run ();
}
