/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shares of cache and memory bandwidth: what is written against what a host has. */
#include "core/resctrl.h"
#include "format/domain-read.h"
#include "format/snapshot-json.h"

#include <string.h>

typedef struct
{
  const char *name;
  const char *tune;    /* in <cputune> */
  const char *host;    /* its member resctrl */
  const char *text;    /* NULL: holds */
} Case;

#define TUNE(parts) "<cachetune vcpus='0'>" parts "</cachetune>"
#define TUNE_TOO(parts) "<cachetune vcpus='1'>" parts "</cachetune>"
#define SHARE(id, type, kib) "<cache id='" #id "' level='3' type='" type "' size='" #kib "' unit='KiB'/>"
#define BANDWIDTH(id, share) "<memorytune vcpus='0'><node id='" #id "' bandwidth='" #share "'/></memorytune>"

/* 12 ways of 1024 KiB. */
#define CACHE(id, more) "{\"id\": " #id ", \"cpus\": \"0-3\", \"size_kib\": 12288, \"ways\": 12" more "}"
#define CACHES(caches) "{\"l3\": [" caches "]}"
#define FREE CACHES (CACHE (0, ""))
#define TWO_FREE CACHES (CACHE (0, ", \"used\": 10"))
#define SCATTERED CACHES (CACHE (0, ", \"used\": 6, \"free\": \"0-1,4-7\""))
#define SCATTERED_DOWN CACHES (CACHE (0, ", \"used\": 6, \"free\": \"0-3,6-7\""))
#define APART CACHES (CACHE (0, ", \"used\": 9, \"cdp\": true"))
#define UNSIZED CACHES ("{\"id\": 0, \"cpus\": \"0-3\", \"ways\": 12, \"used\": 11}")
#define UNSIZED_FULL CACHES ("{\"id\": 0, \"cpus\": \"0-3\", \"ways\": 12, \"used\": 12}")
/* 16384 KiB in 12 ways: no whole number of KiB, 1365.33. */
#define UNEVEN CACHES ("{\"id\": 0, \"cpus\": \"0-3\", \"size_kib\": 16384, \"ways\": 12}")
#define MB "{\"mb\": [{\"id\": 0, \"min\": 10, \"step\": 10}, {\"id\": 1, \"min\": 10, \"step\": 10}]}"

