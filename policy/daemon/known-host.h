/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of hosts, as callers write them. */
#pragma once

#include "fleet.h"

/* Whether @name is one of the hosts; FALSE with PIN_ERROR_NOT_FOUND, which names those that there are. */
gboolean pin_known_host (PinFleet *fleet, const char *name, GError **error);
