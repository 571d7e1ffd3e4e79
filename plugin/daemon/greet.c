/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "greet.h"

#include "report.h"

static char *
misses_text (const PinRecord *record)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    {
      if (record->actions[setting] <= PIN_ACTION_KEEP)
        continue;
      g_string_append_printf (text, "%s%s %s%s%s", text->len > 0 ? "; " : "", pin_setting_name (setting),
                              pin_action_name (record->actions[setting]), record->reasons[setting] != NULL ? ": " : "",
                              record->reasons[setting] != NULL ? record->reasons[setting] : "");
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

void
pin_greet_again (const PinDomain *domain, const PinWatchListener *listener, gpointer data)
{
  const PinGuest *guest = domain->guest;
  g_autofree char *misses = domain->record != NULL ? misses_text (domain->record) : NULL;

  if (misses == NULL)
    return;
  if (misses[0] != '\0')
    listener->adapted (guest->name, guest->uuid, misses, data);
  else
    listener->restored (guest->name, guest->uuid, data);
}

void
pin_greet_arrival (const PinDomain *domain, const char *migration, const PinWatchListener *listener, gpointer data)
{
  const PinGuest *guest = domain->guest;
  g_autofree char *misses = domain->record != NULL ? misses_text (domain->record) : NULL;

  if (misses == NULL)
    pin_report (PIN_REPORT_ARRIVED, guest->name, guest->uuid, migration, "arrived");
  else if (misses[0] != '\0')
    pin_report (PIN_REPORT_ADAPTED, guest->name, guest->uuid, migration, "arrived with changes: %s", misses);
  else
    pin_report (PIN_REPORT_RESTORED, guest->name, guest->uuid, migration, "arrived with all that its owner wrote");
  pin_greet_again (domain, listener, data);
}
