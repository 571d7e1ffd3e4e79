/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "whereabouts.h"

#include "connection.h"

#include <libvirt/virterror.h>

void
pin_whereabouts_clear (PinWhereabouts *there)
{
  g_clear_pointer (&there->failure, g_free);
}

static PinStay
stay_of (int state)
{
  switch (state)
    {
    case VIR_DOMAIN_RUNNING:
    case VIR_DOMAIN_BLOCKED:
      return PIN_STAY_RUNNING;
    case VIR_DOMAIN_SHUTOFF:
    case VIR_DOMAIN_CRASHED:
      return PIN_STAY_STOPPED;
    default:
      return PIN_STAY_PAUSED;
    }
}

static gboolean
ask (const char *uri, const char *uuid, PinStay *ret_stay, GError **error)
{
  g_autoptr (PinConnection) connection = pin_connection_open (uri, error);
  g_autoptr (PinConnectionDomain) domain = NULL;
  int state;

  if (connection == NULL)
    return FALSE;
  domain = virDomainLookupByUUIDString (connection, uuid);
  if (domain != NULL && virDomainGetState (domain, &state, NULL, 0) == 0)
    *ret_stay = stay_of (state);
  else if (pin_virt_error_code () == VIR_ERR_NO_DOMAIN)
    *ret_stay = PIN_STAY_ABSENT;
  else
    {
      pin_virt_take_error (error);
      return FALSE;
    }
  return TRUE;
}

gboolean
pin_whereabouts_ask (const char *uri, const char *uuid, PinWhereabouts *ret_there)
{
  g_autoptr (GError) error = NULL;

  *ret_there = (PinWhereabouts) { 0 };
  if (!ask (uri, uuid, &ret_there->stay, &error))
    ret_there->failure = g_strdup (error->message);
  return ret_there->failure == NULL;
}

static gboolean
is (const PinWhereabouts *there, PinStay stay)
{
  return there->failure == NULL && there->stay == stay;
}

char *
pin_whereabouts_judge (const PinMigrationOrder *order, gboolean active, const PinWhereabouts *source,
                       const PinWhereabouts *destination, PinMigrationOutcome *outcome)
{
  PinStay wanted = active ? PIN_STAY_RUNNING : PIN_STAY_STOPPED;

  if (is (source, wanted))
    {
      if (*outcome == PIN_MIGRATION_FAILED && destination->failure != NULL)
        *outcome = PIN_MIGRATION_UNREACHABLE;
      return g_strdup_printf ("it %s at %s", active ? "runs on" : "is still", order->source);
    }
  *outcome = is (destination, wanted) ? PIN_MIGRATION_DONE : PIN_MIGRATION_FAILED;
  if (is (destination, wanted))
    return g_strdup_printf ("yet it is at %s", order->destination);
  if (is (source, PIN_STAY_PAUSED))
    return g_strdup_printf ("it is paused at %s", order->source);
  if (is (destination, PIN_STAY_PAUSED))
    return g_strdup_printf ("it is paused at %s", order->destination);
  if (source->failure != NULL || destination->failure != NULL)
    return g_strdup_printf ("where it is now is not known: %s", source->failure != NULL ? source->failure : destination->failure);
  return g_strdup_printf ("it runs neither at %s nor at %s", order->source, order->destination);
}
