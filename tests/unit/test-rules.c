/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The policy as a value: defaults, what sections mean to a guest, the digest. */
#include "rules/rules-make.h"

#include "core/error.h"

#include <string.h>

typedef struct
{
  const char *section;
  const char *key;
  const char *value;
} Line;

/* A policy of @lines, ended by one without section. */
static PinRules *
make (const Line *lines)
{
  PinRules *rules = pin_rules_new_open ();
  const char *open = "";
  g_autoptr (GError) error = NULL;

  for (guint i = 0; lines[i].section != NULL; i++)
    {
      if (strcmp (open, lines[i].section) != 0)
        g_assert_true (pin_rules_open (rules, lines[i].section, "f", i + 1, &error));
      open = lines[i].section;
      g_assert_true (pin_rules_set (rules, lines[i].key, lines[i].value, "f", i + 1, &error));
    }
  g_assert_true (pin_rules_seal (rules, &error));
  return rules;
}

static void
test_defaults (void)
{
  g_autoptr (PinRules) rules = pin_rules_new ();
  g_autoptr (PinTerms) terms = pin_rules_terms (rules, "db1");
  g_autoptr (PinTerms) defaults = pin_terms_new ();

  for (guint i = 0; i < PIN_SETTING_N; i++)
    g_assert_cmpuint (terms->actions[i], ==, defaults->actions[i]);
  g_assert_cmpuint (terms->threads, ==, PIN_THREADS_HOME);
  g_assert_cmpuint (terms->spread, ==, PIN_SPREAD_HOME);
  g_assert_cmpuint (terms->emulator, ==, PIN_EMULATOR_HOME);
  g_assert_cmpuint (terms->dedicated, ==, PIN_DEDICATED_EXCLUSIVE);
  g_assert_true (terms->page_size_change);
  g_assert_false (terms->keep_off_reserved);
  g_assert_null (terms->hosts);
  g_assert_true (pin_cpuset_is_empty (pin_rules_reserved_cpus (rules)));
  g_assert_cmpuint (pin_rules_reserved_memory_kib (rules), ==, 0);
  g_assert_true (pin_rules_in_place (rules));
  g_assert_cmpuint (pin_rules_settle_ms (rules), ==, 10 * 60 * 1000);
}

static void
test_later_section_wins (void)
{
  static const Line lines[] = {
    { "fit", "vcpu-pins", "keep; remap; weaken" }, { "fit", "threads", "prefer" },
    { "domain rt-*", "vcpu-pins", "keep; remap" }, { "domain rt-*", "hosts", "hosta; hostb" },
    { "domain *-1", "vcpu-pins", "keep" },         { "domain rt-1", "hosts", "" }, { NULL },
  };
  static const struct { const char *guest; guint worst; gboolean has_hosts; } rows[] = {
    { "db1", PIN_ACTION_WEAKEN, FALSE }, { "rt-2", PIN_ACTION_REMAP, TRUE }, { "rt-1", PIN_ACTION_KEEP, FALSE },
    { "rt-11", PIN_ACTION_REMAP, TRUE }, { "db-1", PIN_ACTION_KEEP, FALSE }, { "rt-", PIN_ACTION_REMAP, TRUE },
  };
  g_autoptr (PinRules) rules = make (lines);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (PinTerms) terms = pin_rules_terms (rules, rows[i].guest);

      g_test_message ("%s", rows[i].guest);
      for (guint a = PIN_ACTION_KEEP; a <= PIN_ACTION_STRIP; a++)
        g_assert_cmpint (pin_terms_allow (terms, PIN_SETTING_VCPU_PINS, a), ==, a <= rows[i].worst);
      g_assert_cmpint (terms->hosts != NULL, ==, rows[i].has_hosts);
      g_assert_cmpuint (terms->threads, ==, PIN_THREADS_PREFER);
    }
}

