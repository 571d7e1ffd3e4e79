/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Plans as JSON: hand-made plans against the text that they must give. */
#include "format/json-text.h"
#include "format/plan-json.h"

#include <string.h>

static PinPlan *
plan_new (PinVerdict verdict)
{
  PinPlan *plan = g_new0 (PinPlan, 1);

  plan->verdict = verdict;
  plan->exact = TRUE;
  plan->cells = g_array_new (FALSE, FALSE, sizeof (gint));
  plan->reasons = g_ptr_array_new ();
  plan->placement = pin_placement_new ();
  return plan;
}

/* Reasons of a plan that was made here; pin_plan_free() would leave them. */
static void
free_plan (PinPlan *plan)
{
  for (guint i = 0; i < plan->reasons->len; i++)
    {
      PinReason *reason = g_ptr_array_index (plan->reasons, i);

      g_free (reason->text);
      g_free (reason);
    }
  pin_plan_free (plan);
}

static PinCpuset *
set (const char *text)
{
  return pin_cpuset_parse (text, NULL);
}

static void
add_pin (GArray *pins, guint id, const char *cpus)
{
  PinPin pin = { .id = id, .cpuset = set (cpus) };

  g_array_append_val (pins, pin);
}

/* Something of everything, on node 0 or, with @there, on node 1 and without what could not come along. */
static PinPlacement *
placement_of (gboolean there)
{
  PinPlacement *placement = pin_placement_new ();
  PinMemnode memnode = { .cell = 0, .mode = PIN_MEMORY_MODE_STRICT, .nodeset = set (there ? "1" : "0") };
  PinPage page = { .size_kib = 2048, .cells = set ("0-1") };
  PinDimm dimm = { .index = 1, .page_kib = 2048, .nodeset = set (there ? "1" : "0") };
  PinSched sched = { .ids = set ("0"), .policy = PIN_SCHED_FIFO, .priority = 3 };
  PinSched batch = { .ids = set ("1"), .policy = PIN_SCHED_BATCH };
  PinResctrlPart cache = { .kind = PIN_RESCTRL_CACHE, .id = 0, .level = 3, .type = "both", .size_bytes = 3072 * 1024 };
  PinResctrlPart monitor = { .kind = PIN_RESCTRL_CACHE_MONITOR, .level = 3, .vcpus = set ("0") };
  PinResctrl cachetune = { .vcpus = set ("0"), .parts = pin_placement_parts_new () };

  add_pin (placement->vcpupin, 0, there ? "4" : "0");
  add_pin (placement->iothreadpin, 1, there ? "7" : "3");
  placement->emulatorpin = set (there ? "6" : "1-2");
  placement->has_memory = TRUE;
  placement->memory_nodeset = set (there ? "1" : "0");
  placement->has_hugepages = TRUE;
  g_array_append_val (placement->memnode, memnode);
  g_array_append_val (placement->hugepages, page);
  g_array_append_val (placement->dimm, dimm);
  g_array_append_val (placement->vcpusched, sched);
  g_array_append_val (placement->iothreadsched, batch);
  g_array_append_val (cachetune.parts, cache);
  g_array_append_val (cachetune.parts, monitor);
  g_array_append_val (placement->cachetune, cachetune);
  if (there)
    g_array_set_size (placement->vcpusched, 0);
  else
    placement->vcpu_cpuset = set ("0-3");
  return placement;
}

static void
test_adapt (void)
{
  g_autoptr (PinGuest) guest = pin_guest_new ();
  g_autoptr (PinPlacement) original = placement_of (FALSE);
  PinPlan *plan = plan_new (PIN_VERDICT_ADAPT);
  const gint cells[] = { 1, -1, 0 };
  g_autofree char *json = NULL;

  guest->name = g_strdup ("db1");
  pin_placement_free (plan->placement);
  plan->placement = placement_of (TRUE);
  plan->actions[PIN_SETTING_VCPU_PINS] = PIN_ACTION_REMAP;
  plan->actions[PIN_SETTING_MEMORY] = PIN_ACTION_KEEP;
  plan->cost = 16;
  g_array_append_vals (plan->cells, cells, G_N_ELEMENTS (cells));
  pin_plan_add_reason_text (plan, PIN_SETTING_VCPU_PINS, PIN_ACTION_REMAP, PIN_CODE_CPU_DEDICATED_TO_OTHER, "a \"b\"");
  json = pin_plan_to_json (plan, guest, original, "hostb", FALSE);
  g_assert_cmpstr (json, ==,
                   "{\"version\":1,\"host\":\"hostb\",\"domain\":\"db1\",\"verdict\":\"adapt\","
                   "\"actions\":{\"vcpu-pins\":\"remap\",\"memory\":\"keep\"},"
                   "\"placement\":{\"vcpupin\":{\"0\":\"4\"},\"emulatorpin\":\"6\",\"iothreadpin\":{\"1\":\"7\"},"
                   "\"vcpu_cpuset\":null,\"memory\":{\"mode\":\"strict\",\"nodeset\":\"1\"},"
                   "\"memnode\":{\"0\":{\"mode\":\"strict\",\"nodeset\":\"1\"}},"
                   "\"hugepages\":[{\"size_kib\":2048,\"guest_nodeset\":\"0-1\"}],"
                   "\"dimm\":[{\"index\":1,\"page_kib\":2048,\"nodeset\":\"1\"}],\"vcpusched\":null,"
                   "\"iothreadsched\":[{\"iothreads\":\"1\",\"scheduler\":\"batch\"}],"
                   "\"cachetune\":[{\"vcpus\":\"0\",\"cache\":[{\"id\":0,\"level\":3,\"type\":\"both\","
                   "\"size_kib\":3072}],\"monitor\":[{\"level\":3,\"vcpus\":\"0\"}]}]},"
                   "\"cells\":{\"0\":1,\"2\":0},\"cost\":16,\"exact\":true,"
                   "\"reasons\":[{\"setting\":\"vcpu-pins\",\"action\":\"remap\",\"code\":\"cpu-dedicated-to-other\","
                   "\"text\":\"a \\\"b\\\"\"}]}");
  free_plan (plan);
}

