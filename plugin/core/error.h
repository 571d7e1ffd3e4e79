/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one error domain.  An expected answer ("no room") is a value, never one of these. */
#pragma once

#include <glib.h>

typedef enum
{
  PIN_ERROR_INVALID,     /* input that breaks its grammar or its limits: text, XML, JSON, policy */
  PIN_ERROR_NOT_FOUND,   /* a domain, file or host that is named and is not there */
  PIN_ERROR_STALE,       /* what the answer was made from has changed meanwhile */
  PIN_ERROR_BUSY,        /* held by somebody else, worth a second try */
  PIN_ERROR_UNSUPPORTED, /* a version, option or kind that this build does not know */
  PIN_ERROR_DENIED,      /* the caller may not */
  PIN_ERROR_FAILED,      /* the outside world failed: libvirt, a file, the bus */
  PIN_ERROR_N
} PinError;

#define PIN_ERROR (pin_error_quark ())

/* The quark of the domain; each code is registered as D-Bus error org.pinshift.Error.NAME. */
GQuark pin_error_quark (void);

/* Short name of a code as in the D-Bus error name, "Invalid" say; static string. */
const char *pin_error_name (PinError code);
