/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A host without one of its guests. */
#pragma once

#include "snapshot.h"

/* Takes @guest off @snapshot, if it runs there or has a claim: what it holds is free for others.  Of memory that it has bound to no node each node has its
 * share back, of what is in use there for no known reason. */
void pin_departure (PinSnapshot *snapshot, const PinGuest *guest);