static void
test_every_key_is_read (void)
{
  static const Line lines[] = {
    { "fit", "hugepages", "keep;strip" }, { "fit", "numa-memory", "keep; weaken;" }, { "fit", "vcpu-pins", "remap" },
    { "fit", "emulator-pins", "strip" }, { "fit", "iothread-pins", "keep; remap; weaken; strip" },
    { "fit", "cache", "keep" }, { "fit", "scheduler", "strip" }, { "fit", "cpu-model", "keep" },
    { "fit", "memory", "warn" },
    { "fit", "threads", "isolate" }, { "fit", "spread", "pack" }, { "fit", "emulator", "share" },
    { "fit", "dedicated", "as-written" }, { "fit", "page-size-change", "no" }, { "fit", "keep-off-reserved", "yes" },
    { "reserve", "cpus", "0-3,^2" }, { "reserve", "memory", "1536 MiB" },
    { "home", "in-place", "no" }, { "home", "settle", "3 h" }, { NULL },
  };
  g_autoptr (PinRules) rules = make (lines);
  g_autoptr (PinTerms) terms = pin_rules_terms (rules, "x");
  g_autofree char *cpus = pin_cpuset_format (pin_rules_reserved_cpus (rules));

  g_assert_cmpuint (terms->actions[PIN_SETTING_HUGEPAGES], ==, 1u << PIN_ACTION_KEEP | 1u << PIN_ACTION_STRIP);
  g_assert_cmpuint (terms->actions[PIN_SETTING_NUMA_MEMORY], ==, 1u << PIN_ACTION_KEEP | 1u << PIN_ACTION_WEAKEN);
  g_assert_cmpuint (terms->actions[PIN_SETTING_VCPU_PINS], ==, 1u << PIN_ACTION_REMAP);
  g_assert_cmpuint (terms->actions[PIN_SETTING_EMULATOR_PINS], ==, 1u << PIN_ACTION_STRIP);
  g_assert_cmpuint (terms->actions[PIN_SETTING_CPU_MODEL], ==, 1u << PIN_ACTION_KEEP);
  g_assert_cmpuint (terms->actions[PIN_SETTING_MEMORY], ==, 1u << PIN_ACTION_WARN);
  g_assert_cmpuint (terms->threads, ==, PIN_THREADS_ISOLATE);
  g_assert_cmpuint (terms->spread, ==, PIN_SPREAD_PACK);
  g_assert_cmpuint (terms->emulator, ==, PIN_EMULATOR_SHARE);
  g_assert_cmpuint (terms->dedicated, ==, PIN_DEDICATED_AS_WRITTEN);
  g_assert_false (terms->page_size_change);
  g_assert_true (terms->keep_off_reserved);
  g_assert_cmpstr (cpus, ==, "0-1,3");
  g_assert_cmpuint (pin_rules_reserved_memory_kib (rules), ==, 1536 * 1024);
  g_assert_false (pin_rules_in_place (rules));
  g_assert_cmpuint (pin_rules_settle_ms (rules), ==, 3 * 60 * 60 * 1000);
}

