/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Guests that come to a host and leave it, one after the other, each another one and each in another way. */
#pragma once

#include "traffic-world.h"

/* After so many the ways begin anew. */
#define CONVOY_WAYS 12
/* Kept, adapted, refused. */
#define CONVOY_VERDICTS 3

typedef struct _Convoy Convoy;

Convoy *convoy_new (void);
void convoy_free (Convoy *convoy);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Convoy, convoy_free)

/* Their host; borrowed. */
Traffic *convoy_traffic (Convoy *convoy);
/* How often each was given. */
const guint *convoy_verdicts (const Convoy *convoy);

/* Guests @from to @to come, without that one; the last of them are here then. */
void convoy_run (Convoy *convoy, guint from, guint to);
/* Those that are here leave. */
void convoy_end (Convoy *convoy);
/* What others ask the service from time to time. */
void convoy_look (Convoy *convoy);
