/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Guests that belong together: whether one that comes finds its company here. */
#pragma once

#include "picture.h"

/*
 * Says in the journal that guest @name comes to a host where none of its strict affinity group is or is on its way.  It is not refused:
 * one host can't know whether the others follow.
 */
void pin_company_warn (const PinPicture *picture, const char *name, const char *uuid, const char *migration);
