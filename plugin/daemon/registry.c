/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "registry.h"

#include "core/error.h"
#include "host/kept-file.h"
#include "report.h"

#include <string.h>

#define DAY_S ((gint64)24 * 3600)
/* A year: so long a record is kept of a guest that was not seen again. */
#define KEPT_S (366 * DAY_S)

struct _PinRegistry
{
  PinPicture *picture;
  PinVirt *virt;
  gint64 pruned_s;     /* since the epoch; 0: not yet */
  GCancellable *alive; /* cancelled at the end */
  GHashTable *held;    /* set of UUIDs */
};

/* A record on its way to libvirt. */
typedef struct
{
  PinRegistry *registry;
  GCancellable *alive;
  char *name;
} Errand;

static void
errand_free (Errand *errand)
{
  g_object_unref (errand->alive);
  g_free (errand->name);
  g_free (errand);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Errand, errand_free)

PinRegistry *
pin_registry_new (PinPicture *picture, PinVirt *virt)
{
  PinRegistry *registry = g_new0 (PinRegistry, 1);

  registry->picture = picture;
  registry->virt = virt;
  registry->alive = g_cancellable_new ();
  registry->held = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return registry;
}

void
pin_registry_free (PinRegistry *registry)
{
  if (registry == NULL)
    return;
  g_cancellable_cancel (registry->alive);
  g_object_unref (registry->alive);
  g_hash_table_unref (registry->held);
  g_free (registry);
}

void
pin_registry_hold (PinRegistry *registry, const char *uuid)
{
  g_hash_table_add (registry->held, g_strdup (uuid));
}

void
pin_registry_let_go (PinRegistry *registry, const char *uuid)
{
  g_hash_table_remove (registry->held, uuid);
}

gboolean
pin_registry_holds (const PinRegistry *registry, const char *uuid)
{
  return g_hash_table_contains (registry->held, uuid);
}

/* What can't be parsed has no record that could be lost. */
static gboolean
is_within (const char *xml, GError **error)
{
  g_autoptr (PinDomain) domain = xml != NULL ? pin_domain_parse (xml, strlen (xml), NULL) : NULL;

  return domain == NULL || pin_domain_is_within (domain, error);
}

gboolean
pin_registry_is_free (const PinRegistry *registry, const PinVirtGuest *guest, GError **error)
{
  if (!guest->incoming && !guest->busy && !pin_registry_holds (registry, guest->uuid))
    return is_within (guest->live_xml, error) && is_within (guest->inactive_xml, error);
  g_set_error (error, PIN_ERROR, PIN_ERROR_BUSY, "%s is being migrated or changed; try again when that is done", guest->name);
  return FALSE;
}

static void
on_written (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Errand) errand = data;
  g_autoptr (GError) error = NULL;

  if (g_cancellable_is_cancelled (errand->alive))
    return;
  if (!pin_virt_set_record_finish (errand->registry->virt, result, &error))
    g_message ("%s: the record could not be written, trying again at the next event: %s", errand->name, error->message);
}

/* @live, @stored: NULL: as it is. */
static void
write_records (PinRegistry *registry, const PinVirtGuest *guest, const PinRecord *live, const PinRecord *stored)
{
  g_autofree char *live_text = live != NULL ? pin_record_format (live) : NULL;
  g_autofree char *stored_text = stored != NULL ? pin_record_format (stored) : NULL;
  Errand *errand = g_new0 (Errand, 1);

  errand->registry = registry;
  errand->alive = g_object_ref (registry->alive);
  errand->name = g_strdup (guest->name);
  pin_virt_set_record_async (registry->virt, guest->uuid, live_text != NULL ? live_text : pin_virt_as_is,
                             stored_text != NULL ? stored_text : pin_virt_as_is, on_written, errand);
}

/* Whether the record is the one that this host saw last, for the same stay of the guest; none is as none. */
static gboolean
is_as_kept (const PinRecord *record, const PinKept *kept)
{
  if (record == NULL || kept->live == NULL)
    return record == NULL && kept->live == NULL;
  return g_strcmp0 (kept->live->migration, record->migration) == 0;
}

/* Makes @entry right for the live side of @guest. */
static void
look_at_live (PinEntry *entry, const PinVirtGuest *guest, const PinDomain *live, const PinKept *kept)
{
  entry->kept = kept->live;
  entry->may_begin = !kept->forgotten && !(entry->kind == PIN_ENTRY_FOUND && guest->came);
  /* It came while nobody was here to see it. */
  if (entry->kind == PIN_ENTRY_FOUND && guest->came && !is_as_kept (live->record, kept))
    entry->kind = PIN_ENTRY_ARRIVED;
}

/*
 * A persistent definition is this host's own, if the guest was started from it or is at home here; one that came with the guest,
 * or was left behind, is not.
 */
static void
look_at_stored (PinEntry *entry, const PinPicture *picture, const PinDomain *live, const PinKept *kept)
{
  gboolean at_home = live != NULL && live->record != NULL && pin_entry_is_at_home (picture, live->record);

  entry->kept = kept->stored;
  entry->may_begin = !kept->forgotten && (at_home || (live != NULL && entry->kind == PIN_ENTRY_STARTED));
}

