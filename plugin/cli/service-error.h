/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a call that failed on the bus means to a person. */
#pragma once

#include <gio/gio.h>

typedef struct
{
  const char *name;   /* "pinshiftd": of the program, and of its unit */
  const char *rights; /* who may ask what of it */
} PinService;

/* Takes D-Bus's clothes off @error, of a call to @service, and says what to do where the service can't be reached. */
void pin_service_error_explain (GError **error, const PinService *service);

/* Whether @error, not explained yet, says that there is no such service here, so that nothing has been done. */
gboolean pin_service_error_is_unknown (const GError *error);
