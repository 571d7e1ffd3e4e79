/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pairs of a guest and a host that came to nothing a moment ago: no plan has them again. */
#pragma once

#include <glib.h>

typedef struct _PinTried PinTried;

/* None.  (transfer full) */
PinTried *pin_tried_new (void);
PinTried *pin_tried_ref (PinTried *tried);
void pin_tried_unref (PinTried *tried); /* NULL is none */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinTried, pin_tried_unref)

void pin_tried_add (PinTried *tried, const char *uuid, const char *host);
/* @tried may be NULL. */
gboolean pin_tried_has (const PinTried *tried, const char *uuid, const char *host);
