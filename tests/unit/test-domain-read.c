/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Domains as values: what libvirt prints, what people write, and what nobody should. */
#include "core/error.h"
#include "format/domain-read.h"
#include "format/guest-read.h"

#include <string.h>

#define UUID "1b4e28ba-2fa1-11d2-883f-0016d3cca427"
#define BEGIN "<domain><name>a</name><uuid>" UUID "</uuid><memory>1</memory>"
#define END "</domain>"

static PinDomain *
load (const char *name)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "..", "golden", "domain", name, NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  PinDomain *domain;
  gsize length;

  g_file_get_contents (path, &text, &length, &error);
  g_assert_no_error (error);
  domain = pin_domain_parse (text, length, &error);
  g_assert_no_error (error);
  return domain;
}

static void
assert_set (const PinCpuset *set, const char *expected)
{
  g_autofree char *text = set != NULL ? pin_cpuset_format (set) : NULL;

  g_assert_cmpstr (text, ==, expected);
}

static void
check_guest (const PinGuest *guest)
{
  g_assert_cmpstr (guest->name, ==, "db & \"co\" it's <1>");
  g_assert_cmpstr (guest->uuid, ==, UUID);
  g_assert_cmpstr (guest->arch, ==, "x86_64");
  g_assert_cmpstr (guest->machine, ==, "pc-q35-7.2");
  g_assert_cmpuint (guest->n_vcpus, ==, 4);
  assert_set (guest->online, "0-2");
  g_assert_cmpuint (guest->memory_kib, ==, 2359296);
  g_assert_cmpuint (guest->current_kib, ==, 2097152);
  g_assert_cmpuint (guest->n_cells, ==, 2);
  assert_set (guest->cells[1].vcpus, "2-3");
  g_assert_cmpuint (guest->cells[1].memory_kib, ==, 1048576);
  assert_set (guest->iothreads, "1-2,5");
  g_assert_cmpuint (guest->n_dimms, ==, 2);
  g_assert_cmpuint (guest->dimms[0].size_kib, ==, 262144);
  g_assert_cmpint (guest->dimms[0].cell, ==, 1);
  g_assert_cmpint (guest->backing, ==, PIN_BACKING_MEMFD);
  g_assert_true (guest->shared_access && guest->cell_access);
  g_assert_true (guest->shared_devices && guest->prealloc && guest->locked);
  g_assert_true (!guest->has_hostdevs && !guest->has_launch_security);
}

static void
check_placement (const PinPlacement *placement)
{
  g_assert_true (!placement->vcpu_auto);
  assert_set (placement->vcpu_cpuset, "0-4,6-7");
  g_assert_cmpuint (placement->vcpupin->len, ==, 3);
  g_assert_cmpuint (g_array_index (placement->vcpupin, PinPin, 2).id, ==, 3);
  assert_set (g_array_index (placement->vcpupin, PinPin, 2).cpuset, "6-7");
  assert_set (placement->emulatorpin, "0");
  assert_set (pin_placement_find (placement->iothreadpin, 5)->cpuset, "3");
  g_assert_cmpint (placement->emulatorsched->policy, ==, PIN_SCHED_IDLE);
  g_assert_cmpint (g_array_index (placement->vcpusched, PinSched, 0).priority, ==, 1);
  g_assert_cmpint (g_array_index (placement->iothreadsched, PinSched, 0).policy, ==, PIN_SCHED_RR);
  g_assert_true (placement->has_memory && !placement->memory_auto);
  g_assert_cmpint (placement->memory_mode, ==, PIN_MEMORY_MODE_STRICT);
  assert_set (placement->memory_nodeset, "0-1");
  g_assert_cmpint (g_array_index (placement->memnode, PinMemnode, 0).mode, ==, PIN_MEMORY_MODE_PREFERRED);
  g_assert_true (placement->has_hugepages);
  g_assert_cmpuint (g_array_index (placement->hugepages, PinPage, 1).size_kib, ==, 1048576);
  assert_set (g_array_index (placement->hugepages, PinPage, 1).cells, "1");
  g_assert_cmpuint (placement->dimm->len, ==, 1);
  g_assert_cmpuint (g_array_index (placement->dimm, PinDimm, 0).page_kib, ==, 2048);
  assert_set (g_array_index (placement->dimm, PinDimm, 0).nodeset, "1");
}

