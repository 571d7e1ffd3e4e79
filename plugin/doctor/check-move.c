/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One guest on one host: what its plan gives it, and what of it can't go anywhere. */
#include "checks.h"

#include "format/device-read.h"

/* Whether the guest needs KVM, and the host is known to have none: the check of guests' types has the remedy for that. */
static gboolean
lacks_kvm (const PinCheck *check)
{
  gboolean kvm;

  return check->guest->domain->guest->kvm && pin_facts_flag (check->host->facts, "kvm", &kvm) && !kvm;
}

/* CPUs are compared by checks of their own; they are the plan's only where that refuses the guest for them. */
static gboolean
is_told_elsewhere (const PinCheck *check, const PinReason *reason)
{
  return reason->setting == PIN_SETTING_CPU_MODEL && (reason->action != PIN_ACTION_REFUSE || lacks_kvm (check));
}

/* (transfer full) */
static char *
elsewhere (const PinCheck *check)
{
  return g_strdup_printf ("look for a host that has all of it: pinshift rank %s", check->guest->domain->guest->name);
}

static void
say_reason (PinCheck *check, const PinReason *reason)
{
  gboolean worse = pin_action_is_loss (reason->action) || reason->action == PIN_ACTION_WARN;

  if (reason->action <= PIN_ACTION_KEEP || is_told_elsewhere (check, reason))
    return;
  pin_check_find (check, worse ? PIN_FINDING_WARN : PIN_FINDING_NOTE,
                  g_strdup_printf ("%s: %s", pin_setting_name (reason->setting), reason->text), worse ? elsewhere (check) : NULL);
}

static void
say_refusal (PinCheck *check, const PinReason *reason)
{
  const char *remedy = check->plan->remedy;

  if (reason->action == PIN_ACTION_REFUSE && !is_told_elsewhere (check, reason))
    pin_check_find (check, PIN_FINDING_FAIL,
                    g_strdup_printf ("%s refuses it: %s: %s", check->host->name, pin_setting_name (reason->setting), reason->text),
                    remedy != NULL ? g_strdup (remedy) : elsewhere (check));
}

void
pin_check_plan (PinCheck *check)
{
  if (check->plan == NULL)
    pin_check_unseen (check, check->host, "what the guest would get");
  for (guint i = 0; check->plan != NULL && i < check->plan->reasons->len; i++)
    if (check->plan->verdict == PIN_VERDICT_REFUSE)
      say_refusal (check, g_ptr_array_index (check->plan->reasons, i));
    else
      say_reason (check, g_ptr_array_index (check->plan->reasons, i));
}

void
pin_check_devices (PinCheck *check)
{
  const PinDomain *domain = check->guest->domain;
  const char *name = domain->guest->name;
  const xmlNode *root = domain->doc != NULL ? xmlDocGetRootElement (domain->doc) : NULL;
  g_autoptr (GPtrArray) bonds = root != NULL ? pin_device_bonds (root) : NULL;

  if (bonds == NULL)
    pin_check_moot (check, "the guest's devices are not known");
  for (guint i = 0; bonds != NULL && i < bonds->len; i++)
    pin_check_find (check, PIN_FINDING_FAIL,
                    g_strdup_printf ("guest %s %s: it can't be migrated while it runs", name, (const char *)g_ptr_array_index (bonds, i)),
                    g_strdup_printf ("virsh edit %s without that, or virsh shutdown %s and virsh migrate --offline --persistent", name, name));
}
