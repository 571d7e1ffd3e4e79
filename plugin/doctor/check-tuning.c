/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who else runs on guests' CPUs: interrupts, the host, other guests. */
#include "checks.h"

#include <string.h>

/* Pairs of guests that are named. */
#define PAIRS_NAMED 4

/* CPUs that irqbalance is told to keep off; "-" in the facts: it is told to keep off none.  (transfer full) */
static PinCpuset *
banned_cpus (const PinPatient *host, gboolean *ret_told)
{
  const char *text;

  if (!pin_facts_text (host->facts, "irqbalance-banned", &text))
    return NULL;
  *ret_told = *text != '\0';
  return strcmp (text, "-") == 0 ? pin_cpuset_new () : pin_cpuset_parse (text, NULL);
}

/* Without a list of its own irqbalance keeps off isolated CPUs; with one it knows that list only. */
void
pin_check_irqbalance (PinCheck *check)
{
  gboolean told = FALSE, runs = FALSE;
  g_autoptr (PinCpuset) isolated = pin_check_cpus (check->host, "isolated");
  g_autoptr (PinCpuset) banned = banned_cpus (check->host, &told);
  g_autofree char *isolated_text = isolated != NULL ? pin_cpuset_format (isolated) : NULL;
  g_autofree char *banned_text = banned != NULL ? pin_cpuset_format (banned) : NULL;
  gboolean known = pin_facts_flag (check->host->facts, "irqbalance", &runs);

  if ((isolated != NULL && pin_cpuset_is_empty (isolated)) || (known && !runs))
    return;
  if (isolated == NULL || !known || banned == NULL)
    pin_check_unseen (check, check->host, "irqbalance or which CPUs are isolated");
  else if (told && !pin_cpuset_is_subset (isolated, banned))
    pin_check_find (check, PIN_FINDING_WARN,
                    g_strdup_printf ("CPUs %s are isolated, irqbalance is told to keep off %s%s: interrupts come to isolated CPUs", isolated_text,
                                     *banned_text != '\0' ? "" : "none", banned_text),
                    g_strdup_printf ("IRQBALANCE_BANNED_CPULIST=%s in /etc/default/irqbalance or /etc/sysconfig/irqbalance, "
                                     "then systemctl restart irqbalance", isolated_text));
}

/* Profiles isolate by isolcpus or by nohz_full, both on the kernel's command line: what is written there comes with the next boot. */
void
pin_check_tuned (PinCheck *check)
{
  g_autoptr (PinCpuset) wanted = pin_check_cpus (check->host, "tuned-isolated");
  g_autoptr (PinCpuset) isolated = pin_check_cpus (check->host, "isolated");
  g_autoptr (PinCpuset) nohz = pin_check_cpus (check->host, "nohz-full");
  const char *profile;
  g_autofree char *wanted_text = wanted != NULL ? pin_cpuset_format (wanted) : NULL;
  g_autofree char *isolated_text = isolated != NULL ? pin_cpuset_format (isolated) : NULL;

  if (!pin_facts_text (check->host->facts, "tuned-profile", &profile))
    {
      pin_check_unseen (check, check->host, "tuned's profile");
      return;
    }
  if (*profile == '\0' || (wanted != NULL && pin_cpuset_is_empty (wanted)))
    return;
  if (wanted == NULL || isolated == NULL)
    pin_check_unseen (check, check->host, "which CPUs tuned or the kernel isolates");
  else if (!pin_cpuset_equal (wanted, isolated) && (nohz == NULL || !pin_cpuset_equal (wanted, nohz)))
    pin_check_find (check, PIN_FINDING_WARN,
                    g_strdup_printf ("tuned's profile %s isolates CPUs %s, the kernel %s%s", profile, wanted_text,
                                     *isolated_text != '\0' ? "isolates " : "none", isolated_text),
                    g_strdup_printf ("set isolated_cores in /etc/tuned/%s-variables.conf as you want it, tuned-adm profile %s, then reboot", profile,
                                     profile));
}

/* CPUs that the owner of @guest gave single vCPUs on @host.  (transfer full) */
static PinCpuset *
own_cpus (const PinPatient *host, const PinPatientGuest *guest)
{
  const PinPlacement *placement = pin_check_written (host, guest, PIN_SETTING_VCPU_PINS);
  g_autoptr (PinCpuset) vcpus = pin_placement_dedicated_vcpus (placement);
  PinCpuset *cpus = pin_cpuset_new ();

  for (pin_cpuset_each (vcpus, vcpu))
    pin_cpuset_unite (cpus, pin_placement_find (placement->vcpupin, vcpu)->cpuset);
  return cpus;
}

