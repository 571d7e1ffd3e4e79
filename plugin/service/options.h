/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of a call, a{sv}: switches, numbers, texts and lists of texts, each known by name. */
#pragma once

#include <glib.h>

typedef struct
{
  const char *name;
  gboolean *value; /* of a switch (b): written where the call has the option */
  guint *number;   /* of a number (u), where there is no switch */
  char **text;     /* of a text (s), where there is neither; what it was is freed */
  guint64 *wide;   /* of a wide number (t), where there is nothing else */
  char ***list;    /* of a list of texts (as), where there is a NULL in all others; what it was is freed */
} PinBusOption;

/*
 * Takes @options apart.  @known ends with an entry without name.
 * Returns: FALSE with PIN_ERROR_UNSUPPORTED that names an unknown option, PIN_ERROR_INVALID that names one of a wrong type.
 */
gboolean pin_bus_options_read (GVariant *options, const PinBusOption *known, GError **error) G_GNUC_WARN_UNUSED_RESULT;
