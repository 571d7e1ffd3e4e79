/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Visitors, while nobody asks: one that is in a resident's way moves at once; one that could have back what it misses gets it when that has
 * been free for a while ([home] in-place and settle).
 */
#pragma once

#include "repin.h"

typedef struct _PinInplace PinInplace;

/* @picture and @repin must outlive it. */
PinInplace *pin_inplace_new (PinPicture *picture, PinRepin *repin);
void pin_inplace_free (PinInplace *inplace);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinInplace, pin_inplace_free)

/* The picture has changed: looks at all visitors, soon and once for all changes of a moment. */
void pin_inplace_consider (PinInplace *inplace);
