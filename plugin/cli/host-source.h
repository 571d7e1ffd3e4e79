/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the hosts of a plan come from: a snapshot, a file of many, a line that describes one, or pinshiftd. */
#pragma once

#include "cli.h"
#include "core/snapshot.h"
#include "rules/rules.h"

/* Called for each host in turn.  Returns: FALSE with an error to end. */
typedef gboolean (*PinHostVisit) (const PinSnapshot *snapshot, gpointer data, GError **error);

/* Whether @on holds many hosts, a line each: it ends in ".jsonl". */
gboolean pin_host_source_is_many (const char *on);

/* Whether @on is neither file nor synthetic, but what a host is called. */
gboolean pin_host_source_is_name (const char *on);

/*
 * Visits the host or hosts of @on: a file if it has a "/" or ends in ".json" or ".jsonl", else synthetic if it has a
 * ":"; NULL: this host, or that of -H, by pinshiftd.  What @rules reserve is reserved.
 * Returns: FALSE with PIN_ERROR_INVALID or PIN_ERROR_UNSUPPORTED that name file and line, or what @visit said.
 */
gboolean pin_host_source_visit (const PinCli *cli, const char *on, const PinRules *rules, PinHostVisit visit, gpointer data,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
