/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a placement has of a setting, in a few words. */
#pragma once

#include "placement.h"

/*
 * What @placement has of @setting, "vCPU 0 on 4, 1 on 5"; "" of a setting that is the guest's.  Of more pins than can be named those come first
 * that @beside, if it is not NULL, has otherwise.  (transfer full)
 */
char *pin_phrase (const PinPlacement *placement, const PinPlacement *beside, PinSetting setting);

/* An amount of memory, "2 MiB".  (transfer full) */
char *pin_phrase_size (guint64 kib);