static void
check_resctrl (const PinPlacement *placement)
{
  const PinResctrl *cachetune = &g_array_index (placement->cachetune, PinResctrl, 0);
  const PinResctrlPart *cache = &g_array_index (cachetune->parts, PinResctrlPart, 0);
  const PinResctrl *memorytune = &g_array_index (placement->memorytune, PinResctrl, 0);

  assert_set (cachetune->vcpus, "0-1");
  g_assert_cmpuint (cachetune->parts->len, ==, 4);
  g_assert_cmpuint (cache->size_bytes, ==, 3072 * 1024);
  g_assert_cmpstr (cache->type, ==, "both");
  g_assert_cmpuint (g_array_index (memorytune->parts, PinResctrlPart, 0).bandwidth, ==, 60);
}

/* What libvirt printed, and the text by hand that it was given. */
static void
test_golden (void)
{
  static const char *const names[] = { "tuned.xml", "by-hand.xml" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (PinDomain) domain = load (names[i]);

      check_guest (domain->guest);
      check_placement (domain->placement);
      check_resctrl (domain->placement);
      g_assert_cmpint (domain->guest->cpu_mode, ==, PIN_CPU_MODE_HOST_PASSTHROUGH);
      g_assert_true (domain->guest->wants_nested);
      g_assert_cmpuint (domain->guest->tsc_hz, ==, 2593906000);
      g_assert_null (domain->record);
      g_assert_null (domain->record_problem);
    }
}

static void
test_plain (void)
{
  g_autoptr (PinDomain) domain = load ("plain.xml");

  g_assert_true (pin_placement_is_empty (domain->placement));
  assert_set (domain->guest->online, "0-1");
  g_assert_cmpuint (domain->guest->current_kib, ==, 1048576);
  g_assert_cmpint (domain->guest->cpu_mode, ==, PIN_CPU_MODE_NONE);
}

static const struct
{
  const char *unit;
  guint64 kib; /* of 3000 of it */
} units[] = {
  { "b", 3 },           { "bytes", 3 },       { "KB", 2930 },        { "k", 3000 },        { "KiB", 3000 },
  { "M", 3072000 },     { "MiB", 3072000 },   { "MB", 2929688 },     { "G", 3145728000 },  { "gib", 3145728000 },
  { "T", 3221225472000 }, { "PB", 2929687500000000 }, { NULL, 3000 },
};

static void
test_units (void)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (units); i++)
    {
      g_autofree char *unit = units[i].unit != NULL ? g_strdup_printf (" unit='%s'", units[i].unit) : g_strdup ("");
      g_autofree char *xml
          = g_strdup_printf ("<domain><name>a</name><uuid>" UUID "</uuid><memory%s> 3000 </memory></domain>", unit);
      g_autoptr (GError) error = NULL;
      g_autoptr (PinDomain) domain = pin_domain_parse (xml, strlen (xml), &error);

      g_assert_no_error (error);
      g_assert_cmpuint (domain->guest->memory_kib, ==, units[i].kib);
    }
}

static const struct
{
  const char *xml;
  gboolean vcpu_auto;
  gboolean memory_auto;
} autos[] = {
  { "<vcpu placement='auto' cpuset='0-3'>2</vcpu>", TRUE, FALSE },
  { "<vcpu placement='auto'>2</vcpu><numatune><memory mode='strict'/></numatune>", TRUE, TRUE },
  { "<vcpu>2</vcpu><numatune><memory mode='strict' placement='auto' nodeset='0'/></numatune>", FALSE, TRUE },
  { "<vcpu placement='auto'>2</vcpu><numatune><memory nodeset='0'/></numatune>", TRUE, FALSE },
};

static void
test_auto (void)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (autos); i++)
    {
      g_autofree char *xml = g_strconcat (BEGIN, autos[i].xml, END, NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (PinDomain) domain = pin_domain_parse (xml, strlen (xml), &error);

      g_assert_no_error (error);
      g_assert_cmpint (domain->placement->vcpu_auto, ==, autos[i].vcpu_auto);
      g_assert_cmpint (domain->placement->memory_auto, ==, autos[i].memory_auto);
      g_assert_null (domain->placement->vcpu_cpuset);
    }
}

