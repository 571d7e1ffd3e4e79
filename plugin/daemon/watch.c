/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "watch.h"

#include "claims.h"
#include "clock.h"
#include "greet.h"
#include "inplace.h"
#include "repair.h"
#include "trim.h"

#include "core/error.h"
#include "format/capabilities.h"

#include <string.h>

#define RESYNC_S 60
/* No event: libvirt was asked for all that it has. */
#define LISTED -1

struct _PinWatch
{
  PinPicture *picture;
  char *uri;                   /* NULL: nobody to follow */
  PinVirt *virt;               /* NULL: the same */
  PinRegistry *registry;
  PinRepair *repair;
  PinRepin *repin;
  PinInplace *inplace;
  const PinWatchListener *listener;
  gpointer data;
  GCancellable *alive;         /* cancelled when the watch ends: answers that come later find nothing */
  guint resync_source;
};

/* A question to libvirt that is under way. */
typedef struct
{
  PinWatch *watch;
  GCancellable *alive;
  PinEntryKind kind;
  gint event;                  /* PinVirtEvent that it is about, or LISTED */
  gboolean repinned;           /* it has just got other pins: tell people */
  gint64 asked_ms;             /* of a list: when it was asked for */
  char *uuid;
  char *name;
} Errand;

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

static PinDomain *
parse (const char *xml, const char *name)
{
  g_autoptr (GError) error = NULL;
  PinDomain *domain = xml != NULL ? pin_domain_parse (xml, strlen (xml), &error) : NULL;

  if (error != NULL)
    g_warning ("%s: its XML can't be read, ignoring it: %s", name, error->message);
  return domain;
}

/*
 * A claim that is still there says that the hook let the guest in.  It may have arrived while this service was away: then libvirt lists
 * it as one that came.
 */
static gboolean
has_just_arrived (const PinClaim *claim, const PinVirtGuest *guest, const Errand *errand)
{
  return claim != NULL && (claim->seen || errand->event == PIN_VIRT_ARRIVED || (errand->event == LISTED && guest->came));
}

/* Its persistent definition is told of before its arrival is, and looked at maybe only after: the word of the arrival is on its way. */
static gboolean
will_be_told (const PinClaim *claim, const Errand *errand)
{
  return claim != NULL && claim->seen && (errand->event == PIN_VIRT_DEFINED || errand->event == PIN_VIRT_TUNED);
}

/* An active guest counts by its live XML: its claim has done its work. */
static void
note_running (PinWatch *watch, const PinVirtGuest *guest, PinDomain *live, PinDomain *stored, const Errand *errand)
{
  const PinClaim *claim = pin_ledger_find (watch->picture->ledger, guest->uuid);
  /* Its record is about to get the ID of the next one. */
  g_autofree char *migration = live != NULL && live->record != NULL ? g_strdup (live->record->migration) : NULL;
  gboolean arrived = has_just_arrived (claim, guest, errand);
  PinEntryKind kind = arrived ? PIN_ENTRY_ARRIVED : errand->kind;

  if (pin_registry_holds (watch->registry, guest->uuid) || will_be_told (claim, errand))
    return;
  if (arrived)
    pin_repair_owe (watch->repair, guest->uuid, FALSE);
  pin_claims_release (watch->picture, guest->uuid);
  pin_registry_note (watch->registry, guest, live, stored, kind);
  if (kind == PIN_ENTRY_ARRIVED && live != NULL)
    pin_greet_arrival (live, migration, watch->listener, watch->data);
  else if (errand->repinned && live != NULL)
    pin_greet_again (live, watch->listener, watch->data);
}

/* A definition of a guest that has a claim and was never seen: it came by an offline migration, and nothing else will come. */
static void
note_inactive (PinWatch *watch, const PinVirtGuest *guest, PinDomain *stored, const Errand *errand)
{
  const PinClaim *claim = pin_ledger_find (watch->picture->ledger, guest->uuid);

  if (errand->event == PIN_VIRT_DEFINED && claim != NULL && !claim->seen)
    {
      pin_repair_owe (watch->repair, guest->uuid, TRUE);
      pin_claims_release (watch->picture, guest->uuid);
    }
  pin_registry_note (watch->registry, guest, NULL, stored, errand->kind);
}

static void
note_guest (PinWatch *watch, const PinVirtGuest *guest, const Errand *errand)
{
  g_autoptr (PinDomain) live = parse (guest->live_xml, guest->name);
  g_autoptr (PinDomain) stored = parse (guest->inactive_xml, guest->name);

  if (guest->incoming)
    {
      pin_claims_see (watch->picture, guest->uuid, pin_clock_now_ms ());
      pin_picture_put (watch->picture, guest, NULL);
      return;
    }
  if (guest->running)
    note_running (watch, guest, live, stored, errand);
  else
    note_inactive (watch, guest, stored, errand);
  pin_picture_put (watch->picture, guest, guest->running ? g_steal_pointer (&live) : g_steal_pointer (&stored));
  pin_repair_try (watch->repair, guest->uuid, guest->name);
}

void
pin_watch_tell (PinWatch *watch)
{
  watch->listener->changed (watch->data);
  pin_inplace_consider (watch->inplace);
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
    note_guest (errand->watch, guest, errand);
  else
    pin_picture_drop (errand->watch->picture, errand->uuid);
  if (g_error_matches (error, PIN_ERROR, PIN_ERROR_NOT_FOUND))
    pin_repair_forget (errand->watch->repair, errand->uuid);
  pin_watch_tell (errand->watch);
}

static void
read_guest (PinWatch *watch, PinEntryKind kind, gint event, const char *uuid, const char *name)
{
  Errand *errand = errand_new (watch, kind, uuid, name);

  errand->event = event;
  pin_virt_read_async (watch->virt, uuid, on_read, errand);
}

