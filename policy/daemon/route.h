/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a guest is, and where it can go: the hosts as they were ranked in one moment. */
#pragma once

#include <glib.h>

typedef struct
{
  char *host;
  gboolean open; /* it can take the guest */
  gboolean together; /* nothing but guests that it is to stay together with keeps it away */
  guint cost;    /* of its plan there, if it can */
  char *why;     /* one line: why it can't, or what it is ranked by; may be empty */
} PinRouteStop;

typedef struct
{
  char *guest; /* its name */
  char *uuid;
  char *on;         /* the host that it is on; NULL: none of these */
  char *migration;  /* ID of its next move; until somebody knows better its UUID */
  guint64 estimate_ms; /* so long that move takes; 0: not known */
  GPtrArray *stops; /* PinRouteStop, best first, those that are not open last */
} PinRoute;

/* A route without stops yet.  (transfer full) */
PinRoute *pin_route_new (const char *guest, const char *uuid, const char *on);
/* Its next move is called @migration; NULL: as it is. */
void pin_route_set_migration (PinRoute *route, const char *migration);
void pin_route_free (PinRoute *route);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinRoute, pin_route_free)

/* Returns: borrowed, for what is not given here. */
PinRouteStop *pin_route_add (PinRoute *route, const char *host, gboolean open, const char *why);

/* The best open stop that is not in @tried, of names; where @wanted is not NULL, none but that host.  Borrowed; NULL: there is none. */
const PinRouteStop *pin_route_next (const PinRoute *route, const char *wanted, const GPtrArray *tried);

/* Why there is none, in one line, with the reason of each host that was not tried.  (transfer full) */
char *pin_route_refusal (const PinRoute *route, const char *wanted, const GPtrArray *tried);
