/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bus.h"

#include "arrival.h"
#include "bus-change.h"
#include "bus-examine.h"
#include "bus-guest.h"
#include "bus-log.h"
#include "bus-object.h"
#include "bus-snapshot.h"
#include "bus-usage.h"
#include "service/errors.h"
#include "service/options.h"
#include "claims.h"
#include "clock.h"
#include "core/error.h"
#include "domains-json.h"
#include "format/plan-json.h"
#include "host/memfile.h"
#include "host1.h"
#include "pin-config.h"
#include "report.h"

#include <gio/gunixfdlist.h>
#include <string.h>

#define OBJECT_PATH "/org/pinshift/Host1"

static const PinBusOption no_options[] = { { NULL, NULL } };

struct _PinBus
{
  PinPicture *picture;
  PinHost1 *skeleton;
  PinBusSnapshot *snapshot;
  PinBusLog *log;
  PinWatch *watch;      /* NULL: there is none */
  PinBusChange *change; /* NULL: there is no watch */
  PinBusGuest *guest;   /* NULL: there is no watch */
  PinBusUsage *usage;   /* NULL: there is no watch */
  PinBusExamine *examine; /* NULL: the same */
};

/* Whether a guest can come by @operation. */
static gboolean
check_operation (const char *operation, GError **error)
{
  static const char *const known[] = { "migrate", "restore", "adapt", NULL };

  if (g_strv_contains (known, operation))
    return TRUE;
  g_set_error (error, PIN_ERROR, PIN_ERROR_UNSUPPORTED, "unknown operation '%s'; known: migrate, restore, adapt", operation);
  return FALSE;
}

static void
publish (PinBus *bus)
{
  g_autoptr (GPtrArray) claims = g_ptr_array_new ();
  g_autoptr (GPtrArray) adapted = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer uuid, value;

  g_hash_table_iter_init (&iter, bus->picture->ledger->claims);
  while (g_hash_table_iter_next (&iter, &uuid, NULL))
    g_ptr_array_add (claims, uuid);
  g_hash_table_iter_init (&iter, bus->picture->residents);
  while (g_hash_table_iter_next (&iter, &uuid, &value))
    {
      const PinRecord *record = pin_resident_record (value);
      gboolean is_adapted = FALSE;

      for (guint setting = 0; record != NULL && setting < PIN_SETTING_N; setting++)
        is_adapted |= record->actions[setting] > PIN_ACTION_KEEP;
      if (is_adapted && ((PinResident *)value)->running)
        g_ptr_array_add (adapted, uuid);
    }
  g_ptr_array_add (claims, NULL);
  g_ptr_array_add (adapted, NULL);
  pin_host1_set_claims (bus->skeleton, (const char *const *)claims->pdata);
  pin_host1_set_adapted (bus->skeleton, (const char *const *)adapted->pdata);
  pin_host1_set_host_name (bus->skeleton, bus->picture->machine->name);
  pin_host1_set_host_uuid (bus->skeleton, bus->picture->machine->uuid != NULL ? bus->picture->machine->uuid : "");
  pin_host1_set_maintenance (bus->skeleton, bus->picture->machine->maintenance);
  pin_host1_set_maintenance_reason (bus->skeleton, bus->picture->machine->maintenance_reason != NULL
                                                       ? bus->picture->machine->maintenance_reason
                                                       : "");
  pin_host1_set_policy_digest (bus->skeleton, pin_rules_digest (bus->picture->rules));
}

static PinArrivalManner
manner_of (const char *operation, gboolean observe)
{
  PinArrivalManner manner = g_str_equal (operation, "adapt")     ? PIN_ARRIVAL_WRITTEN
                            : g_str_equal (operation, "restore") ? PIN_ARRIVAL_RESTORED
                                                                 : PIN_ARRIVAL_COMES;

  return observe ? manner | PIN_ARRIVAL_OBSERVED : manner;
}

/* A handle is a number that the caller has written.  -1 with @error: there is no such file. */
static int
take_file (GUnixFDList *fds, gint32 handle, GError **error)
{
  if (fds != NULL && handle >= 0 && handle < g_unix_fd_list_get_length (fds))
    return g_unix_fd_list_get (fds, handle, error);
  g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "no file came with the call");
  return -1;
}

