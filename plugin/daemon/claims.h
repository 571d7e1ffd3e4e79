/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The claims of a picture: what guests on their way were promised, in memory and in a file. */
#pragma once

#include "picture.h"

/* Those of the file come back, also those that have run out by @now_ms: libvirt may know more of their guests. */
void pin_claims_load (PinPicture *picture, gint64 now_ms);

/* What guests on their way have received is used by the kernel's count of @now, and claimed by ours: takes it back once. */
void pin_claims_credit (const PinPicture *picture, PinSnapshot *now);

/* All below keep the file in step.  A file that can't be written costs a warning, not the claim.  @digest is of what was asked. */
void pin_claims_make (PinPicture *picture, const PinTenant *tenant, guint64 digest, gint64 now_ms);
void pin_claims_renew (PinPicture *picture, const char *uuid, gint64 now_ms);
/* @plan, which becomes the picture's, is what its guest was promised when it claimed.  It is forgotten with the claim, and under
 * another policy. */
void pin_claims_promise (PinPicture *picture, PinPlan *plan);
/* The plan that @uuid was promised when it asked what @digest is of, or NULL; borrowed. */
const PinPlan *pin_claims_promised (const PinPicture *picture, const char *uuid, guint64 digest);
/* libvirt shows @uuid on its way here: its lease begins anew. */
void pin_claims_see (PinPicture *picture, const char *uuid, gint64 now_ms);
void pin_claims_release (PinPicture *picture, const char *uuid);
/* Ends claims whose lease had run out by @asked_ms, when libvirt was asked who is here; call it with its answer, or where it can't be asked. */
void pin_claims_expire (PinPicture *picture, gint64 asked_ms);
