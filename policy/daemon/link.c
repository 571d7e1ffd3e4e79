/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "link.h"

#include "backoff.h"
#include "reading.h"
#include "service/said.h"

#define NAME PIN_HOST1_NAME
#define PATH PIN_HOST1_PATH
#define PROPERTIES "org.freedesktop.DBus.Properties"

/* What a host says of itself is little, and somebody may wait for it. */
#define FACTS_CALM_MS 250

const PinLinkTimes pin_link_times = { .answer_ms = 5000, .renew_ms = 30000, .calm_ms = 2000 };

struct _PinLink
{
  GDBusConnection *connection;
  const char *destination; /* of calls; NULL: the other end */
  PinLinkTimes times;
  PinLinkHeard heard;
  gpointer data;

  guint watch;   /* of the name, or 0 */
  gulong closed; /* handler of the connection's end, or 0 */
  guint properties; /* subscriptions */
  guint changes;
  gboolean present; /* somebody is there to ask, as far as is known */

  GCancellable *asking; /* the call that is under way, or NULL */
  guint timer;
  gint64 asked_ms;
  PinBackoff backoff;

  PinPresence presence; /* of its pinshiftd */
  char *failure;
  PinHostFacts *facts;
  PinReading *reading;
};

static void ask (PinLink *link, GDBusCallFlags flags);

static gint64
now_ms (void)
{
  return g_get_monotonic_time () / 1000;
}

static gboolean
on_time (gpointer data)
{
  PinLink *link = data;

  link->timer = 0;
  ask (link, G_DBUS_CALL_FLAGS_NO_AUTO_START);
  return G_SOURCE_REMOVE;
}

/* Whatever was under way or due counts no more. */
static void
stop_asking (PinLink *link)
{
  if (link->asking != NULL)
    g_cancellable_cancel (link->asking);
  g_clear_object (&link->asking);
  g_clear_handle_id (&link->timer, g_source_remove);
}

static void
set_lost (PinLink *link, PinPresence presence, const char *why)
{
  link->presence = presence;
  g_free (link->failure);
  link->failure = pin_said_one_line (why);
  pin_reading_stop (link->reading);
  link->heard (link, link->data);
}

static void
set_reached (PinLink *link, PinHostFacts *facts)
{
  pin_host_facts_free (link->facts);
  link->facts = facts;
  link->backoff = (PinBackoff) { 0 };
  link->presence = PIN_PRESENCE_REACHABLE;
  g_clear_pointer (&link->failure, g_free);
  /* News may have been missed, and memory changes without any. */
  pin_reading_mark (link->reading);
  link->heard (link, link->data);
}

/* What a bus says that has no pinshiftd, and no way to start one. */
static gboolean
is_unmanaged (const GError *error)
{
  static const char *const names[] = { "org.freedesktop.systemd1.NoSuchUnit", "org.freedesktop.systemd1.UnitMasked", NULL };
  g_autofree char *name = g_dbus_error_get_remote_error (error);

  return g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN)
         || g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER)
         || (name != NULL && g_strv_contains (names, name));
}

/* Decides when to ask next: nobody, if there is nobody; the name tells when somebody comes. */
static void
schedule (PinLink *link)
{
  guint wait_ms = link->presence == PIN_PRESENCE_REACHABLE ? link->times.renew_ms : pin_backoff_wait_ms (&link->backoff, now_ms ());

  if (link->present)
    link->timer = g_timeout_add (wait_ms, on_time, link);
}

static PinHostFacts *
finish (GObject *connection, GAsyncResult *result, GError **error)
{
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (connection), result, error);
  g_autoptr (GVariant) properties = NULL;

  if (reply == NULL)
    return NULL;
  properties = g_variant_get_child_value (reply, 0);
  return pin_host_facts_read (properties, error);
}

