/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a job of pinshift-policyd shows, as its proxy knows it. */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

#define PIN_JOB_INTERFACE "org.pinshift.Cluster1.Job"

/* Property @name, text; "" while there is none.  (transfer full) */
char *pin_job_facts_text (GDBusProxy *job, const char *name);

/* Property @name, u or t; 0 while there is none. */
guint64 pin_job_facts_number (GDBusProxy *job, const char *name);

/* Whether it is under way, as far as is known. */
gboolean pin_job_facts_runs (GDBusProxy *job);

/* Whether it is one that has others, a job for each move. */
gboolean pin_job_facts_has_moves (GDBusProxy *job);

/* Adds what came of the job to the object that is open in @builder. */
void pin_job_facts_add_json (GDBusProxy *job, JsonBuilder *builder);