static const struct
{
  const char *features;
  gboolean wants_nested;
  const char *hidden;
} cpus[] = {
  { "", FALSE, NULL },
  { "<feature policy='require' name='vmx'/>", TRUE, NULL },
  { "<feature policy='force' name='svm'/>", TRUE, NULL },
  { "<feature name='svm'/>", TRUE, NULL },
  { "<feature policy='optional' name='vmx'/><feature policy='require' name='avx'/>", FALSE, NULL },
  { "<feature policy='disable' name='vmx'/><feature policy='forbid' name='sse4.1'/>", FALSE, "vmx sse4.1" },
};

static void
test_cpu_features (void)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cpus); i++)
    {
      g_autofree char *xml = g_strconcat (BEGIN "<cpu mode='host-passthrough'>", cpus[i].features, "</cpu>" END, NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (PinDomain) domain = pin_domain_parse (xml, strlen (xml), &error);
      g_autofree char *hidden = NULL;

      g_assert_no_error (error);
      hidden = domain->guest->hidden != NULL ? g_strjoinv (" ", domain->guest->hidden) : NULL;
      g_assert_cmpint (domain->guest->wants_nested, ==, cpus[i].wants_nested);
      g_assert_cmpstr (hidden, ==, cpus[i].hidden);
    }
}

