/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "watch.h"

#include "entry.h"
#include "repair.h"
#include "report.h"
#include "trim.h"

#include "core/error.h"
#include "format/capabilities.h"

#include <string.h>
#include <time.h>

#define RESYNC_S 60

struct _PinWatch
{
  PinPicture *picture;
  PinVirt *virt;               /* NULL: nobody to follow */
  PinRepair *repair;
  const PinWatchListener *listener;
  gpointer data;
  GCancellable *alive;         /* cancelled when the watch ends: answers that come later find nothing */
  gboolean connected;
  guint resync_source;
};

/* A question to libvirt that is under way. */
typedef struct
{
  PinWatch *watch;
  GCancellable *alive;
  PinEntryKind kind;
  gboolean greet;              /* it just arrived: tell people */
  char *uuid;
  char *name;
} Errand;

gint64
pin_watch_now_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_BOOTTIME, &now);
  return (gint64)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static Errand *
errand_new (PinWatch *watch, PinEntryKind kind, const char *uuid, const char *name)
{
  Errand *errand = g_new0 (Errand, 1);

  errand->watch = watch;
  errand->alive = g_object_ref (watch->alive);
  errand->kind = kind;
  errand->uuid = g_strdup (uuid);
  errand->name = g_strdup (name);
  return errand;
}

static void
errand_free (Errand *errand)
{
  g_object_unref (errand->alive);
  g_free (errand->uuid);
  g_free (errand->name);
  g_free (errand);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Errand, errand_free)

static gboolean
is_over (const Errand *errand)
{
  return g_cancellable_is_cancelled (errand->alive);
}

static void
on_recorded (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Errand) errand = data;
  g_autoptr (GError) error = NULL;

  if (is_over (errand))
    return;
  if (!pin_virt_set_record_finish (errand->watch->virt, result, &error))
    g_message ("%s: the record could not be written, trying again at the next event: %s", errand->name, error->message);
}

static PinDomain *
parse (const char *xml, const char *name)
{
  g_autoptr (GError) error = NULL;
  PinDomain *domain = xml != NULL ? pin_domain_parse (xml, strlen (xml), &error) : NULL;

  if (error != NULL)
    g_warning ("%s: its XML can't be read, ignoring it: %s", name, error->message);
  return domain;
}

static void
write_records (PinWatch *watch, const PinDomain *live, const PinDomain *stored, PinEntryKind kind)
{
  g_autofree char *migration = g_uuid_string_random ();
  gboolean both = kind == PIN_ENTRY_STARTED || kind == PIN_ENTRY_FOUND;
  g_autoptr (PinRecord) live_record = pin_entry_record (watch->picture, live, kind, migration);
  g_autoptr (PinRecord) stored_record = stored != NULL && both ? pin_entry_record (watch->picture, stored, kind, migration) : NULL;
  g_autofree char *live_text = live_record != NULL ? pin_record_format (live_record) : NULL;
  g_autofree char *stored_text = stored_record != NULL ? pin_record_format (stored_record) : NULL;

  if (live_text == NULL && stored_text == NULL)
    return;
  pin_report (PIN_REPORT_RECORDED, live->guest->name, live->guest->uuid, migration, "%s",
              kind == PIN_ENTRY_ARRIVED ? "record renewed on arrival" : "record written: its placement here is the original");
  pin_virt_set_record_async (watch->virt, live->guest->uuid, live_text != NULL ? live_text : pin_virt_as_is,
                             stored_text != NULL ? stored_text : pin_virt_as_is, on_recorded,
                             errand_new (watch, kind, live->guest->uuid, live->guest->name));
}

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

