/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tells people what a guest has here, and what it misses. */
#pragma once

#include "watch.h"

/* @domain has just arrived by the migration @migration, or NULL where that has no ID: a line in the journal, and a signal. */
void pin_greet_arrival (const PinDomain *domain, const char *migration, const PinWatchListener *listener, gpointer data);
/* @domain has other pins than before: the signal alone. */
void pin_greet_again (const PinDomain *domain, const PinWatchListener *listener, gpointer data);