static const struct
{
  const char *path;
  const char *xml;
  const char *expected; /* in the message */
} wrongs[] = {
  { "empty", "", "empty" },
  { "no-xml", "hello", "line 1" },
  { "cut-off", BEGIN, "does not parse" },
  { "wrong-nesting", BEGIN "<cputune>\n<vcpupin></cputune>" END, "line 2" },
  { "document-type", "<!DOCTYPE domain [<!ENTITY a 'b'>]>" BEGIN END, "document type" },
  { "entities-that-grow",
    "<!DOCTYPE d [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;&b;']>"
    "<domain><name>&c;</name></domain>", "document type" },
  { "external-entity", "<!DOCTYPE d SYSTEM 'file:///etc/passwd'><domain/>", "document type" },
  { "entity-without-type", "<domain><name>&a;</name></domain>", "line 1: an entity that is not declared" },
  { "latin-1-bytes", "<domain><name>gr\xfc\xdf</name></domain>", "not UTF-8" },
  { "latin-1-declared", "<?xml version='1.0' encoding='ISO-8859-1'?>" BEGIN END, "encoding" },
  { "utf-16-declared", "<?xml version='1.0' encoding='UTF-16'?>" BEGIN END, "encoding" },
  { "utf-7-declared", "\xef\xbb\xbf<?xml version='1.0' encoding=\"UTF-7\"?>" BEGIN END, "encoding" },
  { "utf-8-with-a-tail-declared", "<?xml version='1.0' encoding='UTF-80'?>" BEGIN END, "encoding" },
  { "another-root", "<network><name>a</name></network>", "<network>: is not <domain>" },
  { "a-root-of-another-namespace", "<domain xmlns='urn:x'><name>a</name></domain>", "is not <domain>" },
  { "no-name", "<domain><uuid>" UUID "</uuid><memory>1</memory></domain>", "no <name>" },
  { "bad-uuid", "<domain><name>a</name><uuid>1b4e28ba</uuid></domain>", "<uuid>" },
  { "no-memory", "<domain><name>a</name><uuid>" UUID "</uuid></domain>", "no <memory>" },
  { "negative-memory", "<domain><name>a</name><uuid>" UUID "</uuid><memory>-1</memory></domain>", "'-1'" },
  { "huge-memory", "<domain><name>a</name><uuid>" UUID "</uuid><memory unit='EiB'>9</memory></domain>", "'9'" },
  { "unit", "<domain><name>a</name><uuid>" UUID "</uuid><memory unit='kilo'>9</memory></domain>", "unit='kilo'" },
  { "two-cputunes", BEGIN "<cputune/>\n<cputune/>" END, "line 2: <cputune>: stands twice" },
  { "vcpus-of-1e9", BEGIN "<vcpu>1000000000</vcpu>" END, "<vcpu>: '1000000000'" },
  { "no-vcpus", BEGIN "<vcpu>0</vcpu>" END, "<vcpu>" },
  { "cpuset-of-1e9", BEGIN "<vcpu cpuset='0-1000000000'>1</vcpu>" END, "cpuset='0-1000000000'" },
  { "empty-cpuset", BEGIN "<vcpu cpuset=''>1</vcpu>" END, "empty set" },
  { "vcpu-placement", BEGIN "<vcpu placement='here'>1</vcpu>" END, "placement='here'" },
  { "pin-for-nobody", BEGIN "<vcpu>4</vcpu><cputune><vcpupin vcpu='4' cpuset='0'/></cputune>" END, "vCPU 4" },
  { "pin-of-minus-1", BEGIN "<cputune><vcpupin vcpu='-1' cpuset='0'/></cputune>" END, "vcpu='-1'" },
  { "pin-without-cpuset", BEGIN "<cputune><vcpupin vcpu='0'/></cputune>" END, "<vcpupin>: attribute cpuset" },
  { "pin-twice",
    BEGIN "<vcpu>9</vcpu><cputune><vcpupin vcpu='2' cpuset='0'/><vcpupin vcpu='2' cpuset='1'/></cputune>" END,
    "two <vcpupin> for 2" },
  { "iothread-that-is-none", BEGIN "<cputune><iothreadpin iothread='1' cpuset='0'/></cputune>" END, "I/O thread 1" },
  { "emulatorpin-twice", BEGIN "<cputune><emulatorpin cpuset='0'/><emulatorpin cpuset='0'/></cputune>" END, "twice" },
  { "memory-mode", BEGIN "<numatune><memory mode='loose' nodeset='0'/></numatune>" END, "<memory>: mode='loose'" },
  { "memory-without-nodes", BEGIN "<numatune><memory mode='strict'/></numatune>" END, "nodeset is missing" },
  { "memnode-without-cells", BEGIN "<numatune><memnode cellid='0' nodeset='0'/></numatune>" END, "cell 0" },
  { "cell-beyond-the-end", BEGIN "<cpu><numa><cell id='1' memory='1'/></numa></cpu>" END, "<cell>: id='1'" },
  { "two-cells-of-a-number",
    BEGIN "<cpu><numa><cell id='0' memory='1'/><cell id='0' memory='1'/></numa></cpu>" END, "two cells 0" },
  { "page-of-0", BEGIN "<memoryBacking><hugepages><page size='0'/></hugepages></memoryBacking>" END, "size is 0" },
  { "two-pages-for-a-cell",
    BEGIN "<memoryBacking><hugepages><page size='4' nodeset='0'/><page size='8' nodeset='0'/></hugepages>"
          "</memoryBacking>" END,
    "two <page>" },
  { "scheduler", BEGIN "<cputune><vcpusched vcpus='0' scheduler='deadline'/></cputune>" END, "scheduler='deadline'" },
  { "priority", BEGIN "<cputune><vcpusched vcpus='0' scheduler='fifo' priority='100'/></cputune>" END, "priority" },
  { "no-priority", BEGIN "<cputune><emulatorsched scheduler='rr'/></cputune>" END, "priority is missing" },
  { "two-schedulers",
    BEGIN "<cputune><vcpusched vcpus='0-1' scheduler='idle'/><vcpusched vcpus='1' scheduler='idle'/></cputune>" END,
    "two <vcpusched>" },
  { "cache-type",
    BEGIN "<cputune><cachetune vcpus='0'><cache id='0' level='3' type='x' size='1'/></cachetune></cputune>" END,
    "<cache>: type='x'" },
  { "dimm-without-size", BEGIN "<devices><memory model='dimm'/></devices>" END, "<target>" },
  { "dimm-nodes",
    BEGIN "<devices><memory><source><nodemask>x</nodemask></source><target><size>1</size></target></memory>"
          "</devices>" END,
    "<nodemask>: 'x'" },
  { "dimm-with-two-sources",
    BEGIN "<devices><memory><source/><source/><target><size>1</size></target></memory></devices>" END,
    "<source>: stands twice in <memory>" },
  { "a-value-of-many-lines", BEGIN "<numatune><memory mode='a&#10;b&#27;' nodeset='0'/></numatune>" END, "" },
};

typedef struct
{
  const char *inner;
  gboolean shared;
  gboolean of_cells;
} Access;

#define CELL_OF(attributes) "<cpu><numa><cell id='0' memory='1'" attributes "/></numa></cpu>"
#define DIMM_OF(attributes) "<devices><memory model='dimm'" attributes "><target><size>1</size></target></memory></devices>"