static void
greet (PinWatch *watch, const PinDomain *domain)
{
  const PinGuest *guest = domain->guest;
  const char *migration = domain->record != NULL ? domain->record->migration : NULL;
  g_autofree char *misses = domain->record != NULL ? misses_text (domain->record) : NULL;

  if (misses != NULL && misses[0] != '\0')
    {
      pin_report (PIN_REPORT_ADAPTED, guest->name, guest->uuid, migration, "arrived with changes: %s", misses);
      watch->listener->adapted (guest->name, guest->uuid, misses, watch->data);
    }
  else if (misses != NULL)
    {
      pin_report (PIN_REPORT_RESTORED, guest->name, guest->uuid, migration, "arrived with all that its owner wrote");
      watch->listener->restored (guest->name, guest->uuid, watch->data);
    }
  else
    pin_report (PIN_REPORT_ARRIVED, guest->name, guest->uuid, migration, "arrived");
}

/* An active guest counts by its live XML: its claim has done its work. */
static void
note_guest (PinWatch *watch, const PinVirtGuest *guest, PinEntryKind kind, gboolean just_arrived)
{
  g_autoptr (PinDomain) live = parse (guest->live_xml, guest->name);
  g_autoptr (PinDomain) stored = parse (guest->inactive_xml, guest->name);

  pin_picture_put (watch->picture, guest, guest->running ? live : stored);
  if (guest->incoming)
    {
      pin_repair_expect (watch->repair, guest->uuid);
      pin_picture_renew (watch->picture, guest->uuid, pin_watch_now_ms ());
      return;
    }
  pin_repair_try (watch->repair, guest->uuid, guest->name);
  if (!guest->running || live == NULL)
    return;
  pin_picture_release (watch->picture, guest->uuid);
  if (just_arrived)
    greet (watch, live);
  write_records (watch, live, stored, kind);
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Errand) errand = data;
  g_autoptr (PinVirtGuest) guest = NULL;
  g_autoptr (GError) error = NULL;

  if (is_over (errand))
    return;
  guest = pin_virt_read_finish (errand->watch->virt, result, &error);
  if (guest != NULL)
    note_guest (errand->watch, guest, errand->kind, errand->greet);
  else
    pin_picture_drop (errand->watch->picture, errand->uuid);
  if (g_error_matches (error, PIN_ERROR, PIN_ERROR_NOT_FOUND))
    pin_repair_forget (errand->watch->repair, errand->uuid);
  errand->watch->listener->changed (errand->watch->data);
}

static void
read_guest (PinWatch *watch, PinEntryKind kind, gboolean just_arrived, const char *uuid, const char *name)
{
  Errand *errand = errand_new (watch, kind, uuid, name);

  errand->greet = just_arrived;
  pin_virt_read_async (watch->virt, uuid, on_read, errand);
}

static void
on_listed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Errand) errand = data;
  g_autoptr (GPtrArray) guests = NULL;
  g_autoptr (GError) error = NULL;
  PinWatch *watch = errand->watch;

  if (is_over (errand))
    return;
  guests = pin_virt_list_finish (watch->virt, result, &error);
  if (guests == NULL)
    {
      g_message ("libvirt's domains can't be listed, trying again within a minute: %s", error->message);
      return;
    }
  pin_picture_keep_only (watch->picture, guests);
  for (guint i = 0; i < guests->len; i++)
    note_guest (watch, g_ptr_array_index (guests, i), PIN_ENTRY_FOUND, FALSE);
  pin_picture_expire (watch->picture, pin_watch_now_ms ());
  watch->picture->heard = TRUE;
  watch->listener->changed (watch->data);
  pin_trim ();
}

static void
list_guests (PinWatch *watch)
{
  pin_virt_list_async (watch->virt, on_listed, errand_new (watch, PIN_ENTRY_FOUND, NULL, NULL));
}

static void
on_capabilities (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Errand) errand = data;
  g_autofree char *xml = NULL;
  g_autoptr (PinCapabilities) capabilities = NULL;
  g_autoptr (GError) error = NULL;

  if (is_over (errand))
    return;
  xml = pin_virt_capabilities_finish (errand->watch->virt, result, &error);
  capabilities = xml != NULL ? pin_capabilities_parse (xml, &error) : NULL;
  if (capabilities == NULL)
    {
      g_message ("libvirt's capabilities can't be read, going without: %s", error->message);
      return;
    }
  if (capabilities->uuid != NULL)
    pin_picture_set_uuid (errand->watch->picture, capabilities->uuid);
  pin_picture_set_tsc (errand->watch->picture, capabilities->tsc_hz, capabilities->tsc_scaling);
}

