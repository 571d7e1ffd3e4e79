/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reading.h"

#include "backoff.h"
#include "format/snapshot-json.h"
#include "host-facts.h"
#include "service/said.h"

#define NAME PIN_HOST1_NAME
#define PATH PIN_HOST1_PATH

struct _PinReading
{
  GDBusConnection *connection;
  const char *destination;
  PinReadingTimes times;
  PinMakes *makes;
  PinReadingHeard heard;
  gpointer data;

  gboolean dirty;     /* something has changed since the last read began */
  gboolean hurried;   /* the next read is wanted at once */
  gboolean is_older;  /* it has no method Present */
  char *hardware;     /* digest of what the host is made of, as it gave it last; NULL: it did not */
  GCancellable *asking;
  guint timer;
  gint64 begun_ms;
  guint64 n_begun;
  guint64 n_over;
  PinBackoff backoff;

  PinSite *site;
  char *failure;
};

static void ask (PinReading *reading);

static gint64
now_ms (void)
{
  return g_get_monotonic_time () / 1000;
}

static void
begin (PinReading *reading)
{
  g_clear_handle_id (&reading->timer, g_source_remove);
  reading->dirty = FALSE;
  reading->hurried = FALSE;
  reading->begun_ms = now_ms ();
  reading->n_begun++;
  ask (reading);
}

static gboolean
on_time (gpointer data)
{
  PinReading *reading = data;

  reading->timer = 0;
  begin (reading);
  return G_SOURCE_REMOVE;
}

static guint
wait_ms (const PinReading *reading)
{
  gint64 now = now_ms ();
  gint64 calm = reading->n_begun == 0 ? 0 : reading->begun_ms + reading->times.calm_ms - now;

  return MAX (pin_backoff_wait_ms (&reading->backoff, now), (guint) CLAMP (calm, 0, reading->times.calm_ms));
}

static void
schedule (PinReading *reading)
{
  if (!reading->dirty || reading->asking != NULL || reading->timer != 0)
    return;
  reading->timer = g_timeout_add (reading->hurried ? 0 : wait_ms (reading), on_time, reading);
}

static void
fail (PinReading *reading, GError *error)
{
  g_autofree char *line = NULL;

  g_dbus_error_strip_remote_error (error);
  line = pin_said_one_line (error->message);
  g_free (reading->failure);
  reading->failure = g_strdup_printf ("its snapshot can't be read: %s", line);
  pin_backoff_fail (&reading->backoff, now_ms ());
  reading->dirty = TRUE;
}

/* The snapshot of a reply to Present, or to Snapshot of an older host.  (transfer full) */
static PinSnapshot *
read_reply (PinReading *reading, GVariant *reply, GError **error)
{
  const char *json, *hardware;

  if (g_variant_n_children (reply) == 1)
    {
      g_variant_get (reply, "(&s)", &json);
      return pin_snapshot_from_host (json, -1, error);
    }
  g_variant_get (reply, "(&s&s)", &json, &hardware);
  if (reading->site != NULL && g_strcmp0 (hardware, reading->hardware) == 0)
    return pin_snapshot_present_from_json (json, -1, pin_site_make (reading->site), error);
  g_free (reading->hardware);
  reading->hardware = g_strdup (hardware);
  return pin_snapshot_from_host (json, -1, error);
}

static void
take (PinReading *reading, GVariant *reply)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PinSnapshot) snapshot = read_reply (reading, reply, &error);

  if (snapshot == NULL)
    {
      g_clear_pointer (&reading->hardware, g_free);
      fail (reading, error);
      return;
    }
  pin_site_free (reading->site);
  reading->site = pin_site_new (snapshot, reading->makes);
  reading->backoff = (PinBackoff) { 0 };
  g_clear_pointer (&reading->failure, g_free);
}

static void
on_answer (GObject *connection, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (connection), result, &error);
  PinReading *reading = data;

  /* Then there may be no reading any more. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_object (&reading->asking);
  if (!reading->is_older && g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_METHOD))
    {
      reading->is_older = TRUE;
      ask (reading);
      return;
    }
  reading->n_over = reading->n_begun;
  if (reply != NULL)
    take (reading, reply);
  else
    fail (reading, error);
  schedule (reading);
  reading->heard (reading, reading->data);
}

/* What a host is made of is known as long as there is a site of it. */
static const char *
known_of (const PinReading *reading)
{
  return reading->site != NULL && reading->hardware != NULL ? reading->hardware : "";
}

static void
ask (PinReading *reading)
{
  reading->asking = g_cancellable_new ();
  g_dbus_connection_call (reading->connection, reading->destination, PATH, NAME, reading->is_older ? "Snapshot" : "Present",
                          reading->is_older ? NULL : g_variant_new ("(s)", known_of (reading)),
                          reading->is_older ? G_VARIANT_TYPE ("(s)") : G_VARIANT_TYPE ("(ss)"),
                          G_DBUS_CALL_FLAGS_NO_AUTO_START, (gint) reading->times.answer_ms, reading->asking, on_answer, reading);
}

PinReading *
pin_reading_new (GDBusConnection *connection, const char *destination, const PinReadingTimes *times, PinMakes *makes,
                 PinReadingHeard heard, gpointer data)
{
  PinReading *reading = g_new0 (PinReading, 1);

  reading->connection = g_object_ref (connection);
  reading->destination = destination;
  reading->times = *times;
  reading->makes = makes;
  reading->heard = heard;
  reading->data = data;
  return reading;
}

void
pin_reading_free (PinReading *reading)
{
  if (reading == NULL)
    return;
  pin_reading_stop (reading);
  g_object_unref (reading->connection);
  pin_site_free (reading->site);
  g_free (reading->failure);
  g_free (reading->hardware);
  g_free (reading);
}

void
pin_reading_mark (PinReading *reading)
{
  reading->dirty = TRUE;
  schedule (reading);
}

void
pin_reading_stop (PinReading *reading)
{
  if (reading->asking != NULL)
    {
      g_cancellable_cancel (reading->asking);
      reading->dirty = TRUE;
    }
  g_clear_object (&reading->asking);
  g_clear_handle_id (&reading->timer, g_source_remove);
  reading->n_over = reading->n_begun;
}

guint64
pin_reading_hurry (PinReading *reading)
{
  if (!reading->dirty)
    return reading->n_begun;
  if (reading->asking == NULL)
    {
      begin (reading);
      return reading->n_begun;
    }
  reading->hurried = TRUE;
  return reading->n_begun + 1;
}

guint64
pin_reading_n_over (const PinReading *reading)
{
  return reading->n_over;
}

const PinSite *
pin_reading_site (const PinReading *reading)
{
  return reading->site;
}

PinSite *
pin_reading_take_site (PinReading *reading)
{
  return g_steal_pointer (&reading->site);
}

const char *
pin_reading_failure (const PinReading *reading)
{
  return reading->failure;
}
