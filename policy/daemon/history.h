/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* When guests came to the hosts that they are on, as far as it was seen, and how fast guests have moved lately. */
#pragma once

#include "cluster/moves.h"

typedef struct _PinHistory PinHistory;

/* (transfer full) */
PinHistory *pin_history_new (void);
void pin_history_free (PinHistory *history);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinHistory, pin_history_free)

/* The host @host is now as @site has it.  @now_ms: monotonic, as all times here. */
void pin_history_note (PinHistory *history, const char *host, const PinSite *site, gint64 now_ms);
/* It is no host of the cluster any more. */
void pin_history_forget (PinHistory *history, const char *host);

/* When the guest was first seen to run there; PIN_SCENE_LONG_AGO: it ran there when the host was heard for the first time, or does not. */
gint64 pin_history_since (const PinHistory *history, const char *host, const char *uuid);

/* A guest has moved, and its memory went at @rate_kib_s. */
void pin_history_note_rate (PinHistory *history, guint64 rate_kib_s);
/* As the last ones moved, where it was seen; else as fast as the policy allows, or PIN_PACE_RATE_KIB_S. */
PinPace pin_history_pace (const PinHistory *history, const PinRules *rules);
