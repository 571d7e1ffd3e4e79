/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "virt/error.h"

#include "core/error.h"

#include <libvirt/virterror.h>

static PinError
code_of (int code)
{
  switch (code)
    {
    case VIR_ERR_NO_DOMAIN:
    case VIR_ERR_NO_DOMAIN_METADATA:
      return PIN_ERROR_NOT_FOUND;
    case VIR_ERR_OPERATION_TIMEOUT:
    case VIR_ERR_RESOURCE_BUSY:
      return PIN_ERROR_BUSY;
    case VIR_ERR_AUTH_FAILED:
    case VIR_ERR_AUTH_CANCELLED:
    case VIR_ERR_AUTH_UNAVAILABLE:
    case VIR_ERR_ACCESS_DENIED:
    case VIR_ERR_OPERATION_DENIED:
      return PIN_ERROR_DENIED;
    case VIR_ERR_NO_SUPPORT:
    case VIR_ERR_ARGUMENT_UNSUPPORTED:
    case VIR_ERR_OPERATION_UNSUPPORTED:
      return PIN_ERROR_UNSUPPORTED;
    case VIR_ERR_INVALID_ARG:
    case VIR_ERR_XML_ERROR:
    case VIR_ERR_XML_DETAIL:
      return PIN_ERROR_INVALID;
    default:
      return PIN_ERROR_FAILED;
    }
}

void
pin_virt_take_error (GError **error)
{
  const virError *last = virGetLastError ();
  const char *message = last == NULL || last->message == NULL ? "failed without a reason" : last->message;

  g_set_error (error, PIN_ERROR, last == NULL ? PIN_ERROR_FAILED : code_of (last->code), "libvirt: %s", message);
  virResetLastError ();
}

int
pin_virt_error_code (void)
{
  return virGetLastErrorCode ();
}