static const Case cases[] = {
  { "nothing-wanted", "", "{}", NULL },
  { "nothing-to-share-out", TUNE (SHARE (0, "both", 1024)), "{}", "the host has no cache allocation (resctrl)" },
  { "enough-ways", TUNE (SHARE (0, "both", 2048)), TWO_FREE, NULL },
  { "too-few-ways", TUNE (SHARE (0, "both", 4096)), TWO_FREE, "cache 0 has 2 of 12 ways free, 4 wanted" },
  { "another-cache", TUNE (SHARE (1, "both", 1024)), FREE, "there is no cache 1 here" },
  { "the-second-cache", TUNE (SHARE (1, "both", 2048)), CACHES (CACHE (0, ", \"used\": 12") ", " CACHE (1, "")), NULL },
  { "both-caches-the-second-is-full", TUNE (SHARE (0, "both", 1024) SHARE (1, "both", 1024)),
    CACHES (CACHE (0, "") ", " CACHE (1, ", \"used\": 12")), "cache 1 has 0 of 12 ways free, 1 wanted" },
  { "another-level", TUNE ("<cache id='0' level='2' type='both' size='1' unit='MiB'/>"), FREE,
    "a cache of level 2 can't be shared out" },
  { "no-whole-number-of-ways", TUNE (SHARE (0, "both", 1536)), FREE,
    "cache 0 gives shares in ways of 1024 KiB, 1536 KiB wanted" },
  { "ways-that-are-no-whole-number-of-kib", TUNE ("<cache id='0' level='3' type='both' size='2796202' unit='B'/>"), UNEVEN, NULL },
  { "such-ways-rounded-to-kib", TUNE (SHARE (0, "both", 2731)), UNEVEN,
    "cache 0 gives shares in ways of 1398101 bytes, 2731 KiB wanted" },
  { "nearly-such-ways", TUNE ("<cache id='0' level='3' type='both' size='2799999' unit='B'/>"), UNEVEN,
    "cache 0 gives shares in ways of 1398101 bytes, 2799999 bytes wanted" },
  { "all-of-it", TUNE (SHARE (0, "both", 12288)), FREE,
    "cache 0 has 12288 KiB and gives no share of all of it, 12288 KiB wanted" },
  { "more-than-all", TUNE ("<cache id='0' level='3' type='both' size='8' unit='EB'/>"), FREE,
    "cache 0 has 12288 KiB and gives no share of all of it, 7812500000000000 KiB wanted" },
  { "all-but-one-way", TUNE (SHARE (0, "both", 11264)), FREE, NULL },
  { "less-than-a-way", TUNE (SHARE (0, "both", 0)), FREE, "cache 0 gives no share below 1 way, 0 wanted" },
  { "less-than-there-must-be", TUNE (SHARE (0, "both", 1024)), CACHES (CACHE (0, ", \"min_ways\": 2")),
    "cache 0 gives no share below 2 ways, 1 wanted" },
  { "side-by-side", TUNE (SHARE (0, "both", 4096)), SCATTERED, NULL },
  { "not-side-by-side", TUNE (SHARE (0, "both", 5120)), SCATTERED, "cache 0 has 6 of 12 ways free, 5 wanted side by side" },
  { "two-shares-the-smaller-gap-first", TUNE (SHARE (0, "both", 2048)) TUNE_TOO (SHARE (0, "both", 4096)), SCATTERED, NULL },
  { "two-shares-the-smaller-gap-last", TUNE (SHARE (0, "both", 2048)) TUNE_TOO (SHARE (0, "both", 4096)), SCATTERED_DOWN, NULL },
  { "two-shares-that-do-not-fit", TUNE (SHARE (0, "both", 3072)) TUNE_TOO (SHARE (0, "both", 3072)), SCATTERED,
    "cache 0 has 6 of 12 ways free, 6 wanted side by side" },
  { "two-shares-that-are-too-many", TUNE (SHARE (0, "both", 1024)) TUNE_TOO (SHARE (0, "both", 2048)), TWO_FREE,
    "cache 0 has 2 of 12 ways free, 3 wanted" },
  { "code-and-data-have-the-same-ways", TUNE (SHARE (0, "code", 3072) SHARE (0, "data", 3072)), APART, NULL },
  { "too-much-code", TUNE (SHARE (0, "code", 4096)), APART, "cache 0 has 3 of 12 ways free, 4 wanted" },
  { "both-where-they-are-apart", TUNE (SHARE (0, "both", 1024)), APART,
    "cache 0 is shared out for code and data apart here, both wanted" },
  { "code-where-they-are-together", TUNE (SHARE (0, "code", 1024)), FREE,
    "cache 0 is shared out for code and data together here, code wanted" },
  { "unknown-size-and-a-free-way", TUNE (SHARE (0, "both", 1536)), UNSIZED, NULL },
  { "unknown-size-and-a-way-for-two", TUNE (SHARE (0, "both", 1)) TUNE_TOO (SHARE (0, "both", 1)), UNSIZED,
    "cache 0 has 1 of 12 ways free, 2 wanted" },
  { "unknown-size-and-no-free-way", TUNE (SHARE (0, "both", 1536)), UNSIZED_FULL, "cache 0 has 0 of 12 ways free, 1 wanted" },
  { "no-ways-at-all", TUNE (SHARE (0, "both", 1024)), CACHES ("{\"id\": 0, \"cpus\": \"0\", \"size_kib\": 4096}"),
    "cache 0 gives shares in ways of 4096 KiB, 1024 KiB wanted" },
  { "monitors", TUNE ("<monitor level='3' vcpus='0'/>"), FREE, NULL },
  { "monitors-of-nothing", TUNE ("<monitor level='3' vcpus='0'/>"), "{}", "the host has no cache allocation (resctrl)" },
  /* memory bandwidth */
  { "bandwidth", BANDWIDTH (1, 60), MB, NULL },
  { "no-bandwidth", BANDWIDTH (0, 60), FREE, "the host has no memory bandwidth allocation (resctrl)" },
  { "another-bandwidth", BANDWIDTH (2, 60), MB, "there is no memory bandwidth 2 to share out here" },
  { "too-little-bandwidth", BANDWIDTH (0, 5), MB, "memory bandwidth 0 gives no share below 10, 5 wanted" },
  { "between-steps", BANDWIDTH (0, 65), MB, "memory bandwidth 0 gives shares in steps of 10, 65 wanted" },
  { "any-step", BANDWIDTH (0, 65), "{\"mb\": [{\"id\": 0}]}", NULL },
  { "cache-and-no-bandwidth", TUNE (SHARE (0, "both", 1024)) BANDWIDTH (0, 60), FREE,
    "the host has no memory bandwidth allocation (resctrl)" },
};

static PinDomain *
domain_of (const Case *test)
{
  g_autofree char *xml = g_strconcat ("<domain><name>a</name><uuid>1b4e28ba-2fa1-11d2-883f-0016d3cca427</uuid><memory>1</memory>"
                                      "<vcpu>2</vcpu><cputune>", test->tune, "</cputune></domain>", NULL);
  g_autoptr (GError) error = NULL;
  PinDomain *domain = pin_domain_parse (xml, strlen (xml), &error);

  g_assert_no_error (error);
  return domain;
}

static PinSnapshot *
host_of (const Case *test)
{
  g_autofree char *json = g_strconcat ("{\"version\": 1, \"host\": {\"name\": \"h\", \"resctrl\": ", test->host,
                                       "}, \"nodes\": [{\"id\": 0, \"cpus\": \"0-3\", \"total_kib\": 1000}]}", NULL);
  g_autoptr (GError) error = NULL;
  PinSnapshot *snapshot = pin_snapshot_from_json (json, -1, &error);

  g_assert_no_error (error);
  return snapshot;
}

static void
test_case (gconstpointer data)
{
  const Case *test = data;
  g_autoptr (PinDomain) domain = domain_of (test);
  g_autoptr (PinSnapshot) snapshot = host_of (test);
  g_autofree char *text = pin_resctrl_text (domain->placement, snapshot);

  g_assert_cmpstr (text, ==, test->text);
  g_assert_cmpint (pin_resctrl_holds (domain->placement, snapshot), ==, test->text == NULL);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/resctrl/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  return g_test_run ();
}
