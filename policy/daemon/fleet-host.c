/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fleet-host.h"

#include "backoff.h"
#include "service/dial.h"

#include <string.h>


typedef enum
{
  SAID_NOTHING,
  SAID_REACHABLE,
  SAID_LOST
} Said;

struct _PinFleetHost
{
  const PinFleetHostWorld *world;
  char *name;
  char *uri;
  char *command;          /* NULL: it is behind @local */
  gboolean kept_off;      /* the policy says maintenance */
  GDBusConnection *local;

  PinDial *dial;
  gint64 dialled_ms;
  guint redial;           /* timer, or 0 */
  PinBackoff backoff;
  PinLink *link;          /* NULL: there is no way now */
  guint generation;

  /* While there is no link, or it has heard nothing yet: what the last one knew. */
  PinHostFacts *facts;
  PinSite *site;
  char *failure;
  Said said;              /* to the log */
};

static void dial (PinFleetHost *host);

static gint64
now_ms (void)
{
  return g_get_monotonic_time () / 1000;
}

/* One line each time that it comes or goes, none for each attempt between. */
static void
tell_log (PinFleetHost *host)
{
  const PinHostRow row = pin_fleet_host_row (host);
  Said now = row.presence == PIN_PRESENCE_REACHABLE ? SAID_REACHABLE : SAID_LOST;

  if (host->said == now)
    return;
  host->said = now;
  if (now == SAID_REACHABLE)
    g_message ("host %s: reachable, pinshiftd %s", host->name, pin_fleet_host_facts (host)->version);
  else
    g_warning ("host %s: %s: %s", host->name, row.presence == PIN_PRESENCE_UNMANAGED ? "unmanaged" : "unreachable", row.failure);
}

static void
on_heard (PinLink *link, gpointer data)
{
  PinFleetHost *host = data;

  /* Why a dial has ended it says itself, a moment later. */
  if (host->dial != NULL && g_dbus_connection_is_closed (pin_link_connection (link)))
    return;
  tell_log (host);
  host->world->heard (host, host->world->data);
}

static void
make_link (PinFleetHost *host, GDBusConnection *connection)
{
  host->generation++;
  host->link = pin_link_new (connection, TRUE, &host->world->times, host->world->makes, on_heard, host);
}

static void
drop_link (PinFleetHost *host)
{
  PinHostFacts *facts = host->link != NULL ? pin_link_take_facts (host->link) : NULL;
  PinSite *site = host->link != NULL ? pin_link_take_site (host->link) : NULL;

  g_clear_pointer (&host->link, pin_link_free);
  if (facts != NULL)
    {
      pin_host_facts_free (host->facts);
      host->facts = facts;
    }
  if (site != NULL)
    {
      pin_site_free (host->site);
      host->site = site;
    }
}

static void
on_connected (PinDial *unused, GDBusConnection *connection, gpointer data)
{
  PinFleetHost *host = data;

  make_link (host, connection);
  pin_link_start (host->link);
}

static gboolean
on_redial (gpointer data)
{
  PinFleetHost *host = data;

  host->redial = 0;
  dial (host);
  return G_SOURCE_REMOVE;
}

/* One that comes and goes all the time fails each time; one that has stayed for a while is tried anew at once. */
static void
on_ended (PinDial *unused, const char *why, gpointer data)
{
  PinFleetHost *host = data;

  drop_link (host);
  g_clear_pointer (&host->dial, pin_dial_free);
  if (now_ms () - host->dialled_ms > PIN_BACKOFF_MOST_MS)
    host->backoff = (PinBackoff) { 0 };
  pin_backoff_fail (&host->backoff, now_ms ());
  host->redial = g_timeout_add (pin_backoff_wait_ms (&host->backoff, now_ms ()), on_redial, host);
  g_free (host->failure);
  host->failure = g_strdup (why);
  tell_log (host);
  host->world->heard (host, host->world->data);
}

static void
dial (PinFleetHost *host)
{
  static const PinDialEvents events = { on_connected, on_ended };

  host->dialled_ms = now_ms ();
  host->dial = pin_dial_new (host->command, host->world->times.answer_ms, &pin_guard_limits, &events, host);
}

static const char *
command_of (const PinHostRule *rule)
{
  return strcmp (rule->link, PIN_FLEET_LINK_HERE) == 0 ? NULL : rule->link;
}

PinFleetHost *
pin_fleet_host_new (const PinHostRule *rule, GDBusConnection *local, const PinFleetHostWorld *world)
{
  PinFleetHost *host = g_new0 (PinFleetHost, 1);

  host->world = world;
  host->name = g_strdup (rule->name);
  host->uri = g_strdup (rule->uri);
  host->command = g_strdup (command_of (rule));
  host->kept_off = rule->maintenance;
  if (host->command != NULL)
    {
      dial (host);
      return host;
    }
  host->local = g_object_ref (local);
  make_link (host, local);
  return host;
}

void
pin_fleet_host_free (PinFleetHost *host)
{
  if (host == NULL)
    return;
  pin_link_free (host->link);
  pin_dial_free (host->dial);
  g_clear_handle_id (&host->redial, g_source_remove);
  g_clear_object (&host->local);
  pin_host_facts_free (host->facts);
  pin_site_free (host->site);
  g_free (host->failure);
  g_free (host->command);
  g_free (host->uri);
  g_free (host->name);
  g_free (host);
}

gboolean
pin_fleet_host_take_rule (PinFleetHost *host, const PinHostRule *rule, GDBusConnection *local)
{
  const char *command = command_of (rule);

  if (g_strcmp0 (command, host->command) != 0 || (command == NULL && local != host->local))
    return FALSE;
  g_free (host->uri);
  host->uri = g_strdup (rule->uri);
  host->kept_off = rule->maintenance;
  return TRUE;
}

const char *
pin_fleet_host_name (const PinFleetHost *host)
{
  return host->name;
}

const char *
pin_fleet_host_uri (const PinFleetHost *host)
{
  return host->uri;
}

PinLink *
pin_fleet_host_link (const PinFleetHost *host)
{
  return host->link;
}

guint
pin_fleet_host_generation (const PinFleetHost *host)
{
  return host->generation;
}

const PinHostFacts *
pin_fleet_host_facts (const PinFleetHost *host)
{
  const PinHostFacts *facts = host->link != NULL ? pin_link_facts (host->link) : NULL;

  return facts != NULL ? facts : host->facts;
}

PinHostRow
pin_fleet_host_row (const PinFleetHost *host)
{
  const PinHostFacts *facts = pin_fleet_host_facts (host);
  const PinSite *site = host->link != NULL ? pin_link_site (host->link) : NULL;
  gboolean own = facts != NULL && facts->maintenance;

  return (PinHostRow) {
    .name = host->name,
    .presence = host->link != NULL ? pin_link_presence (host->link) : PIN_PRESENCE_UNREACHABLE,
    .failure = host->link != NULL ? pin_link_failure (host->link) : host->failure,
    .maintenance = own || host->kept_off,
    .maintenance_reason = own ? facts->maintenance_reason : host->kept_off ? "the policy says so" : NULL,
    .load_permille = facts != NULL ? facts->load_permille : -1,
    .site = site != NULL ? site : host->site,
  };
}

gboolean
pin_fleet_host_is_here (const PinFleetHost *host)
{
  return host->command == NULL;
}
