/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as a policy file: refused in one line that names the file, or a policy that can be asked. */
#include "fuzz.h"

#include "rules/rules-cluster.h"
#include "rules/rules-file.h"

#include <sys/mman.h>
#include <unistd.h>

static PinRules *
load (const guint8 *data, gsize size, GError **error)
{
  int fd = memfd_create ("policy", MFD_CLOEXEC);
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);
  PinRules *rules;

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, data, size), ==, (gssize) size);
  rules = pin_rules_file_load_one (path, error);
  close (fd);
  return rules;
}

static void
ask_for_groups (const PinRules *rules)
{
  const GPtrArray *groups = pin_rules_groups (rules);

  for (guint i = 0; i < groups->len; i++)
    {
      const PinGroupRule *group = g_ptr_array_index (groups, i);

      g_assert_nonnull (group->members[0]);
      g_assert_true (strpbrk (group->members[0], "*?") != NULL || pin_group_rule_has (group, group->members[0]));
    }
}

static void
ask_for_cluster (const PinRules *rules)
{
  const GPtrArray *hosts = pin_rules_hosts (rules);

  for (guint i = 0; i < hosts->len; i++)
    {
      const PinHostRule *host = g_ptr_array_index (hosts, i);
      const PinHostPlacement *placement = pin_rules_placement (rules, "db1", host->name);

      g_assert_cmpint (host->name[0], !=, '-');
      g_assert_cmpint (host->uri[0], !=, '\0');
      g_assert_true (host->link == NULL || g_shell_parse_argv (host->link, NULL, NULL, NULL));
      g_assert_true (placement == NULL || !pin_placement_is_empty (placement->placement));
    }
  for (guint score = 0; score < PIN_SCORE_N; score++)
    g_assert_cmpuint (pin_rules_weight (rules, score), <=, 1000000);
  g_assert_cmpuint (pin_rules_drain_parallel (rules), >=, 1);
}

/* What "pinshift config cat" prints, a line each. */
static void
ask_for_entries (const PinRules *rules)
{
  g_autoptr (GPtrArray) entries = pin_rules_entries (rules);

  g_assert_cmpuint (entries->len, >=, 34);
  for (guint i = 0; i < entries->len; i++)
    {
      const PinRulesEntry *entry = g_ptr_array_index (entries, i);

      g_assert_null (strpbrk (entry->section, "\r\n"));
      g_assert_null (strpbrk (entry->value, "\r\n"));
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PinRules) rules = load (data, size, &error);
  g_autoptr (PinTerms) terms = NULL;

  if (rules == NULL)
    {
      g_assert_true (g_str_has_prefix (error->message, "/proc/self/fd/"));
      fuzz_assert_line (error->message);
      return 0;
    }
  terms = pin_rules_terms (rules, "rt-1");
  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    g_assert_cmpuint (terms->actions[setting] & ~pin_setting_actions (setting), ==, 0);
  ask_for_entries (rules);
  ask_for_groups (rules);
  ask_for_cluster (rules);
  return 0;
}
