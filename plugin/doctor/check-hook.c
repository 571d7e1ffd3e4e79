/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The hook: whether libvirt finds it, knows it, and may run it. */
#include "checks.h"

#include <string.h>

#define LINK "/etc/libvirt/hooks/qemu.d/60-pinshift"
#define PROGRAM "/usr/sbin/pinshift-hook"
#define NO_HOOK "there is no hook to look at"

static gboolean
is_there (const char *state)
{
  return strcmp (state, "present") == 0 || strcmp (state, "not-executable") == 0;
}

static const char *
path_of (const PinCheck *check)
{
  const char *path = LINK;

  pin_facts_text (check->host->facts, "hook-path", &path);
  return path;
}

/* Whether there is a hook, with which a check can go on; else why not is said. */
static gboolean
has_hook (PinCheck *check)
{
  const char *state;

  if (!pin_facts_text (check->host->facts, "hook", &state))
    pin_check_unseen (check, check->host, "the hook");
  else if (!is_there (state))
    pin_check_moot (check, NO_HOOK);
  else
    return TRUE;
  return FALSE;
}

void
pin_check_hook_present (PinCheck *check)
{
  const char *state;
  const char *path = path_of (check);
  g_autofree char *folder = g_path_get_dirname (path);

  if (!pin_facts_text (check->host->facts, "hook", &state))
    pin_check_unseen (check, check->host, "the hook");
  else if (strcmp (state, "absent") == 0)
    pin_check_find (check, PIN_FINDING_FAIL, g_strdup_printf ("%s is not there, so libvirt asks nobody about guests that arrive", path),
                    g_strdup_printf ("mkdir -p %s && ln -s " PROGRAM " %s && systemctl reload %s", folder, path, pin_check_daemon (check->host)));
  else if (strcmp (state, "dangling") == 0)
    pin_check_find (check, PIN_FINDING_FAIL, g_strdup_printf ("%s leads to a program that is not there", path),
                    g_strdup_printf ("ln -sf " PROGRAM " %s, or install pinshift again", path));
}

void
pin_check_hook_executable (PinCheck *check)
{
  const char *state;
  const char *target = PROGRAM;

  if (!has_hook (check))
    return;
  pin_facts_text (check->host->facts, "hook", &state);
  pin_facts_text (check->host->facts, "hook-target", &target);
  if (strcmp (state, "not-executable") == 0)
    pin_check_find (check, PIN_FINDING_FAIL, g_strdup_printf ("%s may not be executed, so libvirt passes over it", target),
                    g_strdup_printf ("chmod 755 %s", target));
}

/*
 * libvirt looks whether there are hooks at all when its daemon starts or is reloaded, and keeps to that.  A hook that has been called since
 * is known, whatever the times say.
 */
void
pin_check_hook_known (PinCheck *check)
{
  GVariant *facts = check->host->facts;
  const char *daemon = pin_check_daemon (check->host);
  g_autofree const char **daemons = pin_facts_list (facts, "daemons");
  gint64 changed, started, reloaded = 0, called = 0;

  if (!has_hook (check))
    return;
  if (daemons != NULL && daemons[0] == NULL)
    {
      pin_check_moot (check, "no libvirt daemon runs");
      return;
    }
  if (!pin_facts_time (facts, "hook-changed", &changed) || !pin_facts_time (facts, "daemon-started", &started))
    {
      pin_check_unseen (check, check->host, "when the hook and libvirt's daemon began");
      return;
    }
  pin_facts_time (facts, "daemon-reloaded", &reloaded);
  pin_facts_time (facts, "hook-called", &called);
  if (changed > MAX (started, MAX (reloaded, called)))
    pin_check_find (check, PIN_FINDING_WARN, g_strdup_printf ("the hook is newer than %s, which has not called it yet, and may not know it", daemon),
                    g_strdup_printf ("systemctl reload %s", daemon));
}

