/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What there is to measure of the cluster, for its file of metrics. */
#pragma once

#include "cluster/rank.h"
#include "tally.h"

/* Adds it to @text, as exposition.h has it. */
void pin_cluster_metrics (GString *text, const PinHostRow *rows, guint n_rows, const PinTally *tally);
