/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records drawn from a seed, as whoever can write metadata could write them. */
#pragma once

#include "format/record.h"

#define RANDOM_RECORD_UUID "1b4e28ba-2fa1-11d2-883f-0016d3cca427"

/* All of it random; without homes, shapes and the CPU where the guest started unless @has_homes.  (transfer full) */
PinRecord *random_record (GRand *rand, gboolean has_homes);
