/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fleet.h"

struct _PinFleet
{
  PinLinkTimes times;
  PinFleetChanged changed;
  gpointer data;
  GHashTable *hosts; /* name -> Host */
};

typedef enum
{
  SAID_NOTHING,
  SAID_REACHABLE,
  SAID_UNREACHABLE
} Said;

typedef struct
{
  PinFleet *fleet;
  char *name;
  PinLink *link;
  Said said; /* to the log */
} Host;

static void
host_free (gpointer data)
{
  Host *host = data;

  pin_link_free (host->link);
  g_free (host->name);
  g_free (host);
}

/* One line each time that it comes or goes, none for each attempt between. */
static void
tell_log (Host *host)
{
  Said now = pin_link_is_reachable (host->link) ? SAID_REACHABLE : SAID_UNREACHABLE;

  if (host->said == now)
    return;
  host->said = now;
  if (now == SAID_REACHABLE)
    g_message ("host %s: reachable, pinshiftd %s", host->name, pin_link_facts (host->link)->version);
  else
    g_warning ("host %s: unreachable: %s", host->name, pin_link_failure (host->link));
}

static void
on_heard (PinLink *link, gpointer data)
{
  Host *host = data;

  tell_log (host);
  host->fleet->changed (host->name, link, host->fleet->data);
}

PinFleet *
pin_fleet_new (const PinLinkTimes *times, PinFleetChanged changed, gpointer data)
{
  PinFleet *fleet = g_new0 (PinFleet, 1);

  fleet->times = *times;
  fleet->changed = changed;
  fleet->data = data;
  fleet->hosts = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, host_free);
  return fleet;
}

void
pin_fleet_free (PinFleet *fleet)
{
  if (fleet == NULL)
    return;
  g_hash_table_unref (fleet->hosts);
  g_free (fleet);
}

gboolean
pin_fleet_add (PinFleet *fleet, const char *name, GDBusConnection *connection, gboolean has_names)
{
  Host *host;

  if (g_hash_table_contains (fleet->hosts, name))
    return FALSE;
  host = g_new0 (Host, 1);
  host->fleet = fleet;
  host->name = g_strdup (name);
  host->link = pin_link_new (connection, has_names, &fleet->times, on_heard, host);
  return g_hash_table_insert (fleet->hosts, host->name, host);
}

const PinLink *
pin_fleet_link (const PinFleet *fleet, const char *name)
{
  const Host *host = g_hash_table_lookup (fleet->hosts, name);

  return host != NULL ? host->link : NULL;
}

void
pin_fleet_start (PinFleet *fleet)
{
  GHashTableIter iter;
  gpointer host;

  g_hash_table_iter_init (&iter, fleet->hosts);
  while (g_hash_table_iter_next (&iter, NULL, &host))
    pin_link_start (((Host *) host)->link);
}