static const Access accesses[] = {
  { CELL_OF ("") DIMM_OF (""), FALSE, FALSE },
  { CELL_OF (" memAccess='shared'"), TRUE, TRUE },
  { CELL_OF (" memAccess='private'"), FALSE, TRUE },
  { CELL_OF ("") "<memoryBacking><access mode='shared'/></memoryBacking>", TRUE, TRUE },
  { CELL_OF ("") "<memoryBacking><access mode='private'/></memoryBacking>", FALSE, TRUE },
  { CELL_OF ("") DIMM_OF (" access='shared'"), TRUE, FALSE },
  { CELL_OF ("") DIMM_OF (" access='private'"), FALSE, FALSE },
};

/* A DIMM has a backend of its own: its access makes none for the cells. */
static void
test_access (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (accesses); i++)
    {
      g_autofree char *xml = g_strconcat (BEGIN, accesses[i].inner, END, NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (PinDomain) domain = pin_domain_parse (xml, strlen (xml), &error);

      g_assert_no_error (error);
      g_test_message ("%s", accesses[i].inner);
      g_assert_cmpint (domain->guest->shared_access, ==, accesses[i].shared);
      g_assert_cmpint (domain->guest->cell_access, ==, accesses[i].of_cells);
    }
}

typedef struct
{
  const char *device;
  guint64 kib;
} Device;

static const Device devices[] = {
  { "<memory><target><size>8</size></target></memory>", 8 },
  { "<memory model='dimm'><target><size>8</size></target></memory>", 8 },
  { "<memory model='nvdimm'><source><path>/x</path></source><target><size>8</size></target></memory>", 0 },
  { "<memory model='virtio-pmem'><source><path>/x</path></source><target><size>8</size></target></memory>", 0 },
  { "<memory model='sgx-epc'><target><size>8</size></target></memory>", 0 },
  { "<memory model='virtio-mem'><target><size>8</size><requested>0</requested></target></memory>", 0 },
  { "<memory model='virtio-mem'><target><size>8</size><requested>2</requested><current>4</current></target></memory>", 4 },
  { "<memory model='virtio-mem'><target><size>8</size><requested>6</requested><current>4</current></target></memory>", 6 },
  { "<memory model='virtio-mem'><target><size>8</size><requested unit='MiB'>6</requested></target></memory>", 8 },
};

/* What a device takes of the host's memory, and that <memory> counts its whole size whatever it takes. */
static void
test_devices (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (devices); i++)
    {
      g_autofree char *xml = g_strconcat ("<domain><name>a</name><uuid>" UUID "</uuid><memory>32</memory><devices>",
                                          devices[i].device, "<memory model='dimm'><target><size>16</size></target></memory>"
                                          "</devices>" END, NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (PinDomain) domain = pin_domain_parse (xml, strlen (xml), &error);

      g_assert_no_error (error);
      g_test_message ("%s", devices[i].device);
      g_assert_cmpuint (domain->guest->n_dimms, ==, 2);
      g_assert_cmpuint (domain->guest->dimms[0].size_kib, ==, devices[i].kib);
      g_assert_cmpuint (domain->guest->memory_kib, ==, 24 + devices[i].kib);
    }
}

static void
assert_refused (const char *xml, gsize length, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PinDomain) domain = pin_domain_parse (xml, length, &error);

  g_assert_null (domain);
  g_assert_error (error, PIN_ERROR, PIN_ERROR_INVALID);
  g_assert_null (strpbrk (error->message, "\n\r\033"));
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  if (strstr (error->message, expected) == NULL)
    g_error ("'%s' is not in '%s'", expected, error->message);
}

static void
test_wrong (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);

  assert_refused (wrongs[i].xml, strlen (wrongs[i].xml), wrongs[i].expected);
}

static void
test_nul (void)
{
  static const char xml[] = BEGIN "\0" END;

  assert_refused (xml, sizeof xml - 1, "NUL");
}

static char *
repeat (const char *text, guint n)
{
  GString *many = g_string_new (NULL);

  while (n-- > 0)
    g_string_append (many, text);
  return g_string_free (many, FALSE);
}

