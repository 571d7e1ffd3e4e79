/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a plan could be carried out: what libvirt, QEMU and the other guests would say to its placement. */
#pragma once

#include "random-case.h"

/* What is wrong with the placement or claim of @plan, which refuses nothing; NULL: nothing.  (transfer full) */
char *applicable_complaint (const BuiltCase *built, const PinPlan *plan);
