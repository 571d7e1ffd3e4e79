/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All that can be called of pinshiftd and pinshift-policyd, as their interfaces have it. */
#pragma once

#include <gio/gio.h>

typedef struct
{
  const char *owner; /* who has the service's name */
  const char *path;
  const char *interface;
  const char *method;
  GDBusArgInfo *const *in;
  GVariantType *out; /* a tuple; NULL: it does not answer */
  guint answers;
} Method;

/* Methods, of the owners of the names of both services; all that is passed must outlive them.  (transfer full) */
GPtrArray *methods_new (const char *host, const char *cluster, const GDBusNodeInfo *common);

/* What all objects have.  (transfer full) */
GDBusNodeInfo *methods_common (void);
