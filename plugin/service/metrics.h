/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* When the file of metrics is written: soon after something has changed, seldom, and each minute at least. */
#pragma once

#include "event.h"

typedef struct _PinMetrics PinMetrics;

/* What there is to tell now, added to @text. */
typedef void (*PinMetricsTell) (GString *text, gpointer data);

/* As the service has them. */
typedef struct
{
  guint settle_ms; /* from a change to the file, so that several cost one */
  guint renew_ms;  /* after which it is written though nothing has changed */
} PinMetricsTimes;

extern const PinMetricsTimes pin_metrics_times;

/*
 * Without a file.  All metrics begin with @prefix, as "pinshift_": beside what @tell adds there are PREFIXup, PREFIXbuild_info,
 * PREFIXpolicy_valid and PREFIXevents_total.  (transfer full)
 */
PinMetrics *pin_metrics_new (const char *prefix, const PinMetricsTimes *times, PinMetricsTell tell, gpointer data);
/* Writes the file once more, to say that the service is not up. */
void pin_metrics_free (PinMetrics *metrics);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinMetrics, pin_metrics_free)

/* The file, from now on; NULL: none.  One that was written before is removed. */
void pin_metrics_set_file (PinMetrics *metrics, const char *path);
/* Whether the policy that was read last could be taken. */
void pin_metrics_set_policy_valid (PinMetrics *metrics, gboolean valid);
/* Something may be different. */
void pin_metrics_changed (PinMetrics *metrics);
/* A PinNewsListener: counts @event in @data, a PinMetrics. */
void pin_metrics_hear (const PinEvent *event, gpointer data);