static void
test_size (void)
{
  g_autofree char *long_text = repeat ("<!-- long -->", 5 * 1024 * 1024 / 13);
  g_autofree char *many_elements = repeat ("<a/>", 300000);
  g_autofree char *deep = repeat ("<a>", 300);
  g_autofree char *large = g_strconcat (BEGIN, long_text, END, NULL);
  g_autofree char *broad = g_strconcat (BEGIN, many_elements, END, NULL);

  assert_refused (large, strlen (large), "at most 4194304");
  assert_refused (broad, strlen (broad), "elements");
  assert_refused (deep, strlen (deep), "nests more than 255 elements");
}

static void
test_utf16 (void)
{
  static const char xml[] = BEGIN END;
  g_autofree char *wide = NULL;
  gsize length;

  wide = g_convert (xml, -1, "UTF-16", "UTF-8", NULL, &length, NULL);
  assert_refused (wide, length, "");
}

static const struct
{
  const char *path;
  const char *metadata;
  const char *expected; /* NULL: a record */
} records[] = {
  { "good", "<p:record xmlns:p='urn:pinshift:record:1' version='1' guest='" UUID "'/>", NULL },
  { "two", "<p:record xmlns:p='urn:pinshift:record:1' version='1' guest='" UUID "'/>"
           "<p:record xmlns:p='urn:pinshift:record:1' version='1' guest='" UUID "'/>", "two records" },
  { "another-version", "<p:record xmlns:p='urn:pinshift:record:1' version='2' guest='" UUID "'/>", "version 2" },
  { "another-guest", "<p:record xmlns:p='urn:pinshift:record:1' version='1'"
                     " guest='00000000-2fa1-11d2-883f-0016d3cca427'/>", "another guest" },
  { "another-element", "<p:rekord xmlns:p='urn:pinshift:record:1' version='1' guest='" UUID "'/>", "not a record" },
  { "mixed-namespaces", "<p:record xmlns:p='urn:pinshift:record:1' version='1' guest='" UUID "'><cpu/></p:record>",
    "<cpu>: is unknown" },
};

static void
test_record (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autofree char *xml = g_strconcat (BEGIN "<metadata>", records[i].metadata, "</metadata>" END, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (PinDomain) domain = pin_domain_parse (xml, strlen (xml), &error);

  g_assert_no_error (error);
  g_assert_true ((domain->record != NULL) == (records[i].expected == NULL));
  g_assert_true ((domain->record_problem != NULL) == (records[i].expected != NULL));
  if (records[i].expected != NULL && strstr (domain->record_problem, records[i].expected) == NULL)
    g_error ("'%s' is not in '%s'", records[i].expected, domain->record_problem);
}

/* As people write it, for virsh define. */
static void
test_no_uuid (void)
{
  static const char text[] = "<domain><name>a</name><memory>1</memory><vcpu>1</vcpu></domain>";
  g_autoptr (GError) error = NULL;
  g_autoptr (PinDomain) domain = pin_domain_parse (text, strlen (text), &error);

  g_assert_no_error (error);
  g_assert_cmpstr (domain->guest->uuid, ==, PIN_UUID_NONE);
}

int
main (int argc, char **argv)
{
  guint i;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/domain-read/a-tuned-domain", test_golden);
  g_test_add_func ("/domain-read/a-plain-domain", test_plain);
  g_test_add_func ("/domain-read/libvirts-units", test_units);
  g_test_add_func ("/domain-read/automatic-placement", test_auto);
  g_test_add_func ("/domain-read/whose-access", test_access);
  g_test_add_func ("/domain-read/memory-devices", test_devices);
  g_test_add_func ("/domain-read/cpu-features", test_cpu_features);
  for (i = 0; i < G_N_ELEMENTS (wrongs); i++)
    {
      g_autofree char *path = g_strconcat ("/domain-read/refuses/", wrongs[i].path, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_wrong);
    }
  g_test_add_func ("/domain-read/refuses/a-nul", test_nul);
  g_test_add_func ("/domain-read/refuses/what-is-too-large", test_size);
  g_test_add_func ("/domain-read/refuses/utf-16", test_utf16);
  for (i = 0; i < G_N_ELEMENTS (records); i++)
    {
      g_autofree char *path = g_strconcat ("/domain-read/record/", records[i].path, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_record);
    }
  g_test_add_func ("/domain/libvirt-gives-a-uuid-where-there-is-none", test_no_uuid);
  return g_test_run ();
}