/* The object "placement" of the plan that leaves @now of @before, as text. */
static char *
placement_text (const PinPlacement *now, const PinPlacement *before)
{
  g_autoptr (PinGuest) guest = pin_guest_new ();
  PinPlan *plan = plan_new (PIN_VERDICT_ADAPT);
  g_autofree char *json = NULL;
  const char *start;
  const char *end;

  pin_placement_free (plan->placement);
  plan->placement = pin_placement_copy (now);
  json = pin_plan_to_json (plan, guest, before, "hostb", FALSE);
  free_plan (plan);
  start = strstr (json, "\"placement\":") + strlen ("\"placement\":");
  end = strstr (start, ",\"cells\"");
  return g_strndup (start, (gsize)(end - start));
}

static void
test_absent_and_null (void)
{
  g_autoptr (PinPlacement) nothing = pin_placement_new ();
  g_autoptr (PinPlacement) everything = placement_of (FALSE);
  g_autofree char *never = placement_text (nothing, nothing);
  g_autofree char *removed = placement_text (nothing, everything);
  g_autofree char *added = placement_text (everything, nothing);

  g_assert_cmpstr (never, ==, "{}");
  g_assert_cmpstr (removed, ==,
                   "{\"vcpupin\":null,\"emulatorpin\":null,\"iothreadpin\":null,\"vcpu_cpuset\":null,\"memory\":null,"
                   "\"memnode\":null,\"hugepages\":null,\"dimm\":null,\"vcpusched\":null,\"iothreadsched\":null,"
                   "\"cachetune\":null}");
  g_assert_nonnull (strstr (added, "\"vcpu_cpuset\":\"0-3\""));
  g_assert_nonnull (strstr (added, "{\"vcpus\":\"0\",\"scheduler\":\"fifo\",\"priority\":3}"));
  g_assert_null (strstr (added, "null"));
}

static void
test_refuse (void)
{
  g_autoptr (PinGuest) guest = pin_guest_new ();
  g_autoptr (PinPlacement) original = placement_of (FALSE);
  PinPlan *plan = plan_new (PIN_VERDICT_REFUSE);
  g_autofree char *json = NULL;
  g_autofree char *pretty = NULL;
  g_autoptr (JsonNode) node = NULL;

  guest->name = g_strdup ("rt-1");
  plan->actions[PIN_SETTING_VCPU_PINS] = PIN_ACTION_REFUSE;
  plan->cost = 1600;
  plan->exact = FALSE;
  plan->remedy = g_strdup ("allow vcpu-pins = strip");
  json = pin_plan_to_json (plan, guest, original, "hostb", FALSE);
  g_assert_cmpstr (json, ==,
                   "{\"version\":1,\"host\":\"hostb\",\"domain\":\"rt-1\",\"verdict\":\"refuse\","
                   "\"actions\":{\"vcpu-pins\":\"refuse\"},\"placement\":null,\"cells\":{},\"cost\":null,"
                   "\"exact\":false,\"reasons\":[],\"remedy\":\"allow vcpu-pins = strip\"}");
  pretty = pin_plan_to_json (plan, guest, original, "hostb", TRUE);
  g_assert_nonnull (strchr (pretty, '\n'));
  node = pin_json_parse (pretty, -1, NULL);
  g_assert_nonnull (node);
  free_plan (plan);
}

/* What is pinned for a plan, and just that; a plan that moves nothing says so. */
static void
test_live (void)
{
  g_autoptr (PinGuest) guest = pin_guest_new ();
  g_autoptr (PinPlacement) original = placement_of (FALSE);
  g_autoptr (PinPlacement) pins = pin_placement_new ();
  PinPlan *plan = plan_new (PIN_VERDICT_KEEP);
  g_autofree char *plain = NULL;
  g_autofree char *none = NULL;
  g_autofree char *some = NULL;

  guest->name = g_strdup ("db1");
  plain = pin_plan_to_json (plan, guest, original, "hostb", FALSE);
  none = pin_plan_to_json_live (plan, guest, original, NULL, "hostb");
  add_pin (pins->vcpupin, 3, "6");
  pins->emulatorpin = set ("0-1");
  some = pin_plan_to_json_live (plan, guest, original, pins, "hostb");
  g_assert_true (g_str_has_suffix (none, ",\"pins\":{}}"));
  g_assert_true (g_str_has_suffix (some, ",\"pins\":{\"vcpupin\":{\"3\":\"6\"},\"emulatorpin\":\"0-1\"}}"));
  g_assert_cmpint (strncmp (some, plain, strlen (plain) - 1), ==, 0);
  free_plan (plan);
}

static void
test_every_code_has_a_name (void)
{
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < PIN_CODE_N; i++)
    {
      const char *name = pin_code_name ((PinCode)i);

      g_assert_nonnull (name);
      g_assert_true (g_hash_table_add (names, (char *)name));
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plan-json/says-what-was-changed", test_adapt);
  g_test_add_func ("/plan-json/absent-never-was-null-is-removed", test_absent_and_null);
  g_test_add_func ("/plan-json/a-refusal-has-no-placement", test_refuse);
  g_test_add_func ("/plan-json/says-what-is-pinned-live", test_live);
  g_test_add_func ("/plan-json/every-code-has-a-name", test_every_code_has_a_name);
  return g_test_run ();
}
