/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What hosts of other versions say of themselves: what is missing is not known, what is new is passed over, and another version is said. */
#include "core/cpu-model.h"
#include "core/error.h"
#include "format/snapshot-json.h"

#include <string.h>

/* As the first pinshiftd that had snapshots wrote one: no reason of a maintenance, no load, ways of a cache without sizes, no bandwidth. */
#define OLDER \
  "{\"version\":1,\"host\":{\"name\":\"hostb\",\"uuid\":\"d0c5a6a4-0000-4000-8000-000000000002\",\"arch\":\"x86_64\",\"maintenance\":false," \
  "\"policy\":\"d1\",\"cpu\":{\"model\":\"Skylake-Server\",\"vendor\":\"Intel\",\"microcode\":7,\"tsc_hz\":2593906000,\"tsc_scaling\":false," \
  "\"features\":[\"aes\",\"vmx\"],\"nested\":true},\"allowed\":\"0-3\",\"isolated\":\"\",\"reserved\":\"\",\"memory_backing_tmpfs\":false," \
  "\"default_page_kib\":2048,\"resctrl\":{\"l3\":[{\"id\":0,\"cpus\":\"0-3\",\"ways\":12,\"used\":2}]}}," \
  "\"nodes\":[{\"id\":0,\"cpus\":\"0-3\",\"total_kib\":4000,\"free_kib\":3000,\"reserve_kib\":0,\"distances\":{\"0\":10}," \
  "\"pages\":[{\"size_kib\":2048,\"total\":1,\"free\":1}]}]," \
  "\"cpus\":[{\"id\":0,\"node\":0,\"socket\":0,\"die\":0,\"core\":0,\"siblings\":\"0\",\"online\":true}," \
  "{\"id\":1,\"node\":0,\"socket\":0,\"die\":0,\"core\":1,\"siblings\":\"1\",\"online\":true}," \
  "{\"id\":2,\"node\":0,\"socket\":0,\"die\":0,\"core\":2,\"siblings\":\"2\",\"online\":true}," \
  "{\"id\":3,\"node\":0,\"socket\":0,\"die\":0,\"core\":3,\"siblings\":\"3\",\"online\":true}]," \
  "\"domains\":[{\"name\":\"x\",\"uuid\":\"u-1\",\"state\":\"running\",\"dedicated\":\"1\",\"shared\":\"\",\"memory_kib\":{\"0\":64},\"pages\":{}}]," \
  "\"claims\":[]}"

/* (transfer full) */
static char *
replace (const char *text, const char *from, const char *to)
{
  g_autoptr (GString) whole = g_string_new (text);

  if (g_string_replace (whole, from, to, 1) != 1)
    g_error ("%s is not in %s", from, text);
  return g_string_free (g_steal_pointer (&whole), FALSE);
}

static PinSnapshot *
read_host (const char *text)
{
  g_autoptr (GError) error = NULL;
  PinSnapshot *snapshot = pin_snapshot_from_host (text, -1, &error);

  g_assert_no_error (error);
  return snapshot;
}

static void
test_older (void)
{
  g_autoptr (PinSnapshot) snapshot = read_host (OLDER);
  const PinCacheWays *ways = &g_array_index (snapshot->l3, PinCacheWays, 0);

  g_assert_cmpint (snapshot->load_permille, ==, -1);
  g_assert_null (snapshot->maintenance_reason);
  g_assert_false (snapshot->provisional);
  g_assert_false (snapshot->cpu->no_kvm);
  g_assert_true (snapshot->cpu->nested && !snapshot->cpu->nested_unknown);
  g_assert_cmpuint (snapshot->bandwidth->len, ==, 0);
  g_assert_cmpuint (ways->size_kib, ==, 0);
  g_assert_cmpuint (ways->min_ways, ==, 0);
  g_assert_null (ways->free);
  g_assert_cmpuint (snapshot->domains->len, ==, 1);
}

/* Each is what a host may leave out: a guest that depends on it is warned that nobody knows, and not told that the host has it not. */
static void
test_not_known (void)
{
  static const struct
  {
    const char *left_out;
    gboolean is_passthrough, nests;
    guint64 tsc_hz;
    PinCode code;
  } rows[] = {
    { ",\"nested\":true", FALSE, TRUE, 0, PIN_CODE_CPU_UNKNOWN },
    { ",\"nested\":true", FALSE, FALSE, 0, PIN_CODE_FITS },
    { "\"tsc_hz\":2593906000,\"tsc_scaling\":false,", FALSE, FALSE, 2593906000, PIN_CODE_CPU_UNKNOWN },
    { "\"features\":[\"aes\",\"vmx\"],", TRUE, FALSE, 0, PIN_CODE_CPU_UNKNOWN },
    { "\"microcode\":7,", TRUE, FALSE, 0, PIN_CODE_FITS },
    { "\"vendor\":\"Intel\",", TRUE, FALSE, 0, PIN_CODE_FITS },
  };
  g_autoptr (PinSnapshot) home = read_host (OLDER);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = replace (OLDER, rows[i].left_out, ""), *reason = NULL, *again = NULL;
      g_autoptr (PinSnapshot) here = read_host (text), twice = NULL;
      g_autoptr (PinGuest) guest = pin_guest_new ();

      g_test_message ("row %u", i);
      guest->cpu_mode = rows[i].is_passthrough ? PIN_CPU_MODE_HOST_PASSTHROUGH : PIN_CPU_MODE_NONE;
      guest->wants_nested = rows[i].nests;
      guest->tsc_hz = rows[i].tsc_hz;
      g_assert_cmpint (pin_cpu_model_differs (guest, home->cpu, here->cpu, &reason), ==, rows[i].code);
      g_assert_cmpint (reason != NULL, ==, rows[i].code != PIN_CODE_FITS);
      g_assert_true (reason == NULL || strstr (reason, "not known") != NULL);
      again = pin_snapshot_to_json (here, FALSE);
      twice = read_host (again);
      g_assert_cmpint (twice->cpu->nested_unknown, ==, here->cpu->nested_unknown);
    }
}

