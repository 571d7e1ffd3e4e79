/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The error domain and the names of its codes. */
#include "core/error.h"

static const char *const names[PIN_ERROR_N] = {
  [PIN_ERROR_INVALID] = "Invalid",
  [PIN_ERROR_NOT_FOUND] = "NotFound",
  [PIN_ERROR_STALE] = "Stale",
  [PIN_ERROR_BUSY] = "Busy",
  [PIN_ERROR_UNSUPPORTED] = "Unsupported",
  [PIN_ERROR_DENIED] = "Denied",
  [PIN_ERROR_FAILED] = "Failed",
};

GQuark
pin_error_quark (void)
{
  return g_quark_from_static_string ("pin-error-quark");
}

const char *
pin_error_name (PinError code)
{
  g_return_val_if_fail (code < PIN_ERROR_N, NULL);

  return names[code];
}