/* Times as they are written, what they are, and how they are shown. */
static void
test_times (void)
{
  static const struct { const char *value; guint64 ms; const char *shown; } rows[] = {
    { "0", 0, "0" }, { "0s", 0, "0" }, { "0d", 0, "0" }, { "1s", 1000, "1s" }, { "90s", 90000, "90s" },
    { "60s", 60000, "1min" }, { "10min", 600000, "10min" }, { "10 min", 600000, "10min" },
    { "120min", 7200000, "2h" }, { "90min", 5400000, "90min" }, { "24h", 86400000, "1d" }, { "25h", 90000000, "25h" },
    { "1000d", G_GUINT64_CONSTANT (86400000000), "1000d" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const Line lines[] = { { "home", "settle", rows[i].value }, { NULL } };
      g_autoptr (PinRules) rules = make (lines);
      g_autofree char *shown = pin_rules_format (rules, "home", "settle");

      g_test_message ("%s", rows[i].value);
      g_assert_cmpuint (pin_rules_settle_ms (rules), ==, rows[i].ms);
      g_assert_cmpstr (shown, ==, rows[i].shown);
    }
}

static void
test_bad_values (void)
{
  static const struct { const char *section, *key, *value, *message; } rows[] = {
    { "fit", "vcpu-pins", "keep; remapp", "vcpu-pins: unknown action \"remapp\"; did you mean \"remap\"? "
                                          "known are: keep, remap, weaken, strip" },
    { "fit", "hugepages", "keep; remap", "hugepages: unknown action \"remap\"; known are: keep, weaken, strip" },
    { "fit", "cpu-model", "strip", "cpu-model: unknown action \"strip\"; known are: keep, warn" },
    { "fit", "vcpu-pins", "remap; keep",
      "vcpu-pins: \"keep\" stands after \"remap\"; write them from better to worse, each once" },
    { "fit", "vcpu-pins", "keep; keep",
      "vcpu-pins: \"keep\" stands after \"keep\"; write them from better to worse, each once" },
    { "fit", "vcpu-pins", "keep; refuse",
      "vcpu-pins: \"refuse\" is not written, it is what remains; leave out what you do not want" },
    { "fit", "vcpu-pins", "keep, remap", "vcpu-pins: unknown action \"keep, remap\" (\";\" separates actions); "
                                         "known are: keep, remap, weaken, strip" },
    { "fit", "vcpu-pins", "", "vcpu-pins: no action; write at least one" },
    { "fit", "vcpu-pins", " ; ;", "vcpu-pins: no action; write at least one" },
    { "fit", "threads", "requir", "threads: unknown value \"requir\"; did you mean \"require\"? "
                                  "known are: home, prefer, require, isolate" },
    { "fit", "page-size-change", "1", "page-size-change: unknown value \"1\"; known are: yes, no" },
    { "fit", "hosts", "hosta",
      "unknown key \"hosts\" in [fit]; known are: hugepages, numa-memory, vcpu-pins, emulator-pins, "
      "iothread-pins, cache, scheduler, cpu-model, memory, threads, spread, emulator, dedicated, "
      "page-size-change, keep-off-reserved" },
    { "domain x", "hosts", "hosta, hostb", "hosts: \"hosta, hostb\" is no host name; write names with \";\" between them" },
    { "reserve", "memory", "2GB",
      "memory: \"2GB\" is too much, or its unit is unknown; known are: KiB, MiB, GiB, TiB" },
    { "reserve", "memory", "2", "memory: \"2\" is too much, or its unit is unknown; known are: KiB, MiB, GiB, TiB" },
    { "reserve", "memory", "-1GiB", "memory: \"-1GiB\" is no size; write one as 2GiB or 512MiB" },
    { "reserve", "memory", "9007199254740992TiB",
      "memory: \"9007199254740992TiB\" is too much, or its unit is unknown; known are: KiB, MiB, GiB, TiB" },
    { "reserve", "cpu", "0", "unknown key \"cpu\" in [reserve]; did you mean \"cpus\"? known are: cpus, memory" },
    { "reserve", "cpus", "0-",
      "cpus: '0-' is not a set of numbers (at character 1): use 0-3,8,^2 with numbers below 16384" },
    { "home", "mode", "on", "mode: unknown value \"on\"; did you mean \"off\"? known are: off, suggest, auto" },
    { "home", "inplace", "yes", "unknown key \"inplace\" in [home]; did you mean \"in-place\"? known are: mode, in-place, settle" },
    { "home", "in-place", "auto", "in-place: unknown value \"auto\"; known are: yes, no" },
    { "home", "settle", "", "settle: \"\" is no time; write one as 10min or 90s" },
    { "home", "settle", "soon", "settle: \"soon\" is no time; write one as 10min or 90s" },
    { "home", "settle", "-1s", "settle: \"-1s\" is no time; write one as 10min or 90s" },
    { "home", "settle", "99999999999999999999s", "settle: \"99999999999999999999s\" is too long, or its unit is unknown; known are: s, min, h, d" },
    { "home", "settle", "10", "settle: \"10\" is too long, or its unit is unknown; known are: s, min, h, d" },
    { "home", "settle", "1h 30min", "settle: \"1h 30min\" is too long, or its unit is unknown; known are: s, min, h, d" },
    { "home", "settle", "1.5h", "settle: \"1.5h\" is too long, or its unit is unknown; known are: s, min, h, d" },
    { "home", "settle", "1001d", "settle: \"1001d\" is too long, or its unit is unknown; known are: s, min, h, d" },
    { "home", "settle", "86400000001s",
      "settle: \"86400000001s\" is too long, or its unit is unknown; known are: s, min, h, d" },
    { "home", "settle", "min", "settle: \"min\" is no time; write one as 10min or 90s" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (PinRules) rules = pin_rules_new_open ();
      g_autoptr (GError) error = NULL;

      g_assert_true (pin_rules_open (rules, rows[i].section, "f", 1, &error));
      g_assert_false (pin_rules_set (rules, rows[i].key, rows[i].value, "f", 1, &error));
      g_assert_error (error, PIN_ERROR, PIN_ERROR_INVALID);
      g_assert_cmpstr (error->message, ==, rows[i].message);
    }
}

/* Pairs of policies and whether they mean the same. */
static void
test_digest_is_of_the_meaning (void)
{
  static const struct { Line a[5], b[5]; gboolean same; } rows[] = {
    { { { NULL } }, { { "fit", "threads", "home" }, { NULL } }, TRUE },
    { { { NULL } }, { { "fit", "threads", "prefer" }, { NULL } }, FALSE },
    { { { "fit", "vcpu-pins", "keep;remap" }, { "fit", "spread", "pack" }, { NULL } },
      { { "fit", "spread", "pack" }, { "fit", "vcpu-pins", "keep ; remap;" }, { NULL } }, TRUE },
    { { { "reserve", "memory", "1GiB" }, { NULL } }, { { "reserve", "memory", "1024MiB" }, { NULL } }, TRUE },
    { { { "reserve", "cpus", "0-2" }, { NULL } }, { { "reserve", "cpus", "2,0,1" }, { NULL } }, TRUE },
    { { { "reserve", "cpus", "0-2" }, { NULL } }, { { "reserve", "cpus", "0-1" }, { NULL } }, FALSE },
    { { { "home", "settle", "600s" }, { NULL } }, { { "home", "in-place", "yes" }, { NULL } }, TRUE },
    { { { "home", "settle", "601s" }, { NULL } }, { { NULL } }, FALSE },
    { { { "home", "in-place", "no" }, { NULL } }, { { NULL } }, FALSE },
    /* Different guests: the order says nothing. */
    { { { "domain a", "spread", "pack" }, { "domain b", "spread", "spread" }, { NULL } },
      { { "domain b", "spread", "spread" }, { "domain a", "spread", "pack" }, { NULL } }, TRUE },
    /* Patterns that may meet: it does. */
    { { { "domain a*", "spread", "pack" }, { "domain *b", "spread", "spread" }, { NULL } },
      { { "domain *b", "spread", "spread" }, { "domain a*", "spread", "pack" }, { NULL } }, FALSE },
    { { { "domain a*", "spread", "pack" }, { "domain *b", "spread", "pack" }, { NULL } },
      { { "domain *b", "spread", "pack" }, { "domain a*", "spread", "pack" }, { NULL } }, TRUE },
    { { { "domain a*", "spread", "pack" }, { "domain b", "threads", "prefer" }, { NULL } },
      { { "domain b", "threads", "prefer" }, { "domain a*", "spread", "pack" }, { NULL } }, TRUE },
    /* What is overridden or repeats the general value says nothing. */
    { { { "domain a", "spread", "pack" }, { "domain b", "spread", "pack" }, { "domain a", "spread", "spread" },
        { NULL } },
      { { "domain b", "spread", "pack" }, { "domain a", "spread", "spread" }, { NULL } }, TRUE },
    { { { "domain a", "spread", "home" }, { NULL } }, { { NULL } }, TRUE },
    { { { "domain *", "spread", "pack" }, { "domain a", "spread", "home" }, { NULL } },
      { { "domain *", "spread", "pack" }, { NULL } }, FALSE },
    { { { "domain a", "hosts", "x;y" }, { NULL } }, { { "domain a", "hosts", "x" }, { NULL } }, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (PinRules) a = make (rows[i].a);
      g_autoptr (PinRules) b = make (rows[i].b);

      g_test_message ("row %u", i);
      g_assert_cmpuint (strlen (pin_rules_digest (a)), ==, 64);
      if (rows[i].same)
        g_assert_cmpstr (pin_rules_digest (a), ==, pin_rules_digest (b));
      else
        g_assert_cmpstr (pin_rules_digest (a), !=, pin_rules_digest (b));
    }
}

static void
test_entries (void)
{
  static const Line lines[] = {
    { "domain a", "spread", "pack" }, { "fit", "threads", "prefer" }, { "domain a", "spread", "spread" },
    { "home", "settle", "60min" }, { NULL },
  };
  g_autoptr (PinRules) rules = make (lines);
  g_autoptr (GPtrArray) entries = pin_rules_entries (rules);
  g_autoptr (GString) set = g_string_new (NULL);
  guint defaults = 0;

  for (guint i = 0; i < entries->len; i++)
    {
      const PinRulesEntry *entry = g_ptr_array_index (entries, i);

      if (entry->file == NULL)
        defaults++;
      else
        g_string_append_printf (set, "[%s] %s=%s %s:%u\n", entry->section, entry->key, entry->value, entry->file,
                                entry->line);
    }
  g_assert_cmpuint (defaults, ==, 14 + 2 + 2 + 1 + 2 + 6 + 4 + 1 + 2);
  g_assert_cmpstr (set->str, ==, "[fit] threads=prefer f:2\n[domain a] spread=spread f:3\n[home] settle=1h f:4\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rules/without-files-the-defaults-hold", test_defaults);
  g_test_add_func ("/rules/the-last-section-that-matches-wins-key-by-key", test_later_section_wins);
  g_test_add_func ("/rules/every-key-is-read", test_every_key_is_read);
  g_test_add_func ("/rules/times-have-units", test_times);
  g_test_add_func ("/rules/a-bad-value-says-what-is-known", test_bad_values);
  g_test_add_func ("/rules/the-digest-is-of-the-meaning", test_digest_is_of_the_meaning);
  g_test_add_func ("/rules/entries-tell-what-holds-and-from-where", test_entries);
  return g_test_run ();
}
