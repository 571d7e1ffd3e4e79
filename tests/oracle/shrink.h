/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Smaller cases that go wrong as well. */
#pragma once

#include "random-case.h"

typedef gboolean (*ShrinkTest) (const RandomCase *c, gpointer data);

/* Takes away from @c whatever it can while @goes_wrong says that it still does; it does so as it comes. */
void shrink_case (RandomCase *c, ShrinkTest goes_wrong, gpointer data);
