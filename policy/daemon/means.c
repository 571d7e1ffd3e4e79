/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "means.h"

#include "core/error.h"

#define URI_HERE "qemu:///system"

static void
ask (gpointer world, const char *uuid, GCancellable *cancellable, GAsyncReadyCallback answered, gpointer data)
{
  pin_ranking_ask (((PinMeans *) world)->ranking, uuid, NULL, FALSE, cancellable, answered, data);
}

static PinRoute *
answer (gpointer world, GAsyncResult *result, GError **error)
{
  g_autoptr (PinRankAnswer) said = pin_ranking_finish (result, error);

  return said != NULL ? g_steal_pointer (&said->route) : NULL;
}

/* How this process reaches the libvirt of @host: where that is here, without asking anybody for a key. */
static const char *
own_uri (const PinMeans *means, const char *host)
{
  return pin_fleet_is_here (means->fleet, host) ? URI_HERE : pin_fleet_uri (means->fleet, host);
}

static PinMigrateRule
manner (gpointer world)
{
  return pin_rules_migrate (((const PinMeans *) world)->rules);
}

static gpointer
move (gpointer world, const PinRoute *route, const char *host, const PinMigrationListener *listener, gpointer data, GError **error)
{
  const PinMeans *means = world;
  const PinMigrationOrder order = {
    .uuid = route->uuid,
    .source = route->on,
    .destination = host,
    .source_uri = route->on != NULL ? own_uri (means, route->on) : NULL,
    .destination_uri = pin_fleet_uri (means->fleet, host),
    .manner = manner (world),
  };

  if (order.source_uri != NULL && order.destination_uri != NULL)
    return pin_migration_new (&order, listener, data);
  g_set_error (error, PIN_ERROR, PIN_ERROR_NOT_FOUND, "the policy has no host '%s'",
               order.destination_uri == NULL ? host : route->on != NULL ? route->on : "");
  return NULL;
}

static void
cancel (gpointer migration)
{
  pin_migration_cancel (migration);
}

static void
end (gpointer migration)
{
  pin_migration_free (migration);
}

PinJobMeans
pin_means_of (PinMeans *means)
{
  return (PinJobMeans){ means, ask, answer, move, cancel, end, manner };
}
