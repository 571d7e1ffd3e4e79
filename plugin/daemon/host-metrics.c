/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host-metrics.h"

#include "service/exposition.h"

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (((const PinResident *) a)->name, ((const PinResident *) b)->name);
}

/* Guests that run and have a record, by name.  (transfer container) */
static GList *
recorded (const PinPicture *picture)
{
  GHashTableIter iter;
  gpointer resident;
  GList *found = NULL;

  g_hash_table_iter_init (&iter, picture->residents);
  while (g_hash_table_iter_next (&iter, NULL, &resident))
    if (((PinResident *) resident)->running && pin_resident_record (resident) != NULL)
      found = g_list_insert_sorted (found, resident, compare_names);
  return found;
}

static void
add_adapted (GString *text, const PinResident *resident)
{
  const PinRecord *record = pin_resident_record (resident);

  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    if (record->actions[setting] > PIN_ACTION_KEEP)
      pin_exposition_add (text, "pinshift_domain_adapted", 1, "domain", resident->name, "uuid", resident->uuid, "setting",
                          pin_setting_name (setting), "action", pin_action_name (record->actions[setting]), NULL);
}

/* By UUID, if this host has one. */
static gboolean
is_here (const PinHome *home, const PinSnapshot *host)
{
  return host->uuid != NULL ? home->host_uuid == NULL || g_str_equal (home->host_uuid, host->uuid)
                            : g_strcmp0 (home->host_name, host->name) == 0;
}

/* A home that is another host than this one, or NULL. */
static const PinHome *
home_elsewhere (const PinPicture *picture, const PinRecord *record)
{
  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    {
      const PinHome *home = pin_original_home (record->original, setting);

      if (home != NULL && !is_here (home, picture->machine))
        return home;
    }
  return NULL;
}

static void
add_away (GString *text, const PinPicture *picture, const PinResident *resident)
{
  const PinHome *home = home_elsewhere (picture, pin_resident_record (resident));

  if (home != NULL)
    pin_exposition_add (text, "pinshift_domain_away_from_home", 1, "domain", resident->name, "uuid", resident->uuid, "host",
                        home->host_name, NULL);
}

static void
add_domains (GString *text, const PinPicture *picture)
{
  g_autoptr (GList) residents = recorded (picture);

  pin_exposition_begin (text, "pinshift_domain_adapted", PIN_METRIC_GAUGE,
                        "Always 1: this setting of a running guest is not what its owner wrote.");
  for (GList *item = residents; item != NULL; item = item->next)
    add_adapted (text, item->data);
  pin_exposition_begin (text, "pinshift_domain_away_from_home", PIN_METRIC_GAUGE,
                        "Always 1: a running guest whose placement was written on another host.");
  for (GList *item = residents; item != NULL; item = item->next)
    add_away (text, picture, item->data);
}

void
pin_host_metrics (GString *text, const PinPicture *picture)
{
  pin_exposition_begin (text, "pinshift_libvirt_connected", PIN_METRIC_GAUGE, "Whether libvirt can be asked.");
  pin_exposition_add (text, "pinshift_libvirt_connected", picture->connected, NULL);
  pin_exposition_begin (text, "pinshift_maintenance", PIN_METRIC_GAUGE, "Whether the host is in maintenance.");
  pin_exposition_add (text, "pinshift_maintenance", picture->machine->maintenance, NULL);
  pin_exposition_begin (text, "pinshift_claims", PIN_METRIC_GAUGE, "Guests on their way here that room is kept for.");
  pin_exposition_add (text, "pinshift_claims", g_hash_table_size (picture->ledger->claims), NULL);
  add_domains (text, picture);
}
