/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of sections and their keys: where each value is kept, and what it may be. */
#include "rules/rules-keys.h"

#include "core/terms.h"
#include "rules/rules-make.h"
#include "rules/rules-pins.h"

static const char *
threads_name (guint value)
{
  return pin_threads_name ((PinThreads) value);
}

static const char *
spread_name (guint value)
{
  return pin_spread_name ((PinSpread) value);
}

static const char *
emulator_name (guint value)
{
  return pin_emulator_name ((PinEmulator) value);
}

static const char *
dedicated_name (guint value)
{
  return pin_dedicated_name ((PinDedicated) value);
}

static const char *
home_mode_name (guint value)
{
  static const char *const names[] = { "off", "suggest", "auto" };

  return names[value];
}

static const char *
group_policy_name (guint value)
{
  static const char *const names[] = { "affinity", "anti-affinity" };

  return names[value];
}

#define MEMBER(type_, member) .offset = G_STRUCT_OFFSET (type_, member)
#define VALUE(text, kind, type_, member) { .name = text, .type = &pin_rules_##kind, MEMBER (type_, member) }
#define ACTIONS(text, id) \
  { \
    .name = text, .type = &pin_rules_actions, .setting = id, \
    .offset = G_STRUCT_OFFSET (PinTerms, actions) + (id) * sizeof (guint) \
  }
#define CHOICE(text, type_, member, n, namer) \
  { .name = text, .type = &pin_rules_choice, MEMBER (type_, member), .n_choices = n, .choice = namer }
#define NUMBER(text, type_, member, first, last) \
  { .name = text, .type = &pin_rules_number, MEMBER (type_, member), .min = first, .max = last }