void
pin_watch_read (PinWatch *watch, const char *uuid, const char *name)
{
  read_guest (watch, PIN_ENTRY_TUNED, PIN_VIRT_TUNED, uuid, name);
}

static void
on_repinned (const char *uuid, const char *name, gpointer data)
{
  PinWatch *watch = data;
  Errand *errand = errand_new (watch, PIN_ENTRY_TUNED, uuid, name);

  errand->repinned = TRUE;
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
    note_guest (watch, g_ptr_array_index (guests, i), errand);
  pin_claims_expire (watch->picture, errand->asked_ms);
  pin_repair_expire (watch->repair, errand->asked_ms);
  pin_registry_prune (watch->registry, g_get_real_time () / G_USEC_PER_SEC);
  watch->picture->heard = TRUE;
  pin_watch_tell (watch);
  pin_trim ();
}

static void
list_guests (PinWatch *watch)
{
  Errand *errand = errand_new (watch, PIN_ENTRY_FOUND, NULL, NULL);

  errand->event = LISTED;
  errand->asked_ms = pin_clock_now_ms ();
  pin_virt_list_async (watch->virt, on_listed, errand);
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
  pin_picture_set_capabilities (errand->watch->picture, capabilities->tsc_hz, capabilities->tsc_scaling,
                                capabilities->machines[0] != NULL && !capabilities->kvm);
}

static void
on_connected (gpointer data)
{
  PinWatch *watch = data;

  watch->picture->connected = TRUE;
  g_clear_pointer (&watch->picture->libvirt_problem, g_free);
  pin_virt_capabilities_async (watch->virt, on_capabilities, errand_new (watch, PIN_ENTRY_FOUND, NULL, NULL));
  list_guests (watch);
  watch->listener->changed (watch->data);
}

static void
on_disconnected (const char *why, gpointer data)
{
  PinWatch *watch = data;

  g_message ("libvirt can't be asked, trying again: %s", why);
  watch->picture->connected = FALSE;
  g_free (watch->picture->libvirt_problem);
  watch->picture->libvirt_problem = g_strdup (why);
  watch->listener->changed (watch->data);
}

void
pin_watch_release (PinWatch *watch, const char *uuid)
{
  if (watch->virt != NULL && pin_ledger_find (watch->picture->ledger, uuid) != NULL)
    pin_repair_expect (watch->repair, uuid, pin_clock_now_ms ());
  pin_claims_release (watch->picture, uuid);
}

/* A claim that was made since the guest was last seen is of its way back, with libvirt's word of its leaving overtaken. */
static void
on_stopped (PinWatch *watch, const char *uuid, const char *name)
{
  const PinClaim *claim = pin_ledger_find (watch->picture->ledger, uuid);

  if (claim != NULL && claim->seen)
    pin_watch_release (watch, uuid);
  pin_picture_drop (watch->picture, uuid);
  read_guest (watch, PIN_ENTRY_TUNED, PIN_VIRT_STOPPED, uuid, name);
}

static void
on_event (PinVirtEvent event, const char *uuid, const char *name, gpointer data)
{
  PinWatch *watch = data;

  switch (event)
    {
    case PIN_VIRT_STARTED:
      read_guest (watch, PIN_ENTRY_STARTED, event, uuid, name);
      break;
    case PIN_VIRT_RESTORED:
    case PIN_VIRT_ARRIVED:
      read_guest (watch, PIN_ENTRY_ARRIVED, event, uuid, name);
      break;
    case PIN_VIRT_ARRIVING:
      pin_claims_see (watch->picture, uuid, pin_clock_now_ms ());
      break;
    case PIN_VIRT_STOPPED:
      on_stopped (watch, uuid, name);
      break;
    case PIN_VIRT_DEFINED:
    case PIN_VIRT_UNDEFINED:
    case PIN_VIRT_TUNED:
      read_guest (watch, PIN_ENTRY_TUNED, event, uuid, name);
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
  if (watch->picture->connected)
    list_guests (watch);
  else
    pin_claims_expire (watch->picture, pin_clock_now_ms ());
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
  watch->uri = g_strdup (uri);
  picture->follows = uri != NULL;
  if (uri != NULL)
    watch->virt = pin_virt_new (uri, &virt_listener, watch);
  watch->registry = pin_registry_new (picture, watch->virt);
  watch->repair = pin_repair_new (picture, watch->virt);
  watch->repin = pin_repin_new (picture, watch->virt, watch->registry, on_repinned, watch);
  watch->inplace = pin_inplace_new (picture, watch->repin);
  return watch;
}

void
pin_watch_free (PinWatch *watch)
{
  if (watch == NULL)
    return;
  g_cancellable_cancel (watch->alive);
  g_source_remove (watch->resync_source);
  pin_inplace_free (watch->inplace);
  pin_repin_free (watch->repin);
  pin_repair_free (watch->repair);
  pin_registry_free (watch->registry);
  pin_virt_free (watch->virt);
  g_object_unref (watch->alive);
  g_free (watch->uri);
  g_free (watch);
}

gboolean
pin_watch_is_connected (const PinWatch *watch)
{
  return watch->picture->connected;
}

const char *
pin_watch_uri (const PinWatch *watch)
{
  return watch->uri;
}

PinPicture *
pin_watch_picture (const PinWatch *watch)
{
  return watch->picture;
}

PinVirt *
pin_watch_virt (const PinWatch *watch)
{
  return watch->virt;
}

PinRegistry *
pin_watch_registry (const PinWatch *watch)
{
  return watch->registry;
}

PinRepin *
pin_watch_repin (const PinWatch *watch)
{
  return watch->repin;
}
