/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A question to a service that happens to run: none is started for it. */
#pragma once

#include <gio/gio.h>

typedef struct
{
  const char *name; /* on the system bus */
  const char *path;
  const char *interface;
} PinPeek;

extern const PinPeek pin_peek_host, pin_peek_properties, pin_peek_cluster, pin_peek_objects;

/* Calls @method with @parameters (floating: taken; NULL: none); who has not answered after @patience_ms is not waited for.  Nobody is asked
 * for a password.  Returns: the answer, of @type (transfer full); NULL with an error of D-Bus. */
GVariant *pin_peek (const PinPeek *at, const char *method, GVariant *parameters, const GVariantType *type, int patience_ms,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
