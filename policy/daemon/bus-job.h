/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The jobs on the bus: an object for each. */
#pragma once

#include "job.h"

#include <gio/gio.h>

typedef struct _PinBusJobs PinBusJobs;

/* Somebody asks for the end of the job @number, which moves @guest.  @invocation is to be answered. */
typedef void (*PinBusJobsCancel) (GDBusMethodInvocation *invocation, guint number, const char *guest, gpointer data);

/* Jobs become objects of @objects.  (transfer full) */
PinBusJobs *pin_bus_jobs_new (GDBusObjectManagerServer *objects, PinBusJobsCancel cancel, gpointer data);
void pin_bus_jobs_free (PinBusJobs *jobs);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinBusJobs, pin_bus_jobs_free)

/* Shows a job as @facts has it; one that was not shown before gets an object. */
void pin_bus_jobs_show (PinBusJobs *jobs, const PinJobFacts *facts);
void pin_bus_jobs_drop (PinBusJobs *jobs, guint number);

/* The path of its object.  (transfer full) */
char *pin_bus_jobs_path (guint number);
