/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "checkup.h"

#include "checks.h"

typedef struct
{
  const char *name;
  const char *title;
  void (*look) (PinCheck *check);
} Row;

static const Row of_a_host[] = {
  { "service", "pinshiftd answers on the bus", pin_check_service },
  { "libvirt-daemon", "one libvirt daemon runs", pin_check_libvirt_daemon },
  { "libvirt-heard", "pinshiftd hears libvirt", pin_check_libvirt_heard },
  { "hook-present", "the hook is installed", pin_check_hook_present },
  { "hook-executable", "the hook can be executed", pin_check_hook_executable },
  { "hook-known", "libvirt's daemon knows the hook", pin_check_hook_known },
  { "other-hooks", "no other hooks run beside it", pin_check_other_hooks },
  { "selinux", "SELinux lets the hook work", pin_check_selinux },
  { "apparmor", "AppArmor lets the hook run", pin_check_apparmor },
  { "policy-valid", "the policy is valid", pin_check_policy_valid },
  { "maintenance", "guests may come", pin_check_maintenance },
  { "space", "pinshiftd has space to write", pin_check_space },
  { "host-name", "the host's name leads others to it", pin_check_host_name },
  { "certificates", "TLS certificates are good", pin_check_certificates },
  { "pages-mounted", "huge pages are mounted", pin_check_pages_mounted },
  { "pools", "guests find the huge pages they want", pin_check_pools },
  { "memory-backing", "shared memory of guests is no file on a disk", pin_check_memory_backing },
  { "numad", "guests that need numad find it", pin_check_numad },
  { "resctrl", "guests that need resctrl find it", pin_check_resctrl },
  { "irqbalance", "irqbalance keeps off isolated CPUs", pin_check_irqbalance },
  { "tuned", "tuned and the kernel isolate the same CPUs", pin_check_tuned },
  { "housekeeping", "guests' own CPUs are not the host's", pin_check_housekeeping },
  { "one-owner", "no two guests are on one dedicated CPU", pin_check_one_owner },
};

static void
look_at (const Row *rows, gsize n_rows, PinCheck *check)
{
  for (gsize i = 0; i < n_rows; i++)
    {
      guint before = check->findings->len;

      check->name = rows[i].name;
      check->title = rows[i].title;
      rows[i].look (check);
      if (check->findings->len == before)
        pin_check_find (check, PIN_FINDING_PASS, NULL, NULL);
    }
}

static GPtrArray *
findings_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify)pin_finding_free);
}

GPtrArray *
pin_checkup_host (const PinPatient *host, gint64 now_us)
{
  PinCheck check = { .subject = host->name, .host = host, .now_us = now_us, .findings = findings_new () };

  look_at (of_a_host, G_N_ELEMENTS (of_a_host), &check);
  return check.findings;
}
