/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pinshiftd, what it hears and goes by, and libvirt's daemon. */
#include "checks.h"

#include <string.h>

#define SPACE_LITTLE_KIB (16 * 1024)
#define SPACE_NONE_KIB 1024

void
pin_check_service (PinCheck *check)
{
  const char *version, *why = "";

  pin_facts_text (check->host->facts, "service-problem", &why);
  if (pin_facts_text (check->host->facts, "version", &version))
    return;
  if (pin_check_is_denied (check->host))
    pin_check_unseen (check, check->host, "whether its pinshiftd is well");
  else
    pin_check_find (check, PIN_FINDING_FAIL,
                    g_strdup_printf ("pinshiftd of %s does not answer%s%s", check->host->name, *why != '\0' ? ": " : "", why),
                    g_strdup_printf ("on %s: systemctl status pinshiftd, then systemctl enable --now pinshiftd", check->host->name));
}

static gboolean
is_none_running (const PinCheck *check)
{
  g_autofree const char **daemons = pin_facts_list (check->host->facts, "daemons");

  return daemons != NULL && daemons[0] == NULL;
}

void
pin_check_libvirt_daemon (PinCheck *check)
{
  g_autofree const char **daemons = pin_facts_list (check->host->facts, "daemons");

  if (daemons == NULL)
    pin_check_unseen (check, check->host, "whether a libvirt daemon runs");
  else if (daemons[0] == NULL)
    pin_check_find (check, PIN_FINDING_FAIL, g_strdup ("neither libvirtd nor virtqemud runs"),
                    g_strdup ("systemctl start libvirtd, or virtqemud where libvirt comes in several daemons"));
  else if (daemons[1] != NULL)
    pin_check_find (check, PIN_FINDING_NOTE, g_strdup ("both libvirtd and virtqemud run: each has guests that the other does not show"),
                    g_strdup ("systemctl disable --now the one that nobody uses, and its sockets"));
}

void
pin_check_libvirt_heard (PinCheck *check)
{
  const char *problem;

  if (is_none_running (check))
    pin_check_moot (check, "no libvirt daemon runs");
  else if (!pin_facts_text (check->host->facts, "libvirt-problem", &problem))
    pin_check_unseen (check, check->host, "whether libvirt is heard");
  else if (*problem != '\0')
    pin_check_find (check, PIN_FINDING_FAIL, g_strdup_printf ("pinshiftd does not hear libvirt: %s", problem),
                    g_strdup_printf ("systemctl status %s, and see that user pinshift is in group libvirt; then systemctl restart pinshiftd",
                                     pin_check_daemon (check->host)));
}

void
pin_check_policy_valid (PinCheck *check)
{
  const char *problem;

  if (!pin_facts_text (check->host->facts, "policy-problem", &problem))
    pin_check_unseen (check, check->host, "the policy");
  else if (*problem != '\0')
    pin_check_find (check, PIN_FINDING_FAIL, g_strdup_printf ("pinshiftd goes by the policy that it had before: %s", problem),
                    g_strdup ("pinshift config check, then systemctl reload pinshiftd"));
}

void
pin_check_maintenance (PinCheck *check)
{
  const char *why;

  if (!pin_facts_text (check->host->facts, "maintenance", &why))
    pin_check_unseen (check, check->host, "whether guests may come");
  else if (*why != '\0')
    pin_check_find (check, PIN_FINDING_WARN, g_strdup_printf ("no guest may come: %s", why),
                    g_strdup_printf ("pinshift maintenance %s off, or take it out of the policy where that says so", check->host->name));
}

/* It needs little: a record for each guest, its diary, and claims. */
void
pin_check_space (PinCheck *check)
{
  g_autoptr (GVariant) space = pin_facts_value (check->host->facts, "space", "a{st}");
  GVariantIter iter;
  const char *folder;
  guint64 left_kib;

  if (space == NULL)
    {
      pin_check_unseen (check, check->host, "how much space is left");
      return;
    }
  g_variant_iter_init (&iter, space);
  while (g_variant_iter_next (&iter, "{&st}", &folder, &left_kib))
    if (left_kib < SPACE_LITTLE_KIB)
      pin_check_find (check, left_kib < SPACE_NONE_KIB ? PIN_FINDING_FAIL : PIN_FINDING_WARN,
                      g_strdup_printf ("%s has %" G_GUINT64_FORMAT " KiB left: records and claims may be lost", folder, left_kib),
                      g_strdup_printf ("make room: df -h %s", folder));
}

void
pin_check_pinshift_version (PinCheck *check)
{
  const char *one, *other;

  if (!pin_facts_text (check->from->facts, "version", &one))
    pin_check_unseen (check, check->from, "the version of pinshift");
  else if (!pin_facts_text (check->host->facts, "version", &other))
    pin_check_unseen (check, check->host, "the version of pinshift");
  else if (strcmp (one, other) != 0)
    pin_check_find (check, PIN_FINDING_NOTE, g_strdup_printf ("%s has %s, %s has %s", check->from->name, one, check->host->name, other),
                    g_strdup ("bring both to one version when you can"));
}

static gboolean
has_policy_problem (const PinPatient *patient)
{
  const char *problem = "";

  return pin_facts_text (patient->facts, "policy-problem", &problem) && *problem != '\0';
}

void
pin_check_policy_same (PinCheck *check)
{
  const char *one, *other;

  if (has_policy_problem (check->from) || has_policy_problem (check->host))
    pin_check_moot (check, "a policy that is there was not taken");
  else if (!pin_facts_text (check->from->facts, "policy-digest", &one))
    pin_check_unseen (check, check->from, "the policy");
  else if (!pin_facts_text (check->host->facts, "policy-digest", &other))
    pin_check_unseen (check, check->host, "the policy");
  else if (strcmp (one, other) != 0)
    pin_check_find (check, PIN_FINDING_WARN,
                    g_strdup_printf ("%s goes by policy %.12s, %s by %.12s: guests are treated otherwise there", check->from->name, one,
                                     check->host->name, other),
                    g_strdup ("compare what pinshift config cat prints on both, copy /etc/pinshift, then systemctl reload pinshiftd"));
}
