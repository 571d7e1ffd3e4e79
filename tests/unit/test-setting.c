/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names, masks and prices of settings, and what terms say without a policy. */
#include "core/error.h"
#include "core/setting.h"
#include "core/terms.h"

typedef struct
{
  PinSetting setting;
  const char *name;
  const char *actions;
  guint weight;
} Row;

static const Row rows[] = {
  { PIN_SETTING_HUGEPAGES, "hugepages", "keep weaken strip", 64 },
  { PIN_SETTING_NUMA_MEMORY, "numa-memory", "keep remap weaken strip", 32 },
  { PIN_SETTING_VCPU_PINS, "vcpu-pins", "keep remap weaken strip", 16 },
  { PIN_SETTING_EMULATOR_PINS, "emulator-pins", "keep remap weaken strip", 8 },
  { PIN_SETTING_IOTHREAD_PINS, "iothread-pins", "keep remap weaken strip", 4 },
  { PIN_SETTING_CACHE, "cache", "keep strip", 2 },
  { PIN_SETTING_SCHEDULER, "scheduler", "keep strip", 1 },
  { PIN_SETTING_CPU_MODEL, "cpu-model", "keep warn", 0 },
  { PIN_SETTING_MEMORY, "memory", "keep warn", 0 },
};

static guint
mask_of (const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  guint mask = 0;

  for (guint i = 0; words[i] != NULL; i++)
    {
      PinAction action;

      g_assert_true (pin_action_from_name (words[i], &action));
      mask |= 1u << action;
    }

  return mask;
}

static void
test_table (void)
{
  g_autoptr (PinTerms) terms = pin_terms_new ();

  g_assert_cmpuint (G_N_ELEMENTS (rows), ==, PIN_SETTING_N);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const Row *row = &rows[i];
      PinSetting setting = PIN_SETTING_N;

      g_assert_cmpstr (pin_setting_name (row->setting), ==, row->name);
      g_assert_true (pin_setting_from_name (row->name, &setting));
      g_assert_cmpint (setting, ==, row->setting);
      g_assert_cmphex (pin_setting_actions (row->setting), ==, mask_of (row->actions));
      g_assert_cmphex (terms->actions[row->setting], ==, mask_of (row->actions));
      g_assert_cmpuint (pin_setting_weight (row->setting), ==, row->weight);
    }
}

static void
test_losses (void)
{
  const guint expected[PIN_ACTION_N] = {
    [PIN_ACTION_REMAP] = 1,
    [PIN_ACTION_WEAKEN] = 10,
    [PIN_ACTION_STRIP] = 100,
  };

  for (guint i = 0; i < PIN_ACTION_N; i++)
    {
      PinAction action = PIN_ACTION_N;

      g_assert_cmpuint (pin_action_loss ((PinAction)i), ==, expected[i]);
      g_assert_true (pin_action_from_name (pin_action_name ((PinAction)i), &action));
      g_assert_cmpint (action, ==, (int)i);
    }
}

static void
test_unknown_names (void)
{
  const char *names[] = { "", "vcpupins", "Vcpu-Pins", "vcpu-pins ", NULL };
  PinSetting setting = PIN_SETTING_CACHE;
  PinAction action = PIN_ACTION_STRIP;
  PinThreads threads = PIN_THREADS_REQUIRE;
  PinSpread spread = PIN_SPREAD_PACK;
  PinEmulator emulator = PIN_EMULATOR_SHARE;
  PinDedicated dedicated = PIN_DEDICATED_AS_WRITTEN;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_assert_false (pin_setting_from_name (names[i], &setting));
      g_assert_false (pin_action_from_name (names[i], &action));
      g_assert_false (pin_threads_from_name (names[i], &threads));
      g_assert_false (pin_spread_from_name (names[i], &spread));
      g_assert_false (pin_emulator_from_name (names[i], &emulator));
      g_assert_false (pin_dedicated_from_name (names[i], &dedicated));
    }
  g_assert_cmpint (setting, ==, PIN_SETTING_CACHE);
  g_assert_cmpint (action, ==, PIN_ACTION_STRIP);
  g_assert_cmpint (threads, ==, PIN_THREADS_REQUIRE);
  g_assert_cmpint (spread, ==, PIN_SPREAD_PACK);
  g_assert_cmpint (emulator, ==, PIN_EMULATOR_SHARE);
  g_assert_cmpint (dedicated, ==, PIN_DEDICATED_AS_WRITTEN);
}

static void
test_terms (void)
{
  g_autoptr (PinTerms) terms = pin_terms_new ();
  g_autoptr (PinTerms) copy = NULL;

  g_assert_true (terms->page_size_change);
  g_assert_false (terms->keep_off_reserved);
  g_assert_null (terms->hosts);
  g_assert_cmpstr (pin_threads_name (terms->threads), ==, "home");
  g_assert_cmpstr (pin_spread_name (terms->spread), ==, "home");
  g_assert_cmpstr (pin_emulator_name (terms->emulator), ==, "home");
  g_assert_cmpstr (pin_dedicated_name (terms->dedicated), ==, "exclusive");
  g_assert_true (pin_terms_allow (terms, PIN_SETTING_VCPU_PINS, PIN_ACTION_REMAP));
  g_assert_false (pin_terms_allow (terms, PIN_SETTING_HUGEPAGES, PIN_ACTION_REMAP));
  g_assert_true (pin_terms_allow (terms, PIN_SETTING_MEMORY, PIN_ACTION_WARN));

  terms->actions[PIN_SETTING_VCPU_PINS] = 1u << PIN_ACTION_KEEP;
  terms->hosts = g_strsplit ("hosta;hostb", ";", -1);
  copy = pin_terms_copy (terms);
  g_assert_false (pin_terms_allow (copy, PIN_SETTING_VCPU_PINS, PIN_ACTION_REMAP));
  g_assert_true (copy->hosts != terms->hosts);
  g_assert_cmpstr (copy->hosts[1], ==, "hostb");
}

static void
test_error_names (void)
{
  g_assert_cmpstr (pin_error_name (PIN_ERROR_INVALID), ==, "Invalid");
  g_assert_cmpstr (pin_error_name (PIN_ERROR_NOT_FOUND), ==, "NotFound");
  for (guint i = 0; i < PIN_ERROR_N; i++)
    g_assert_nonnull (pin_error_name ((PinError)i));
  g_assert_cmpstr (g_quark_to_string (PIN_ERROR), ==, "pin-error-quark");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/setting/names-actions-weights", test_table);
  g_test_add_func ("/setting/losses", test_losses);
  g_test_add_func ("/setting/unknown-names-touch-nothing", test_unknown_names);
  g_test_add_func ("/setting/terms-without-a-policy", test_terms);
  g_test_add_func ("/setting/every-error-has-a-name", test_error_names);
  return g_test_run ();
}