/* CPUs that are for guests, as far as the host was divided; empty: it was not.  (transfer full) */
static PinCpuset *
guests_cpus (const PinPatient *host)
{
  PinCpuset *cpus = pin_check_cpus (host, "isolated");
  g_autoptr (PinCpuset) nohz = pin_check_cpus (host, "nohz-full");

  if (cpus != NULL)
    pin_cpuset_unite (cpus, nohz);
  return cpus;
}

static void
say_housekeeping (PinCheck *check, const PinPatientGuest *guest, const PinCpuset *cpus, const char *whose, const PinCpuset *better)
{
  g_autofree char *text = pin_check_cpus_text (cpus);
  g_autofree char *others = better != NULL ? pin_check_cpus_text (better) : g_strdup ("other CPUs");

  pin_check_find (check, PIN_FINDING_WARN,
                  g_strdup_printf ("guest %s has %s for its vCPUs alone: %s", guest->domain->guest->name, text, whose),
                  g_strdup_printf ("virsh edit %s: vcpupin to %s", guest->domain->guest->name, others));
}

/* The emulator and shared masks belong on housekeeping CPUs; a vCPU that has a CPU of its own does not. */
void
pin_check_housekeeping (PinCheck *check)
{
  g_autoptr (PinCpuset) divided = guests_cpus (check->host);
  const PinCpuset *reserved = check->host->snapshot != NULL ? check->host->snapshot->reserved : NULL;

  if (!pin_check_knows_guests (check))
    return;
  if (divided == NULL)
    {
      pin_check_unseen (check, check->host, "which CPUs are isolated");
      return;
    }
  for (guint i = 0; i < check->host->guests->len; i++)
    {
      const PinPatientGuest *guest = g_ptr_array_index (check->host->guests, i);
      g_autoptr (PinCpuset) kept = own_cpus (check->host, guest);
      g_autoptr (PinCpuset) outside = pin_cpuset_copy (kept);

      pin_cpuset_intersect (kept, reserved);
      pin_cpuset_subtract (outside, divided);
      if (!pin_cpuset_is_empty (kept))
        say_housekeeping (check, guest, kept, "that is kept for the host", NULL);
      else if (!pin_cpuset_is_empty (divided) && !pin_cpuset_is_empty (outside))
        say_housekeeping (check, guest, outside, "that is not isolated", divided);
    }
}

/* CPUs that both have for their own, and, where both run, those that one has and the other may use.  (transfer full) */
static PinCpuset *
contested (const PinTenant *one, const PinTenant *other)
{
  PinCpuset *both = pin_cpuset_copy (one->dedicated);
  g_autoptr (PinCpuset) used = pin_cpuset_copy (other->dedicated);
  g_autoptr (PinCpuset) back = pin_cpuset_copy (other->dedicated);

  if (one->running && other->running)
    pin_cpuset_unite (used, other->shared);
  pin_cpuset_intersect (both, used);
  if (one->running && other->running)
    {
      pin_cpuset_intersect (back, one->shared);
      pin_cpuset_unite (both, back);
    }
  return both;
}

static void
look_at_pair (PinCheck *check, const PinTenant *one, const PinTenant *other, GString *defined, guint *n_defined)
{
  g_autoptr (PinCpuset) cpus = contested (one, other);
  g_autofree char *list = pin_cpuset_format (cpus);
  g_autofree char *text = pin_check_cpus_text (cpus);

  if (pin_cpuset_is_empty (cpus))
    return;
  if (one->running && other->running)
    pin_check_find (check, PIN_FINDING_WARN, g_strdup_printf ("guests %s and %s both run on %s, meant for one alone", one->name, other->name, text),
                    g_strdup_printf ("pin one of them to other CPUs: virsh vcpupin %s, or virsh edit %s", other->name, other->name));
  else if ((*n_defined)++ < PAIRS_NAMED)
    g_string_append_printf (defined, "%s%s and %s: %s", defined->len > 0 ? "; " : "", one->name, other->name, list);
}

void
pin_check_one_owner (PinCheck *check)
{
  const GPtrArray *tenants = check->host->snapshot != NULL ? check->host->snapshot->domains : NULL;
  g_autoptr (GString) defined = g_string_new (NULL);
  guint n_defined = 0;

  if (tenants == NULL)
    {
      pin_check_unseen (check, check->host, "who is on which CPU");
      return;
    }
  for (guint i = 0; i < tenants->len; i++)
    for (guint j = i + 1; j < tenants->len; j++)
      look_at_pair (check, g_ptr_array_index (tenants, i), g_ptr_array_index (tenants, j), defined, &n_defined);
  if (n_defined > PAIRS_NAMED)
    g_string_append_printf (defined, "; and %u more", n_defined - PAIRS_NAMED);
  if (n_defined > 0)
    pin_check_find (check, PIN_FINDING_NOTE, g_strdup_printf ("guests that can't run together with CPUs of their own: %s", defined->str), NULL);
}
