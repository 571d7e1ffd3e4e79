/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "whereabouts.h"

#include "connection.h"

#include <libvirt/virterror.h>

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

gboolean
pin_stay_ask (const char *uri, const char *uuid, PinStay *ret_stay, GError **error)
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
