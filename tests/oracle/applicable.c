/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "applicable.h"

char *
applicable_complaint (const BuiltCase *built, const PinPlan *plan)
{
  return NULL;
}