static void
on_connected (gpointer data)
{
  PinWatch *watch = data;

  watch->connected = TRUE;
  pin_virt_capabilities_async (watch->virt, on_capabilities, errand_new (watch, PIN_ENTRY_FOUND, NULL, NULL));
  list_guests (watch);
  watch->listener->changed (watch->data);
}

static void
on_disconnected (gpointer data)
{
  PinWatch *watch = data;

  watch->connected = FALSE;
  watch->listener->changed (watch->data);
}

static void
on_stopped (PinWatch *watch, const char *uuid, const char *name)
{
  pin_picture_release (watch->picture, uuid);
  pin_picture_drop (watch->picture, uuid);
  pin_repair_stopped (watch->repair, uuid);
  read_guest (watch, PIN_ENTRY_TUNED, FALSE, uuid, name);
}

static void
on_event (PinVirtEvent event, const char *uuid, const char *name, gpointer data)
{
  PinWatch *watch = data;

  switch (event)
    {
    case PIN_VIRT_STARTED:
      read_guest (watch, PIN_ENTRY_STARTED, FALSE, uuid, name);
      break;
    case PIN_VIRT_RESTORED:
      read_guest (watch, PIN_ENTRY_ARRIVED, TRUE, uuid, name);
      break;
    case PIN_VIRT_ARRIVING:
      pin_repair_expect (watch->repair, uuid);
      pin_picture_renew (watch->picture, uuid, pin_watch_now_ms ());
      break;
    case PIN_VIRT_ARRIVED:
      pin_repair_arrived (watch->repair, uuid);
      read_guest (watch, PIN_ENTRY_ARRIVED, TRUE, uuid, name);
      break;
    case PIN_VIRT_STOPPED:
      on_stopped (watch, uuid, name);
      break;
    case PIN_VIRT_DEFINED:
    case PIN_VIRT_UNDEFINED:
    case PIN_VIRT_TUNED:
      read_guest (watch, PIN_ENTRY_TUNED, FALSE, uuid, name);
      break;
    default:
      break;
    }
}

static gboolean
on_minute (gpointer data)
{
  PinWatch *watch = data;
  g_autoptr (GError) error = NULL;

  if (!pin_picture_look (watch->picture, &error))
    g_warning ("this host can't be read, keeping what is known: %s", error->message);
  pin_picture_expire (watch->picture, pin_watch_now_ms ());
  if (watch->connected)
    list_guests (watch);
  return G_SOURCE_CONTINUE;
}

PinWatch *
pin_watch_new (PinPicture *picture, const char *uri, const PinWatchListener *listener, gpointer data)
{
  static const PinVirtListener virt_listener = { on_connected, on_disconnected, on_event };
  PinWatch *watch = g_new0 (PinWatch, 1);

  watch->picture = picture;
  watch->listener = listener;
  watch->data = data;
  watch->alive = g_cancellable_new ();
  watch->resync_source = g_timeout_add_seconds (RESYNC_S, on_minute, watch);
  if (uri != NULL)
    watch->virt = pin_virt_new (uri, &virt_listener, watch);
  watch->repair = pin_repair_new (picture, watch->virt);
  return watch;
}

void
pin_watch_free (PinWatch *watch)
{
  if (watch == NULL)
    return;
  g_cancellable_cancel (watch->alive);
  g_source_remove (watch->resync_source);
  pin_repair_free (watch->repair);
  pin_virt_free (watch->virt);
  g_object_unref (watch->alive);
  g_free (watch);
}

gboolean
pin_watch_is_connected (const PinWatch *watch)
{
  return watch->connected;
}
