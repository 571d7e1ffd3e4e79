/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who is told what happens though nobody has asked: the command of [notify], and the file of [metrics]. */
#pragma once

#include "metrics.h"
#include "news.h"

typedef struct _PinTidings PinTidings;

/* Nobody is told yet.  @news must outlive it; the others as pin_metrics_new() has them.  (transfer full) */
PinTidings *pin_tidings_new (PinNews *news, const char *prefix, PinMetricsTell tell, gpointer data);
void pin_tidings_free (PinTidings *tidings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinTidings, pin_tidings_free)

/* From now on, as the policy has it; NULL: none. */
void pin_tidings_set (PinTidings *tidings, const char *command, const char *file);
/* As pin_metrics_set_policy_valid() and pin_metrics_changed(). */
void pin_tidings_set_policy_valid (PinTidings *tidings, gboolean valid);
void pin_tidings_changed (PinTidings *tidings);
