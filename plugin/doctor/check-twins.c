/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Guests that another host has already: libvirt takes no second one of a name or a UUID (libvirt: virDomainObjListAdd()), and says so late. */
#include "checks.h"

#include <string.h>

static void
say_other_uuid (PinCheck *check, const char *name)
{
  pin_check_find (check, PIN_FINDING_FAIL, g_strdup_printf ("guest %s can't arrive: %s has another one of that name", name, check->host->name),
                  g_strdup_printf ("shut one of them off, then: virsh domrename %s NEWNAME", name));
}

static void
say_other_name (PinCheck *check, const char *name, const char *there)
{
  pin_check_find (check, PIN_FINDING_FAIL,
                  g_strdup_printf ("guest %s can't arrive: %s has one with its UUID, which is named %s", name, check->host->name, there),
                  g_strdup_printf ("on %s, if it is a copy: virsh undefine %s, and define it without its <uuid>", check->host->name, there));
}

/* A guest that is migrated now is on both, too. */
static void
say_running (PinCheck *check, const char *name)
{
  pin_check_find (check, PIN_FINDING_WARN, g_strdup_printf ("guest %s runs on %s, too, if it is not on its way", name, check->host->name),
                  g_strdup_printf ("on the host where it does not work: virsh destroy %s", name));
}

/* It may arrive: what is there is replaced. */
static void
say_defined (PinCheck *check, const char *name)
{
  pin_check_find (check, PIN_FINDING_NOTE,
                  g_strdup_printf ("guest %s is defined on %s, too: who starts it there runs it twice", name, check->host->name),
                  g_strdup_printf ("on %s, if it was left behind: virsh undefine %s", check->host->name, name));
}

static void
compare (PinCheck *check, const PinGuest *guest, const PinPatientGuest *there)
{
  gboolean named_so = strcmp (guest->name, there->domain->guest->name) == 0;

  if (strcmp (guest->uuid, there->domain->guest->uuid) != 0)
    {
      if (named_so)
        say_other_uuid (check, guest->name);
    }
  else if (!named_so)
    say_other_name (check, guest->name, there->domain->guest->name);
  else if (there->running)
    say_running (check, guest->name);
  else
    say_defined (check, guest->name);
}

void
pin_check_twins (PinCheck *check)
{
  g_autoptr (GPtrArray) guests = pin_check_travellers (check);

  if (guests == NULL || guests->len == 0 || !pin_check_knows_guests (check))
    return;
  for (guint i = 0; i < guests->len; i++)
    for (guint j = 0; j < check->host->guests->len; j++)
      compare (check, ((const PinPatientGuest *) g_ptr_array_index (guests, i))->domain->guest, g_ptr_array_index (check->host->guests, j));
}
