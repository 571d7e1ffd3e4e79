/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "checkup.h"

#include "checks.h"

typedef struct
{
  const char *name;
  const char *title;
  void (*look) (PinCheck *check);
  gboolean is_planned; /* of one guest, the plan of its move knows better */
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

static const Row of_a_pair[] = {
  { "host-uuids", "each host has a UUID of its own", pin_check_host_uuids },
  { "host-names", "each host has a name of its own", pin_check_host_names },
  { "pinshift-version", "both have one version of pinshift", pin_check_pinshift_version },
  { "policy-same", "both go by one policy", pin_check_policy_same },
  { "clocks", "the clocks agree", pin_check_clocks },
  { "tls-authority", "both trust one TLS authority", pin_check_tls_authority },
};

static const Row of_a_road[] = {
  { "libvirt-version", "libvirt there is not older", pin_check_libvirt_version },
  { "qemu-version", "QEMU there is not older", pin_check_qemu_version },
  { "machine-types", "QEMU there has the guests' machine types", pin_check_machine_types },
  { "guest-type", "KVM is there for guests that run by it", pin_check_guest_type },
  { "name-resolves", "the name of the other host leads there", pin_check_name_resolves },
  { "migration-ports", "migration ports can be reached", pin_check_migration_ports },
  { "migration-address", "QEMU there waits on the network", pin_check_migration_address },
  { "tls-name", "the TLS certificate there is for its name", pin_check_tls_name },
  { "twins", "no other guest is in the guests' place there", pin_check_twins },
  { "storage", "the guests' disks are there", pin_check_storage },
  { "cpu-features", "the CPU there has what guests saw of theirs", pin_check_cpu_features },
  { "tsc", "the TSC there is as fast, or can be scaled", pin_check_tsc },
  { "nested", "guests that nest can do so there", pin_check_nested },
  { "pages-there", "huge pages of the guests' sizes are there", pin_check_pages_there, TRUE },
  { "memory-backing-there", "shared memory is no file on a disk there", pin_check_memory_backing_there },
  { "numad-there", "numad is there for guests that need it", pin_check_numad_there },
  { "resctrl-there", "resctrl is there for guests that need it", pin_check_resctrl_there, TRUE },
};

static const Row of_a_move[] = {
  { "plan", "the guest fits as written", pin_check_plan },
  { "devices", "the guest can be migrated while it runs", pin_check_devices },
};

static void
look_at (const Row *rows, gsize n_rows, PinCheck *check)
{
  for (gsize i = 0; i < n_rows; i++)
    {
      guint before = check->findings->len;

      if (rows[i].is_planned && check->guest != NULL)
        continue;
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

GPtrArray *
pin_checkup_pair (const PinPatient *one, const PinPatient *other)
{
  g_autofree char *subject = g_strdup_printf ("%s and %s", one->name, other->name);
  PinCheck check = { .subject = subject, .from = one, .host = other, .findings = findings_new () };

  look_at (of_a_pair, G_N_ELEMENTS (of_a_pair), &check);
  return check.findings;
}

GPtrArray *
pin_checkup_road (const PinPatient *from, const PinPatient *to, const PinPatientGuest *guest)
{
  g_autofree char *subject = g_strdup_printf ("%s to %s", from->name, to->name);
  PinCheck check = { .subject = subject, .from = from, .host = to, .guest = guest, .findings = findings_new () };

  look_at (of_a_road, G_N_ELEMENTS (of_a_road), &check);
  return check.findings;
}

GPtrArray *
pin_checkup_move (const PinPatient *to, const PinPatientGuest *guest, const PinPlan *plan)
{
  g_autofree char *subject = g_strdup_printf ("%s to %s", guest->domain->guest->name, to->name);
  PinCheck check = { .subject = subject, .host = to, .guest = guest, .plan = plan, .findings = findings_new () };

  look_at (of_a_move, G_N_ELEMENTS (of_a_move), &check);
  return check.findings;
}
