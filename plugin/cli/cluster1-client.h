/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pinshift-policyd, as the command line asks it. */
#pragma once

#include <gio/gio.h>

#define PIN_CLUSTER1_NAME "org.pinshift.Cluster1"
#define PIN_CLUSTER1_PATH "/org/pinshift/Cluster1"

/* Makes of a failed call to pinshift-policyd what it means to a person. */
void pin_cli_cluster1_explain (GError **error);

/*
 * Calls @method of org.pinshift.Cluster1, which the bus starts if need be, with @parameters (floating: taken).  Who is
 * not root may be asked for a password.  It lasts as long as it needs: hosts are asked, a person looks for the
 * password.  If the service dies, the bus says so. Returns: the answer, of @type (transfer full); NULL with an error
 * that is not explained yet.
 */
GVariant *pin_cli_cluster1_call (const char *method, GVariant *parameters, const GVariantType *type,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* JSON of Rank for @guest, with the plans of the @n_plans best hosts.  (transfer full); NULL with an error that is
 * explained. */
char *pin_cli_cluster1_rank (const char *guest, guint n_plans, gboolean measure, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/*
 * JSON of Plan for a job of @kind about @subject, with the @options that the job would have, a{sv} (floating: taken; NULL: none).
 * (transfer full); NULL with an error that is explained.
 */
char *pin_cli_cluster1_plan (const char *kind, const char *subject, GVariant *options, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* All objects of the service, a{oa{sa{sv}}} (transfer full); NULL with an error that is not explained yet. */
GVariant *pin_cli_cluster1_objects (GError **error) G_GNUC_WARN_UNUSED_RESULT;
