/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* In place of tally.c where a sanitizer has malloc. */
#include "tally.h"

Tally
tally_now (void)
{
  return (Tally) { 0, 0 };
}
