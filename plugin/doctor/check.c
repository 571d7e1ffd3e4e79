/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "check.h"

#include <string.h>

/* Guests that are named; of the others, their number is told. */
#define NAMED 4

void
pin_check_find (PinCheck *check, PinLevel level, char *reason, char *remedy)
{
  g_ptr_array_add (check->findings, pin_finding_new (check->name, check->title, g_strdup (check->subject), level, reason, remedy));
}

gboolean
pin_check_is_denied (const PinPatient *patient)
{
  gboolean denied = FALSE;

  return pin_facts_flag (patient->facts, "service-denied", &denied) && denied;
}

/* What root may type on the host that is @patient, to see it: what is between two hosts is looked at by who names the other one. */
static char *
look_there (const PinCheck *check, const PinPatient *patient)
{
  const PinPatient *other = patient == check->host ? check->from : check->host;

  if (other == NULL)
    return g_strdup_printf ("on %s, as root: pinshift doctor", patient->name);
  return g_strdup_printf ("on %s, as root: pinshift doctor %s", patient->name, other->name);
}

void
pin_check_unseen (PinCheck *check, const PinPatient *patient, const char *what)
{
  const char *version;

  if (pin_facts_text (patient->facts, "version", &version))
    pin_check_find (check, PIN_FINDING_UNSEEN, g_strdup_printf ("%s could not be seen on %s", what, patient->name),
                    look_there (check, patient));
  else if (pin_check_is_denied (patient))
    pin_check_find (check, PIN_FINDING_UNSEEN, g_strdup_printf ("%s could not be seen on %s: its bus does not let you ask pinshiftd", what, patient->name),
                    g_strdup ("ask as root, or as a member of the group libvirt"));
  else
    pin_check_find (check, PIN_FINDING_UNSEEN, g_strdup_printf ("%s could not be seen on %s: its pinshiftd does not answer", what, patient->name),
                    g_strdup_printf ("on %s: systemctl start pinshiftd", patient->name));
}

void
pin_check_unheard (PinCheck *check, const PinPatient *patient, const char *what)
{
  g_autofree const char **daemons = pin_facts_list (patient->facts, "daemons");

  if (daemons != NULL && daemons[0] == NULL)
    pin_check_find (check, PIN_FINDING_UNSEEN, g_strdup_printf ("%s could not be seen on %s: no libvirt daemon runs", what, patient->name), NULL);
  else
    pin_check_unseen (check, patient, what);
}

void
pin_check_moot (PinCheck *check, const char *reason)
{
  pin_check_find (check, PIN_FINDING_UNSEEN, g_strdup (reason), NULL);
}

gboolean
pin_check_knows_guests (PinCheck *check)
{
  if (check->host->guests == NULL)
    pin_check_unheard (check, check->host, "which guests there are");
  return check->host->guests != NULL;
}

GPtrArray *
pin_check_travellers (PinCheck *check)
{
  g_autoptr (GPtrArray) travellers = g_ptr_array_new ();

  if (check->guest != NULL)
    {
      g_ptr_array_add (travellers, (gpointer)check->guest);
      return g_steal_pointer (&travellers);
    }
  if (check->from->guests == NULL)
    {
      pin_check_unheard (check, check->from, "which guests run");
      return NULL;
    }
  for (guint i = 0; i < check->from->guests->len; i++)
    {
      PinPatientGuest *guest = g_ptr_array_index (check->from->guests, i);

      if (guest->running)
        g_ptr_array_add (travellers, guest);
    }
  return g_steal_pointer (&travellers);
}

char *
pin_check_guests_text (const GPtrArray *names)
{
  GString *text = g_string_new (names->len == 1 ? "guest " : "guests ");

  for (guint i = 0; i < MIN (names->len, NAMED); i++)
    {
      gboolean last = i + 1 == names->len;

      g_string_append_printf (text, "%s%s", i == 0 ? "" : last ? " and " : ", ", (const char *)g_ptr_array_index (names, i));
    }
  if (names->len > NAMED)
    g_string_append_printf (text, " and %u more", names->len - NAMED);
  return g_string_free (text, FALSE);
}

static gboolean
is_home (const PinPatient *host, const PinHome *home)
{
  const char *uuid = host->snapshot != NULL ? host->snapshot->uuid : NULL;

  if (home == NULL || home->host_uuid == NULL)
    return FALSE;
  return strcmp (home->host_uuid, uuid != NULL || pin_facts_text (host->facts, "host-uuid", &uuid) ? uuid : "") == 0;
}

const PinPlacement *
pin_check_written (const PinPatient *host, const PinPatientGuest *guest, PinSetting setting)
{
  const PinRecord *record = guest->domain->record;

  if (record != NULL && (host == NULL || is_home (host, pin_original_home (record->original, setting))))
    return record->original->placement;
  return guest->domain->placement;
}

char *
pin_check_needy (const PinPatient *host, const GPtrArray *guests, const PinCheckNeed *need)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (guint i = 0; i < guests->len; i++)
    {
      const PinPatientGuest *guest = g_ptr_array_index (guests, i);

      if (need->holds (guest->domain->guest, pin_check_written (host, guest, need->setting)))
        g_ptr_array_add (names, guest->domain->guest->name);
    }
  return names->len > 0 ? pin_check_guests_text (names) : NULL;
}

PinCpuset *
pin_check_cpus (const PinPatient *patient, const char *key)
{
  const char *text;

  return pin_facts_text (patient->facts, key, &text) ? pin_cpuset_parse (text, NULL) : NULL;
}

char *
pin_check_cpus_text (const PinCpuset *cpus)
{
  g_autofree char *list = pin_cpuset_format (cpus);

  return g_strdup_printf ("CPU%s %s", pin_cpuset_count (cpus) == 1 ? "" : "s", list);
}

const char *
pin_check_daemon (const PinPatient *patient)
{
  g_autofree const char **daemons = pin_facts_list (patient->facts, "daemons");

  return daemons != NULL && g_strv_contains (daemons, "virtqemud") ? "virtqemud" : "libvirtd";
}

gboolean
pin_check_is_loopback (const char *address)
{
  return g_str_has_prefix (address, "127.") || strcmp (address, "::1") == 0 || g_str_has_prefix (address, "::ffff:127.");
}
