/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Placements drawn from a seed, for properties that must hold for all of them. */
#pragma once

#include "core/placement.h"

/* The guest that they are for; its second memory device is an NVDIMM, which has no placement. */
#define RANDOM_VCPUS 4
#define RANDOM_CELLS 2

/* Sets of numbers below @limit, not empty. */
PinCpuset *random_set (GRand *rand, guint limit);
/* A placement of a guest of tests/golden/domain/tuned.xml; each part is there or not.  (transfer full) */
PinPlacement *random_placement (GRand *rand);