/* What came while nobody looked, and without a record, stays without one, also once libvirt no longer says that it came. */
static gboolean
is_foreign (const PinVirtGuest *guest, const PinDomain *live, PinEntryKind kind)
{
  return kind == PIN_ENTRY_FOUND && guest->came && live->record == NULL && !pin_placement_is_empty (live->placement);
}

static PinRecord *
renew (const PinPicture *picture, PinDomain *domain, const PinEntry *entry)
{
  PinRecord *record = pin_entry_record (picture, domain, entry);

  if (record == NULL)
    return NULL;
  pin_record_free (domain->record);
  domain->record = pin_record_copy (record);
  return record;
}

static void
take_kept (PinRecord **kept, const PinDomain *domain)
{
  if (domain == NULL || domain->record == NULL)
    return;
  pin_record_free (*kept);
  *kept = pin_record_copy (domain->record);
}

/* @kind: how the side came that people see, the live one where it runs. */
static void
save (const PinRegistry *registry, const char *uuid, PinKept *kept, const PinDomain *live, const PinDomain *stored, PinEntryKind kind)
{
  const PinDomain *seen = live != NULL ? live : stored;
  g_autoptr (GError) error = NULL;

  take_kept (&kept->live, live);
  take_kept (&kept->stored, stored);
  pin_kept_give (kept, seen != NULL ? seen->record : NULL, kind == PIN_ENTRY_ARRIVED, g_get_real_time () / G_USEC_PER_SEC);
  if (!pin_kept_file_save (registry->picture->state_dir, uuid, kept, &error))
    g_warning ("records: %s; one that somebody drops can't be put back", error->message);
}

static void
report_written (const PinVirtGuest *guest, const PinRecord *live, const PinRecord *stored, const PinEntry *entry)
{
  const PinRecord *record = live != NULL ? live : stored;
  const char *what = entry->kind == PIN_ENTRY_ARRIVED ? "record renewed on arrival"
                     : entry->kind == PIN_ENTRY_STARTED ? "record written: its placement here is the original"
                                                        : "record brought up to date";

  pin_report (PIN_REPORT_RECORDED, guest->name, guest->uuid, record->migration, "%s", what);
}

/*
 * Whether a record of @guest is another version's: then that is left as it is, with all that is kept here.  Said when it is news.
 */
static gboolean
is_beyond (const PinPicture *picture, const PinVirtGuest *guest, const PinDomain *domain)
{
  const PinResident *known = g_hash_table_lookup (picture->residents, guest->uuid);
  g_autoptr (GError) error = NULL;

  if (domain == NULL || pin_domain_is_within (domain, &error))
    return FALSE;
  if (known == NULL || known->domain == NULL || !known->domain->is_beyond)
    pin_report (PIN_REPORT_RECORD_DROPPED, guest->name, guest->uuid, NULL, "its record is not used: %s", error->message);
  return TRUE;
}

void
pin_registry_note (PinRegistry *registry, const PinVirtGuest *guest, PinDomain *live, PinDomain *stored, PinEntryKind kind)
{
  const PinPicture *picture = registry->picture;
  g_autoptr (PinKept) kept = NULL;
  g_autofree char *migration = g_uuid_string_random ();
  PinEntry entry = { .kind = kind, .settled = TRUE, .migration = migration };
  PinEntryKind live_kind = kind;
  g_autoptr (PinRecord) new_live = NULL;
  g_autoptr (PinRecord) new_stored = NULL;

  pin_kept_file_touch (picture->state_dir, guest->uuid);
  if (pin_registry_holds (registry, guest->uuid) || is_beyond (picture, guest, live) || is_beyond (picture, guest, stored))
    return;
  kept = pin_kept_file_load (picture->state_dir, guest->uuid);
  if (kept->damage != NULL)
    g_warning ("records: %s", kept->damage);
  if (kind == PIN_ENTRY_STARTED || kind == PIN_ENTRY_ARRIVED)
    kept->forgotten = FALSE;
  if (live != NULL)
    {
      look_at_live (&entry, guest, live, kept);
      new_live = renew (picture, live, &entry);
      kept->forgotten |= is_foreign (guest, live, kind);
      live_kind = entry.kind;
    }
  entry.kind = kind;
  /* What came with a guest is repaired first. */
  if (stored != NULL && kind != PIN_ENTRY_ARRIVED)
    {
      look_at_stored (&entry, picture, live, kept);
      new_stored = renew (picture, stored, &entry);
    }
  if (new_live != NULL || new_stored != NULL)
    {
      report_written (guest, new_live, new_stored, &entry);
      write_records (registry, guest, new_live, new_stored);
    }
  save (registry, guest->uuid, kept, live, stored, live_kind);
}

void
pin_registry_prune (PinRegistry *registry, gint64 now_s)
{
  if (registry->pruned_s != 0 && now_s - registry->pruned_s < DAY_S)
    return;
  registry->pruned_s = now_s;
  pin_kept_file_prune (registry->picture->state_dir, now_s - KEPT_S);
}
