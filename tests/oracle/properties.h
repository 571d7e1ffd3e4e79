/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What has to hold between a plan and the plan of a case that is a little different.  @seed draws the difference. */
#pragma once

#include "random-case.h"

/* What is wrong; NULL: nothing.  (transfer full) */

/* With more room nothing is refused that was not, and nothing costs more. */
char *property_more_room (const RandomCase *c, guint32 seed);

/* Numbers of the host that nobody wrote down mean nothing. */
char *property_renamed (const RandomCase *c, guint32 seed);

/* What was given is kept when it is planned again, also where everything else has become free. */
char *property_again (const RandomCase *c, guint32 seed);

/* A claim keeps others off what it has, and is forgotten when it ends. */
char *property_released (const RandomCase *c, guint32 seed);

/* A reason that says CPUs are short shows more that are wanted than there are. */
char *property_told (const RandomCase *c, guint32 seed);
