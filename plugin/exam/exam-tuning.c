/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* CPUs that are kept free for guests, and the services that could spoil it; numad. */
#include "exam-parts.h"

#include "host-file.h"
#include "process.h"
#include "assignment.h"
#include "host/sysfs-root.h"

#include <string.h>

/* CPUs as people write them; NULL: @text is no such list.  (transfer full) */
static char *
format_list (const char *text)
{
  g_autoptr (PinCpuset) set = *text == '\0' ? pin_cpuset_new () : pin_cpuset_parse (text, NULL);

  return set == NULL ? NULL : pin_cpuset_format (set);
}

/* A kernel that does not know the file keeps no CPUs that way. */
static void
add_kernel_list (const PinExamOrder *order, const char *path, const char *key, GVariantDict *facts)
{
  g_autofree char *text = NULL;
  g_autofree char *list = NULL;
  PinExamSight sight = pin_exam_read (order, path, &text);

  if (sight == PIN_EXAM_HIDDEN)
    return;
  list = format_list (text == NULL || strcmp (text, "(null)") == 0 ? "" : text);
  if (list != NULL)
    g_variant_dict_insert (facts, key, "s", list);
}

/* Of the two variables irqbalance takes the older first; an empty one is none.  (transfer full) NULL: nobody understands them. */
static char *
banned_cpus (const char *text)
{
  g_autofree char *mask = pin_exam_setting (text, "IRQBALANCE_BANNED_CPUS");
  g_autofree char *list = pin_exam_setting (text, "IRQBALANCE_BANNED_CPULIST");
  g_autoptr (PinCpuset) set = NULL;

  if (mask != NULL && *mask != '\0')
    set = pin_sysfs_parse_mask (mask);
  else if (list == NULL || *list == '\0')
    return g_strdup ("");
  else if (strcmp (list, "-") == 0)
    return g_strdup ("-");
  else
    set = pin_cpuset_parse (list, NULL);
  if (set == NULL)
    return NULL;
  return pin_cpuset_is_empty (set) ? g_strdup ("-") : pin_cpuset_format (set);
}

static void
add_banned (const PinExamOrder *order, GVariantDict *facts)
{
  static const char *const paths[] = { "/etc/default/irqbalance", "/etc/sysconfig/irqbalance" };
  g_autoptr (GString) all = g_string_new (NULL);
  g_autofree char *banned = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autofree char *text = NULL;
      PinExamSight sight = pin_exam_read (order, paths[i], &text);

      if (sight == PIN_EXAM_HIDDEN)
        return;
      if (sight == PIN_EXAM_SEEN)
        g_string_append_printf (all, "%s\n", text);
    }
  banned = banned_cpus (all->str);
  if (banned != NULL)
    g_variant_dict_insert (facts, "irqbalance-banned", "s", banned);
}

static void
add_irqbalance (const PinExamOrder *order, GVariantDict *facts)
{
  guint pid;

  if (pin_exam_find_service (order, "irqbalance", &pid))
    g_variant_dict_insert (facts, "irqbalance", "b", pid != 0);
  add_banned (order, facts);
}

/* Adds what @profile isolates to @isolated.  FALSE: that can't be told, as where it is worked out by tuned itself. */
static gboolean
unite_isolated (const PinExamOrder *order, const char *profile, PinCpuset *isolated)
{
  g_autofree char *path = g_strdup_printf ("/etc/tuned/%s-variables.conf", profile);
  g_autofree char *text = NULL;
  g_autofree char *list = NULL;
  g_autoptr (PinCpuset) set = NULL;
  PinExamSight sight = strchr (profile, '/') == NULL ? pin_exam_read (order, path, &text) : PIN_EXAM_HIDDEN;

  if (sight != PIN_EXAM_SEEN)
    return sight == PIN_EXAM_MISSING;
  list = pin_exam_setting (text, "isolated_cores");
  if (list == NULL || *list == '\0')
    return TRUE;
  set = pin_cpuset_parse (list, NULL);
  pin_cpuset_unite (isolated, set);
  return set != NULL;
}

/* Several profiles may be active at once: "throughput-performance cpu-partitioning". */
static void
add_tuned (const PinExamOrder *order, GVariantDict *facts)
{
  g_autofree char *active = NULL;
  g_auto (GStrv) profiles = NULL;
  g_autoptr (PinCpuset) isolated = pin_cpuset_new ();
  g_autofree char *list = NULL;

  if (pin_exam_read (order, "/etc/tuned/active_profile", &active) == PIN_EXAM_HIDDEN)
    return;
  pin_exam_add_text (facts, "tuned-profile", active == NULL ? "" : g_strstrip (active));
  profiles = g_strsplit_set (active == NULL ? "" : active, " \t\n", -1);
  for (guint i = 0; profiles[i] != NULL; i++)
    if (*profiles[i] != '\0' && !unite_isolated (order, profiles[i], isolated))
      return;
  list = pin_cpuset_format (isolated);
  g_variant_dict_insert (facts, "tuned-isolated", "s", list);
}

/* libvirt looks where it was when libvirt was built, or along its PATH. */
static void
add_numad (const PinExamOrder *order, GVariantDict *facts)
{
  static const char *const paths[] = { "/usr/bin/numad", "/usr/sbin/numad", "/bin/numad", "/sbin/numad" };
  gboolean found = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      struct stat status;
      g_autofree char *target = pin_exam_follow (order, paths[i], &status);

      if (target == NULL)
        return;
      found |= S_ISREG (status.st_mode) && (status.st_mode & 0111) != 0;
    }
  g_variant_dict_insert (facts, "numad", "b", found);
}

void
pin_exam_tuning (const PinExamOrder *order, GVariantDict *facts)
{
  add_kernel_list (order, "/sys/devices/system/cpu/isolated", "isolated", facts);
  add_kernel_list (order, "/sys/devices/system/cpu/nohz_full", "nohz-full", facts);
  add_irqbalance (order, facts);
  add_tuned (order, facts);
  add_numad (order, facts);
}