/* What a newer host says besides, in every object that there is. */
static const struct
{
  const char *from, *to;
} newer[] = {
  { "{\"version\":1,", "{\"version\":1,\"zones\":{\"a\":[1,2]}," },
  { "\"arch\":", "\"power\":\"low\",\"arch\":" },
  { "\"cpu\":{", "\"cpu\":{\"stepping\":4," },
  { "\"resctrl\":{", "\"resctrl\":{\"l2\":[]," },
  { "\"ways\":12", "\"ways\":12,\"shared_by\":3" },
  { "\"nodes\":[{", "\"nodes\":[{\"tier\":\"near\"," },
  { "\"pages\":[{", "\"pages\":[{\"surplus\":0," },
  { "\"cpus\":[{", "\"cpus\":[{\"cluster\":0," },
  { "\"domains\":[{", "\"domains\":[{\"priority\":7," },
  { "\"state\":\"running\"", "\"state\":\"suspended\"" },
};

static void
assert_is_older (const char *text)
{
  g_autoptr (PinSnapshot) snapshot = read_host (text), plain = read_host (OLDER);
  g_autofree char *written = pin_snapshot_to_json (snapshot, FALSE), *expected = pin_snapshot_to_json (plain, FALSE);

  g_assert_cmpstr (written, ==, expected);
}

/* Of a file that people write the same words are refused: they may be typing errors. */
static void
test_newer (void)
{
  g_autofree char *all = g_strdup (OLDER);

  for (guint i = 0; i < G_N_ELEMENTS (newer); i++)
    {
      g_autofree char *text = replace (OLDER, newer[i].from, newer[i].to), *before = all;
      g_autoptr (GError) error = NULL;
      g_autoptr (PinSnapshot) file = pin_snapshot_from_json (text, -1, &error);

      g_test_message ("%s", newer[i].to);
      assert_is_older (text);
      g_assert_null (file);
      g_assert_error (error, PIN_ERROR, PIN_ERROR_INVALID);
      all = replace (before, newer[i].from, newer[i].to);
    }
  assert_is_older (all);
}

/* The part that changes, as a newer host sends it to who knows the rest. */
static void
test_newer_present (void)
{
  g_autoptr (PinSnapshot) plain = read_host (OLDER), snapshot = NULL;
  g_autofree char *present = pin_snapshot_present_to_json (plain), *expected = pin_snapshot_to_json (plain, FALSE), *written = NULL;
  g_autofree char *host = replace (present, "\"arch\":", "\"power\":\"low\",\"arch\":"), *node = replace (host, "\"id\":0,", "\"id\":0,\"tier\":1,");
  g_autofree char *text = replace (node, "\"state\":\"running\"", "\"state\":\"suspended\",\"priority\":7");
  g_autoptr (GError) error = NULL;

  snapshot = pin_snapshot_present_from_json (text, -1, plain, &error);
  g_assert_no_error (error);
  written = pin_snapshot_to_json (snapshot, FALSE);
  g_assert_cmpstr (written, ==, expected);
}

/* What is known is still looked at. */
static void
test_wrong (void)
{
  static const struct
  {
    const char *from, *to;
    PinError code;
    const char *complaint;
  } rows[] = {
    { "{\"version\":1,", "{\"version\":2,\"zones\":[],", PIN_ERROR_UNSUPPORTED, "version: snapshots of version 2 are not known here, only 1" },
    { "\"free_kib\":3000", "\"tier\":1,\"free_kib\":-1", PIN_ERROR_INVALID, "nodes[0].free_kib: -1 is not in 0 .. 4000" },
    { "\"state\":\"running\"", "\"state\":7", PIN_ERROR_INVALID, "domains[0].state: must be a string" },
    { "\"total_kib\":4000,", "", PIN_ERROR_INVALID, "nodes[0].total_kib: is missing" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = replace (OLDER, rows[i].from, rows[i].to);
      g_autoptr (GError) error = NULL;
      g_autoptr (PinSnapshot) snapshot = pin_snapshot_from_host (text, -1, &error);

      g_assert_null (snapshot);
      g_assert_error (error, PIN_ERROR, (gint) rows[i].code);
      g_assert_cmpstr (error->message, ==, rows[i].complaint);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/skew-snapshot/an-older-host-is-read", test_older);
  g_test_add_func ("/skew-snapshot/what-is-missing-is-not-known", test_not_known);
  g_test_add_func ("/skew-snapshot/what-is-new-is-passed-over", test_newer);
  g_test_add_func ("/skew-snapshot/what-is-new-is-passed-over-in-what-changes", test_newer_present);
  g_test_add_func ("/skew-snapshot/what-is-known-is-looked-at", test_wrong);
  return g_test_run ();
}