static void
on_answer (GObject *connection, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  PinHostFacts *facts = finish (connection, result, &error);
  PinLink *link = data;

  /* Then there may be no link any more. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_object (&link->asking);
  if (facts != NULL)
    set_reached (link, facts);
  else
    {
      PinPresence presence = is_unmanaged (error) ? PIN_PRESENCE_UNMANAGED : PIN_PRESENCE_UNREACHABLE;

      g_dbus_error_strip_remote_error (error);
      pin_backoff_fail (&link->backoff, now_ms ());
      set_lost (link, presence, error->message);
    }
  schedule (link);
}

static void
ask (PinLink *link, GDBusCallFlags flags)
{
  g_clear_handle_id (&link->timer, g_source_remove);
  link->asking = g_cancellable_new ();
  link->asked_ms = now_ms ();
  g_dbus_connection_call (link->connection, link->destination, PATH, PROPERTIES, "GetAll", g_variant_new ("(s)", NAME),
                          G_VARIANT_TYPE ("(a{sv})"), flags, (gint) link->times.answer_ms, link->asking, on_answer, link);
}

/* Who changes all the time is asked as often as others: at once, and then not for a while. */
static guint
calm_ms (const PinLink *link)
{
  guint calm = MIN (link->times.calm_ms, FACTS_CALM_MS);

  return (guint) CLAMP (link->asked_ms + calm - now_ms (), 0, calm);
}

static void
on_properties_changed (GDBusConnection *connection, const char *sender, const char *path, const char *interface,
                       const char *signal, GVariant *parameters, gpointer data)
{
  PinLink *link = data;

  /* An answer that is due comes after this, and has it. One that does not answer is asked when that is due, however much
   * it says. */
  if (link->asking != NULL || link->presence != PIN_PRESENCE_REACHABLE)
    return;
  g_clear_handle_id (&link->timer, g_source_remove);
  if (calm_ms (link) == 0)
    ask (link, G_DBUS_CALL_FLAGS_NO_AUTO_START);
  else
    link->timer = g_timeout_add (calm_ms (link), on_time, link);
}

static void
on_snapshot_changed (GDBusConnection *connection, const char *sender, const char *path, const char *interface,
                     const char *signal, GVariant *parameters, gpointer data)
{
  PinLink *link = data;

  if (link->presence == PIN_PRESENCE_REACHABLE)
    pin_reading_mark (link->reading);
}

static void
on_read (PinReading *reading, gpointer data)
{
  PinLink *link = data;

  link->heard (link, link->data);
}

static void
on_appeared (GDBusConnection *connection, const char *name, const char *owner, gpointer data)
{
  PinLink *link = data;

  stop_asking (link);
  link->present = TRUE;
  ask (link, G_DBUS_CALL_FLAGS_NO_AUTO_START);
}

static void
on_vanished (GDBusConnection *connection, const char *name, gpointer data)
{
  PinLink *link = data;

  /* The watch begins with this where nobody is there, before the bus has been made to start somebody, or while it does. */
  if (!link->present && connection != NULL)
    return;
  stop_asking (link);
  link->present = FALSE;
  set_lost (link, PIN_PRESENCE_UNREACHABLE, connection != NULL ? "pinshiftd has left the bus" : "the bus is gone");
}

static void
on_closed (GDBusConnection *connection, gboolean remote_vanished, GError *error, gpointer data)
{
  PinLink *link = data;

  stop_asking (link);
  link->present = FALSE;
  set_lost (link, PIN_PRESENCE_UNREACHABLE, error != NULL ? error->message : "the connection was closed");
}

static void
begin (PinLink *link)
{
  if (link->destination != NULL)
    {
      link->watch = g_bus_watch_name_on_connection (link->connection, NAME, G_BUS_NAME_WATCHER_FLAGS_NONE, on_appeared,
                                                    on_vanished, link, NULL);
      return;
    }
  link->closed = g_signal_connect (link->connection, "closed", G_CALLBACK (on_closed), link);
  link->present = !g_dbus_connection_is_closed (link->connection);
  ask (link, G_DBUS_CALL_FLAGS_NONE);
}

static void
subscribe (PinLink *link)
{
  link->properties
      = g_dbus_connection_signal_subscribe (link->connection, link->destination, PROPERTIES, "PropertiesChanged", PATH, NAME,
                                            G_DBUS_SIGNAL_FLAGS_NONE, on_properties_changed, link, NULL);
  link->changes
      = g_dbus_connection_signal_subscribe (link->connection, link->destination, NAME, "SnapshotChanged", PATH, NULL,
                                            G_DBUS_SIGNAL_FLAGS_NONE, on_snapshot_changed, link, NULL);
}

PinLink *
pin_link_new (GDBusConnection *connection, gboolean has_names, const PinLinkTimes *times, PinMakes *makes,
              PinLinkHeard heard, gpointer data)
{
  const PinReadingTimes reading_times = { times->answer_ms, times->calm_ms };
  PinLink *link = g_new0 (PinLink, 1);

  link->connection = g_object_ref (connection);
  link->destination = has_names ? NAME : NULL;
  link->times = *times;
  link->heard = heard;
  link->data = data;
  link->presence = PIN_PRESENCE_UNREACHABLE;
  link->reading = pin_reading_new (connection, link->destination, &reading_times, makes, on_read, link);
  subscribe (link);
  begin (link);
  return link;
}

void
pin_link_free (PinLink *link)
{
  if (link == NULL)
    return;
  stop_asking (link);
  g_clear_handle_id (&link->watch, g_bus_unwatch_name);
  g_clear_signal_handler (&link->closed, link->connection);
  g_dbus_connection_signal_unsubscribe (link->connection, link->properties);
  g_dbus_connection_signal_unsubscribe (link->connection, link->changes);
  pin_reading_free (link->reading);
  g_object_unref (link->connection);
  pin_host_facts_free (link->facts);
  g_free (link->failure);
  g_free (link);
}

void
pin_link_start (PinLink *link)
{
  if (link->present)
    return;
  stop_asking (link);
  ask (link, G_DBUS_CALL_FLAGS_NONE);
}

PinPresence
pin_link_presence (const PinLink *link)
{
  gboolean unread = link->presence == PIN_PRESENCE_REACHABLE && pin_reading_failure (link->reading) != NULL;

  return unread ? PIN_PRESENCE_UNREACHABLE : link->presence;
}

gboolean
pin_link_is_reachable (const PinLink *link)
{
  return pin_link_presence (link) == PIN_PRESENCE_REACHABLE;
}

const char *
pin_link_failure (const PinLink *link)
{
  return link->presence == PIN_PRESENCE_REACHABLE ? pin_reading_failure (link->reading) : link->failure;
}

const PinHostFacts *
pin_link_facts (const PinLink *link)
{
  return link->facts;
}

const PinSite *
pin_link_site (const PinLink *link)
{
  return pin_reading_site (link->reading);
}

PinHostFacts *
pin_link_take_facts (PinLink *link)
{
  return g_steal_pointer (&link->facts);
}

PinSite *
pin_link_take_site (PinLink *link)
{
  return pin_reading_take_site (link->reading);
}

GDBusConnection *
pin_link_connection (const PinLink *link)
{
  return link->connection;
}

const char *
pin_link_destination (const PinLink *link)
{
  return link->destination;
}

void
pin_link_mark (PinLink *link)
{
  if (pin_link_is_reachable (link))
    pin_reading_mark (link->reading);
}

guint64
pin_link_hurry (PinLink *link)
{
  return link->presence == PIN_PRESENCE_REACHABLE ? pin_reading_hurry (link->reading) : 0;
}

gboolean
pin_link_has_read (const PinLink *link, guint64 number)
{
  return link->presence != PIN_PRESENCE_REACHABLE || pin_reading_n_over (link->reading) >= number;
}
