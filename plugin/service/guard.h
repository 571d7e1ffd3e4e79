/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What another host sends, as long as it is no flood: a stream of D-Bus messages that fails where they are too many or too
 * large.  It looks at the bytes before anybody keeps them, so a host costs no more memory than one message may have.
 */
#pragma once

#include <gio/gio.h>

typedef struct
{
  guint messages_s;    /* in a second */
  guint message_mib;   /* in one message */
  guint bytes_mib_s;   /* in a second */
} PinGuardLimits;

extern const PinGuardLimits pin_guard_limits; /* as the service has them */

#define PIN_TYPE_GUARD (pin_guard_get_type ())
G_DECLARE_FINAL_TYPE (PinGuard, pin_guard, PIN, GUARD, GFilterInputStream)

/* A stream of @base, which can be polled and stands at the first byte of a message.  (transfer full) */
PinGuard *pin_guard_new (GInputStream *base, const PinGuardLimits *limits);

/* Why it has failed: "floods: ..." and the like; NULL: it has not.  From any thread.  (transfer full) */
char *pin_guard_reason (PinGuard *guard);
