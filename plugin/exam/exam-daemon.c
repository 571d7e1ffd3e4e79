/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libvirt's daemon: which runs, since when, and what AppArmor makes of it. */
#include "exam-parts.h"

#include "host-file.h"
#include "process.h"
#include "systemd.h"

#include <string.h>

/* The one that counts is last. */
static const char *const daemon_names[] = { "libvirtd", "virtqemud" };

/* *ret_on: whether the kernel has AppArmor switched on.  FALSE: that can't be told. */
static gboolean
see_apparmor (const PinExamOrder *order, gboolean *ret_on)
{
  g_autofree char *enabled = NULL;
  PinExamSight sight = pin_exam_read (order, "/sys/module/apparmor/parameters/enabled", &enabled);

  *ret_on = sight == PIN_EXAM_SEEN && *enabled == 'Y';
  return sight != PIN_EXAM_HIDDEN;
}

/* The profile of process @pid; NULL: not seen.  (transfer full) */
static char *
read_profile (const PinExamOrder *order, guint pid)
{
  static const char *const names[] = { "apparmor/current", "current" };
  char *profile = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (names) && profile == NULL; i++)
    {
      g_autofree char *path = g_strdup_printf ("/proc/%u/attr/%s", pid, names[i]);

      pin_exam_read (order, path, &profile);
    }
  return profile;
}

/* A profile may be there and confine nothing: "libvirtd (unconfined)". */
static gboolean
is_unconfined (const char *profile)
{
  return strcmp (profile, "unconfined") == 0 || g_str_has_suffix (profile, "(unconfined)");
}

static void
add_apparmor (const PinExamOrder *order, guint pid, GVariantDict *facts)
{
  g_autofree char *profile = NULL;
  gboolean on;

  if (!see_apparmor (order, &on))
    return;
  if (on && pid != 0)
    profile = read_profile (order, pid);
  if (!on)
    g_variant_dict_insert (facts, "apparmor", "s", "");
  else if (profile != NULL)
    pin_exam_add_text (facts, "apparmor", is_unconfined (profile) ? "" : profile);
}

static void
add_times (const PinExamOrder *order, const char *name, guint pid, GVariantDict *facts)
{
  gint64 when;

  if (pin_exam_process_started (order, pid, &when))
    g_variant_dict_insert (facts, "daemon-started", "x", when);
  if (pin_exam_service_reloaded (order, name, &when))
    g_variant_dict_insert (facts, "daemon-reloaded", "x", when);
}

/* What SELinux calls it: the file has that where AppArmor does not run. */
static void
add_selinux (const PinExamOrder *order, guint pid, GVariantDict *facts)
{
  g_autofree char *path = g_strdup_printf ("/proc/%u/attr/current", pid);
  g_autofree char *enforce = NULL;
  g_autofree char *label = NULL;

  if (pin_exam_read (order, "/sys/fs/selinux/enforce", &enforce) == PIN_EXAM_SEEN && pin_exam_read (order, path, &label) == PIN_EXAM_SEEN)
    pin_exam_add_text (facts, "selinux-daemon", label);
}

void
pin_exam_daemon (const PinExamOrder *order, GVariantDict *facts)
{
  g_auto (GVariantBuilder) running = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_STRING_ARRAY);
  const char *name = NULL;
  guint chosen = 0;

  for (guint i = 0; i < G_N_ELEMENTS (daemon_names); i++)
    {
      guint pid;

      if (!pin_exam_find_service (order, daemon_names[i], &pid))
        return;
      if (pid == 0)
        continue;
      g_variant_builder_add (&running, "s", daemon_names[i]);
      name = daemon_names[i];
      chosen = pid;
    }
  g_variant_dict_insert_value (facts, "daemons", g_variant_builder_end (&running));
  if (chosen != 0)
    {
      add_times (order, name, chosen, facts);
      add_selinux (order, chosen, facts);
    }
  add_apparmor (order, chosen, facts);
}
