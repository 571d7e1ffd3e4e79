/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* That hosts are read which are out of date, and when all of them were. */
#pragma once

#include "fleet-host.h"

typedef struct _PinFreshening PinFreshening;

/* It is over, and may be freed in it. */
typedef void (*PinFresheningOver) (PinFreshening *freshening, gpointer data);

/* Over after @deadline_ms at the latest, and not before this has returned.  (transfer full) */
PinFreshening *pin_freshening_new (guint deadline_ms, PinFresheningOver over, gpointer data);
void pin_freshening_free (PinFreshening *freshening);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinFreshening, pin_freshening_free)

/* Reads @host now, and waits for it, if it has to be read. */
void pin_freshening_add (PinFreshening *freshening, PinFleetHost *host);
/* @host was heard: it is not waited for any more, if that is what was waited for. */
void pin_freshening_look (PinFreshening *freshening, const PinFleetHost *host);
/* The host @name is gone. */
void pin_freshening_forget (PinFreshening *freshening, const char *name);