void
pin_check_other_hooks (PinCheck *check)
{
  g_autofree const char **others = pin_facts_list (check->host->facts, "other-hooks");
  g_autofree char *names = others != NULL ? g_strjoinv (", ", (char **)others) : NULL;

  if (others == NULL)
    pin_check_unseen (check, check->host, "libvirt's hook directory");
  else if (others[0] != NULL)
    pin_check_find (check, PIN_FINDING_NOTE, g_strdup_printf ("libvirt runs %s too: what one changes is what the next is given", names), NULL);
}

/* Whether @context, "system_u:system_r:virtqemud_t:s0", has @type. */
static gboolean
has_type (const char *context, const char *type)
{
  g_auto (GStrv) parts = g_strsplit (context, ":", 4);

  return g_strv_length (parts) >= 3 && strcmp (parts[2], type) == 0;
}

/*
 * Whether SELinux confines libvirt's daemon and the hook is not let out of that, as far as their labels tell.  The hook's own type counts unless
 * the module that has it is known to be gone.
 */
static gboolean
is_confined (const PinCheck *check)
{
  GVariant *facts = check->host->facts;
  const char *context;
  gboolean loaded = TRUE;

  pin_facts_flag (facts, "selinux-module", &loaded);
  if (loaded && pin_facts_text (facts, "selinux-hook", &context) && has_type (context, "pinshift_hook_exec_t"))
    return FALSE;
  return !pin_facts_text (facts, "selinux-daemon", &context) || has_type (context, "virtqemud_t");
}

static void
judge_label (PinCheck *check)
{
  const char *context;

  if (pin_facts_text (check->host->facts, "selinux-hook", &context))
    pin_check_find (check, PIN_FINDING_FAIL, g_strdup_printf (PROGRAM " is %s for SELinux, which is too little to pass a guest on", context),
                    g_strdup ("restorecon -v " PROGRAM));
}

/* virtqemud is confined, and so is a hook that it runs, unless the module pinshift lets it out; the kernel shows a type of no module as another. */
void
pin_check_selinux (PinCheck *check)
{
  GVariant *facts = check->host->facts;
  const char *state;
  gboolean loaded;

  if (!pin_facts_text (facts, "selinux", &state))
    pin_check_unseen (check, check->host, "whether SELinux is on");
  else if (strcmp (state, "enforcing") != 0 || !is_confined (check) || !has_hook (check))
    return;
  else if (!pin_facts_flag (facts, "selinux-module", &loaded))
    pin_check_unseen (check, check->host, "which modules SELinux has");
  else if (loaded)
    judge_label (check);
  else
    pin_check_find (check, PIN_FINDING_FAIL,
                    g_strdup ("SELinux is enforcing without the module pinshift: the hook is as confined as libvirt's daemon"),
                    g_strdup ("install pinshift-selinux, or semodule -i pinshift.pp and restorecon -v " PROGRAM));
}

static gboolean
is_reachable (const char *target)
{
  static const char *const folders[] = { "/usr/bin", "/usr/sbin", "/bin", "/sbin" };
  g_autofree char *folder = g_path_get_dirname (target);

  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    if (strcmp (folder, folders[i]) == 0)
      return TRUE;
  return FALSE;
}

/* libvirt's profile runs what lies in those folders, and AppArmor goes by the program, not by the link. */
void
pin_check_apparmor (PinCheck *check)
{
  const char *profile, *target;
  g_autofree char *name = NULL;

  if (!pin_facts_text (check->host->facts, "apparmor", &profile))
    {
      pin_check_unseen (check, check->host, "whether AppArmor confines libvirt's daemon");
      return;
    }
  if (strstr (profile, "(enforce)") == NULL || !has_hook (check))
    return;
  if (!pin_facts_text (check->host->facts, "hook-target", &target))
    {
      pin_check_unseen (check, check->host, "where the hook leads");
      return;
    }
  name = g_strndup (profile, strcspn (profile, " "));
  if (!is_reachable (target))
    pin_check_find (check, PIN_FINDING_FAIL,
                    g_strdup_printf ("AppArmor confines %s, which may not run %s: every guest fails to start", name, target),
                    g_strdup_printf ("ln -sf " PROGRAM " %s, with the program there", path_of (check)));
}