#define AMOUNT(text, type_, member, unit) \
  { .name = text, .type = &pin_rules_amount, MEMBER (type_, member), .amount = &pin_rules_##unit }
#define WEIGHT(text, id) \
  { \
    .name = text, .type = &pin_rules_number, .max = PIN_RULES_WEIGHT_MAX, \
    .offset = G_STRUCT_OFFSET (PinRules, weights) + (id) * sizeof (guint) \
  }
#define PLACED(text, kind, member, id) \
  { .name = text, .type = &pin_rules_##kind, MEMBER (PinPlacement, member), .setting = id }
#define NUMBERED(text, kind, member, id, what, first) \
  { \
    .name = text, .type = &pin_rules_##kind, MEMBER (PinPlacement, member), .setting = id, .numbered = what, \
    .min = first, .max = PIN_CPUSET_MAX - 1 \
  }

static const PinRulesKey terms_keys[] = {
  ACTIONS ("hugepages", PIN_SETTING_HUGEPAGES),
  ACTIONS ("numa-memory", PIN_SETTING_NUMA_MEMORY),
  ACTIONS ("vcpu-pins", PIN_SETTING_VCPU_PINS),
  ACTIONS ("emulator-pins", PIN_SETTING_EMULATOR_PINS),
  ACTIONS ("iothread-pins", PIN_SETTING_IOTHREAD_PINS),
  ACTIONS ("cache", PIN_SETTING_CACHE),
  ACTIONS ("scheduler", PIN_SETTING_SCHEDULER),
  ACTIONS ("cpu-model", PIN_SETTING_CPU_MODEL),
  ACTIONS ("memory", PIN_SETTING_MEMORY),
  CHOICE ("threads", PinTerms, threads, PIN_THREADS_N, threads_name),
  CHOICE ("spread", PinTerms, spread, PIN_SPREAD_N, spread_name),
  CHOICE ("emulator", PinTerms, emulator, PIN_EMULATOR_N, emulator_name),
  CHOICE ("dedicated", PinTerms, dedicated, PIN_DEDICATED_N, dedicated_name),
  VALUE ("page-size-change", switch, PinTerms, page_size_change),
  VALUE ("keep-off-reserved", switch, PinTerms, keep_off_reserved),
  VALUE ("hosts", names, PinTerms, hosts),
};
G_STATIC_ASSERT (G_N_ELEMENTS (terms_keys) <= 32 && sizeof (PinThreads) == sizeof (guint));

static const PinRulesKey reserve_keys[] = {
  VALUE ("cpus", cpus, PinRules, reserved_cpus),
  AMOUNT ("memory", PinRules, reserved_memory_kib, memory),
};

static const PinRulesKey home_keys[] = {
  CHOICE ("mode", PinRules, home_mode, 3, home_mode_name),
  VALUE ("in-place", switch, PinRules, in_place),
  AMOUNT ("settle", PinRules, settle_ms, time),
};

static const PinRulesKey drain_keys[] = { NUMBER ("parallel", PinRules, drain_parallel, 1, 64) };

static const PinRulesKey balance_keys[] = {
  NUMBER ("threshold", PinRules, balance_threshold, 0, 1000),
  NUMBER ("gain", PinRules, balance_gain, 0, 1000),
};

static const PinRulesKey weights_keys[] = {
  WEIGHT ("fit", PIN_SCORE_FIT),       WEIGHT ("load", PIN_SCORE_LOAD), WEIGHT ("memory", PIN_SCORE_MEMORY),
  WEIGHT ("pinned", PIN_SCORE_PINNED), WEIGHT ("home", PIN_SCORE_HOME), WEIGHT ("affinity", PIN_SCORE_AFFINITY),
};
G_STATIC_ASSERT (G_N_ELEMENTS (weights_keys) == PIN_SCORE_N);

static const PinRulesKey migrate_keys[] = {
  VALUE ("auto-converge", switch, PinRules, migrate.auto_converge),
  VALUE ("post-copy", switch, PinRules, migrate.post_copy),
  VALUE ("compression", switch, PinRules, migrate.compressed),
  AMOUNT ("bandwidth", PinRules, migrate.bandwidth_kib_s, memory),
};

static const PinRulesKey notify_keys[] = { VALUE ("command", command, PinRules, notify) };

static const PinRulesKey metrics_keys[] = {
  VALUE ("file", metrics, PinRules, metrics_file),
  VALUE ("cluster-file", metrics, PinRules, metrics_cluster_file),
};

static const PinRulesKey host_keys[] = {
  VALUE ("uri", uri, PinHostRule, uri),
  VALUE ("link", command, PinHostRule, link),
  VALUE ("maintenance", switch, PinHostRule, maintenance),
};

static const PinRulesKey group_keys[] = {
  VALUE ("members", members, PinGroupMake, rule.members),
  CHOICE ("policy", PinGroupMake, policy, 2, group_policy_name),
  VALUE ("strict", switch, PinGroupMake, rule.strict),
  NUMBER ("priority", PinGroupMake, rule.priority, 0, PIN_RULES_WEIGHT_MAX),
};

static const PinRulesKey placement_keys[] = {
  PLACED ("vcpu-cpuset", pin_set, vcpu_cpuset, PIN_SETTING_VCPU_PINS),
  NUMBERED ("vcpupin", pin, vcpupin, PIN_SETTING_VCPU_PINS, "a vCPU", 0),
  PLACED ("emulatorpin", pin_set, emulatorpin, PIN_SETTING_EMULATOR_PINS),
  NUMBERED ("iothreadpin", pin, iothreadpin, PIN_SETTING_IOTHREAD_PINS, "an I/O thread", 1),
  { .name = "memory", .type = &pin_rules_pin_memory, .setting = PIN_SETTING_NUMA_MEMORY },
  NUMBERED ("memnode", pin_memnode, memnode, PIN_SETTING_NUMA_MEMORY, "a NUMA cell", 0),
  { .name = "hugepages", .type = &pin_rules_pin_pages, .setting = PIN_SETTING_HUGEPAGES },
};

#define KEYS(table) table, G_N_ELEMENTS (table)

static const PinSection sections[] = {
  [PIN_SECTION_FIT] = { "fit", "fit", NULL, terms_keys, G_N_ELEMENTS (terms_keys) - 1 },
  [PIN_SECTION_RESERVE] = { "reserve", "reserve", NULL, KEYS (reserve_keys) },
  [PIN_SECTION_HOME] = { "home", "home", NULL, KEYS (home_keys) },
  [PIN_SECTION_DRAIN] = { "drain", "drain", NULL, KEYS (drain_keys) },
  [PIN_SECTION_BALANCE] = { "balance", "balance", NULL, KEYS (balance_keys) },
  [PIN_SECTION_WEIGHTS] = { "weights", "weights", NULL, KEYS (weights_keys) },
  [PIN_SECTION_MIGRATE] = { "migrate", "migrate", NULL, KEYS (migrate_keys) },
  [PIN_SECTION_NOTIFY] = { "notify", "notify", NULL, KEYS (notify_keys) },
  [PIN_SECTION_METRICS] = { "metrics", "metrics", NULL, KEYS (metrics_keys) },
  [PIN_SECTION_DOMAIN] = { "domain", "domain NAME",
                           "names no guest; write a name or a pattern, as in [domain rt-*]", KEYS (terms_keys) },
  [PIN_SECTION_HOST] = { "host", "host NAME", "names no host; write its name, as in [host hostb]", KEYS (host_keys) },
  [PIN_SECTION_GROUP] = { "group", "group NAME", "has no name; write one, as in [group db]", KEYS (group_keys) },
  [PIN_SECTION_PLACEMENT] = { "placement", "placement GUEST on HOST",
                              "names no guest and host; write both, as in [placement db1 on hostb]",
                              KEYS (placement_keys) },
};
G_STATIC_ASSERT (G_N_ELEMENTS (sections) == PIN_SECTION_N);

const PinSection *
pin_section (PinSectionKind kind)
{
  return &sections[kind];
}

const PinRulesKey *
pin_rules_keys (guint *ret_n)
{
  *ret_n = G_N_ELEMENTS (terms_keys);
  return terms_keys;
}