static PinArrival *
fit (PinBus *bus, const char *guest, const char *operation, GUnixFDList *fds, GVariant *xml, GVariant *options, GError **error)
{
  __attribute__ ((cleanup (pin_memfile_close))) int fd = -1;
  g_autofree char *text = NULL;
  gsize length = 0;
  gboolean observe = FALSE;
  const PinBusOption known[] = { { "observe", &observe }, { NULL, NULL } };

  if (!check_operation (operation, error) || !pin_bus_options_read (options, known, error))
    return NULL;
  fd = take_file (fds, g_variant_get_handle (xml), error);
  text = fd >= 0 ? pin_memfile_read (fd, PIN_DOMAIN_MAX_BYTES, "the domain XML", &length, error) : NULL;
  if (text == NULL)
    return NULL;
  return pin_arrival_decide (bus->picture, guest, text, length, manner_of (operation, observe), pin_clock_now_ms (), error);
}

static void
answer_fit (PinBus *bus, GDBusMethodInvocation *invocation, const PinArrival *arrival)
{
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  g_autoptr (GError) error = NULL;
  GVariantBuilder handles;

  g_variant_builder_init (&handles, G_VARIANT_TYPE ("ah"));
  if (arrival->xml != NULL)
    {
      __attribute__ ((cleanup (pin_memfile_close))) int fd = pin_memfile_new (arrival->xml, arrival->length, "the adapted XML", &error);
      gint handle = fd >= 0 ? g_unix_fd_list_append (fds, fd, &error) : -1;

      if (handle < 0)
        {
          g_variant_builder_clear (&handles);
          pin_bus_errors_return (invocation, error);
          return;
        }
      g_variant_builder_add (&handles, "h", handle);
    }
  pin_host1_complete_fit (bus->skeleton, invocation, fds, pin_verdict_name (arrival->verdict),
                          g_variant_builder_end (&handles), arrival->text != NULL ? arrival->text : "");
}

static gboolean
handle_fit (PinHost1 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, const char *guest,
            const char *operation, GVariant *xml, GVariant *options, gpointer data)
{
  PinBus *bus = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (PinArrival) arrival = fit (bus, guest, operation, fds, xml, options, &error);

  if (!g_str_equal (operation, "adapt"))
    bus->picture->hook_called_us = g_get_real_time ();
  if (arrival == NULL)
    {
      pin_report (PIN_REPORT_UNPLANNED, guest, NULL, NULL, "%s: %s", operation, error->message);
      pin_bus_errors_return (invocation, error);
      return TRUE;
    }
  answer_fit (bus, invocation, arrival);
  if (arrival->verdict == PIN_VERDICT_REFUSE)
    pin_host1_emit_refused (skeleton, guest, arrival->uuid, arrival->text);
  publish (bus);
  return TRUE;
}

/* An active guest has its live XML counted, not its claim: releasing it is right whoever asks. */
static gboolean
handle_release (PinHost1 *skeleton, GDBusMethodInvocation *invocation, const char *guest, const char *uuid, gpointer data)
{
  PinBus *bus = data;
  g_autofree char *key = g_ascii_strdown (uuid, -1);

  if (bus->watch != NULL)
    pin_watch_release (bus->watch, key);
  else
    pin_claims_release (bus->picture, key);
  pin_host1_complete_release (skeleton, invocation);
  publish (bus);
  return TRUE;
}

static gboolean
handle_plan (PinHost1 *skeleton, GDBusMethodInvocation *invocation, const char *xml, GVariant *options, gpointer data)
{
  PinBus *bus = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (PinDomain) domain = NULL;
  g_autoptr (PinPlan) plan = NULL;
  g_autofree char *text = NULL;

  if (pin_bus_options_read (options, no_options, &error))
    plan = pin_arrival_plan (bus->picture, xml, strlen (xml), &domain, &error);
  if (plan == NULL)
    {
      pin_bus_errors_return (invocation, error);
      return TRUE;
    }
  text = pin_plan_to_json (plan, domain->guest,
                           domain->record != NULL ? domain->record->original->placement : domain->placement,
                           bus->picture->machine->name, FALSE);
  pin_host1_complete_plan (skeleton, invocation, text);
  return TRUE;
}

