/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Metrics as text, in the format that Prometheus reads. */
#pragma once

#include <glib.h>

typedef enum
{
  PIN_METRIC_GAUGE,   /* goes up and down */
  PIN_METRIC_COUNTER, /* only up, and to 0 when the service starts */
} PinMetricType;

/* Begins the metric @name, of which all samples follow at once.  @help: one sentence. */
void pin_exposition_begin (GString *text, const char *name, PinMetricType type, const char *help);

/*
 * A sample of it with @value, and for each label its name and its value, which may be any text, NULL among it ("");
 * NULL ends the labels.
 */
void pin_exposition_add (GString *text, const char *name, double value, ...) G_GNUC_NULL_TERMINATED;
