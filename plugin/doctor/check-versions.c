/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether libvirt, QEMU and the kernel there can go on with what was started here. */
#include "checks.h"

#include "format/xml-value.h"

#include <string.h>

/* "9.0.0".  (transfer full) */
static char *
version_text (guint version)
{
  return g_strdup_printf ("%u.%u.%u", version / 1000000, version / 1000 % 1000, version % 1000);
}

/* Guests go to newer versions; whether they can go to older ones nobody has tried. */
static void
judge_version (PinCheck *check, const char *key, const char *what)
{
  guint here, there;
  g_autofree char *it = g_strdup_printf ("the version of %s", what);

  if (!pin_facts_number (check->from->facts, key, &here))
    pin_check_unheard (check, check->from, it);
  else if (!pin_facts_number (check->host->facts, key, &there))
    pin_check_unheard (check, check->host, it);
  else if (there < here)
    {
      g_autofree char *old = version_text (there);
      g_autofree char *newer = version_text (here);

      pin_check_find (check, PIN_FINDING_WARN,
                      g_strdup_printf ("%s of %s is %s, that of %s %s: guests may not be taken by an older one", what, check->from->name, newer,
                                       check->host->name, old),
                      g_strdup_printf ("upgrade %s, or move guests the other way only", check->host->name));
    }
}

void
pin_check_libvirt_version (PinCheck *check)
{
  judge_version (check, "libvirt-version", "libvirt");
}

void
pin_check_qemu_version (PinCheck *check)
{
  judge_version (check, "qemu-version", "QEMU");
}

/* Guests that are emulated on another architecture have machine types of that. */
static gboolean
is_native (const PinPatient *host, const PinGuest *guest)
{
  const char *arch = host->snapshot != NULL ? host->snapshot->arch : NULL;

  return arch == NULL || guest->arch == NULL || strcmp (arch, guest->arch) == 0;
}

static void
say_unknown_machine (PinCheck *check, const GPtrArray *guests, const char *machine)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autofree char *whose = NULL;

  for (guint i = 0; i < guests->len; i++)
    {
      const PinPatientGuest *guest = g_ptr_array_index (guests, i);

      if (g_strcmp0 (guest->domain->guest->machine, machine) == 0)
        g_ptr_array_add (names, guest->domain->guest->name);
    }
  whose = pin_check_guests_text (names);
  pin_check_find (check, PIN_FINDING_FAIL, g_strdup_printf ("QEMU of %s does not know machine type %s of %s", check->host->name, machine, whose),
                  g_strdup_printf ("upgrade QEMU of %s, or give the guest an older machine type and start it anew", check->host->name));
}

void
pin_check_machine_types (PinCheck *check)
{
  g_autofree const char **machines = pin_facts_list (check->host->facts, "machines");
  g_autoptr (GPtrArray) guests = pin_check_travellers (check);
  g_autoptr (GPtrArray) said = g_ptr_array_new ();

  if (machines == NULL)
    pin_check_unheard (check, check->host, "which machine types QEMU has");
  else if (machines[0] == NULL)
    pin_check_find (check, PIN_FINDING_FAIL, g_strdup_printf ("libvirt of %s finds no QEMU", check->host->name),
                    g_strdup_printf ("on %s: install QEMU, then systemctl restart %s", check->host->name, pin_check_daemon (check->host)));
  for (guint i = 0; guests != NULL && machines != NULL && machines[0] != NULL && i < guests->len; i++)
    {
      const PinGuest *guest = ((const PinPatientGuest *)g_ptr_array_index (guests, i))->domain->guest;

      if (guest->machine == NULL || !is_native (check->host, guest) || g_strv_contains (machines, guest->machine)
          || g_ptr_array_find_with_equal_func (said, guest->machine, g_str_equal, NULL))
        continue;
      g_ptr_array_add (said, guest->machine);
      say_unknown_machine (check, guests, guest->machine);
    }
}

/* Those of @guests that are of type kvm, as text.  (transfer full) NULL: none. */
static char *
find_kvm (const PinPatient *host, const GPtrArray *guests)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (guint i = 0; i < guests->len; i++)
    {
      const PinDomain *domain = ((const PinPatientGuest *)g_ptr_array_index (guests, i))->domain;
      const xmlNode *root = domain->doc != NULL ? xmlDocGetRootElement (domain->doc) : NULL;

      if (root != NULL && pin_xml_attr_is (root, "type", "kvm") && is_native (host, domain->guest))
        g_ptr_array_add (names, domain->guest->name);
    }
  return names->len > 0 ? pin_check_guests_text (names) : NULL;
}

void
pin_check_guest_type (PinCheck *check)
{
  g_autofree const char **machines = pin_facts_list (check->host->facts, "machines");
  g_autoptr (GPtrArray) guests = pin_check_travellers (check);
  g_autofree char *whose = guests != NULL ? find_kvm (check->host, guests) : NULL;
  gboolean kvm;

  if (whose == NULL)
    return;
  if (machines != NULL && machines[0] == NULL)
    pin_check_moot (check, "libvirt there finds no QEMU");
  else if (!pin_facts_flag (check->host->facts, "kvm", &kvm))
    pin_check_unheard (check, check->host, "whether KVM can be used");
  else if (!kvm)
    pin_check_find (check, PIN_FINDING_FAIL, g_strdup_printf ("%s has no KVM, which type='kvm' of %s needs", check->host->name, whose),
                    g_strdup_printf ("on %s: switch virtualization on in the firmware, modprobe kvm_intel or kvm_amd, then systemctl restart %s",
                                     check->host->name, pin_check_daemon (check->host)));
}