static gboolean
handle_domains (PinHost1 *skeleton, GDBusMethodInvocation *invocation, GVariant *options, gpointer data)
{
  PinBus *bus = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  if (!pin_bus_options_read (options, no_options, &error))
    {
      pin_bus_errors_return (invocation, error);
      return TRUE;
    }
  text = pin_domains_to_json (bus->picture);
  pin_host1_complete_domains (skeleton, invocation, text);
  return TRUE;
}

PinBus *
pin_bus_new (PinPicture *picture, const PinDiary *diary)
{
  PinBus *bus = g_new0 (PinBus, 1);

  pin_bus_errors_register ();
  bus->picture = picture;
  bus->skeleton = pin_bus_object_new (picture);
  pin_host1_set_version (bus->skeleton, PIN_VERSION);
  g_signal_connect (bus->skeleton, "handle-fit", G_CALLBACK (handle_fit), bus);
  g_signal_connect (bus->skeleton, "handle-release", G_CALLBACK (handle_release), bus);
  g_signal_connect (bus->skeleton, "handle-plan", G_CALLBACK (handle_plan), bus);
  g_signal_connect (bus->skeleton, "handle-domains", G_CALLBACK (handle_domains), bus);
  bus->snapshot = pin_bus_snapshot_new (bus->skeleton, bus->picture);
  bus->log = pin_bus_log_new (bus->skeleton, diary);
  publish (bus);
  return bus;
}

void
pin_bus_free (PinBus *bus)
{
  if (bus == NULL)
    return;
  pin_bus_set_watch (bus, NULL);
  if (g_dbus_interface_skeleton_get_connection (G_DBUS_INTERFACE_SKELETON (bus->skeleton)) != NULL)
    g_dbus_interface_skeleton_unexport (G_DBUS_INTERFACE_SKELETON (bus->skeleton));
  pin_bus_log_free (bus->log);
  pin_bus_snapshot_free (bus->snapshot);
  g_object_unref (bus->skeleton);
  g_free (bus);
}

gboolean
pin_bus_export (PinBus *bus, GDBusConnection *connection, GError **error)
{
  return g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (bus->skeleton), connection, OBJECT_PATH, error);
}

void
pin_bus_set_watch (PinBus *bus, PinWatch *watch)
{
  g_clear_pointer (&bus->change, pin_bus_change_free);
  g_clear_pointer (&bus->guest, pin_bus_guest_free);
  g_clear_pointer (&bus->usage, pin_bus_usage_free);
  g_clear_pointer (&bus->examine, pin_bus_examine_free);
  bus->watch = watch;
  if (watch == NULL)
    return;
  bus->change = pin_bus_change_new (bus->skeleton, watch);
  bus->guest = pin_bus_guest_new (bus->skeleton, watch);
  bus->usage = pin_bus_usage_new (bus->skeleton, watch);
  bus->examine = pin_bus_examine_new (bus->skeleton, watch);
}

void
pin_bus_set_connected (PinBus *bus, gboolean connected)
{
  pin_host1_set_libvirt_connected (bus->skeleton, connected);
}

static void
on_changed (gpointer data)
{
  PinBus *bus = data;

  publish (bus);
  pin_host1_emit_snapshot_changed (bus->skeleton);
}

static void
on_adapted (const char *guest, const char *uuid, const char *text, gpointer data)
{
  PinBus *bus = data;

  pin_host1_emit_adapted (bus->skeleton, guest, uuid, text);
}

static void
on_restored (const char *guest, const char *uuid, gpointer data)
{
  PinBus *bus = data;

  pin_host1_emit_restored (bus->skeleton, guest, uuid);
}

const PinWatchListener *
pin_bus_listener (void)
{
  static const PinWatchListener listener = { on_changed, on_adapted, on_restored };

  return &listener;
}
