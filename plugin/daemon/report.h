/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One structured line in the journal for each decision, the same migration ID on source and destination. */
#pragma once

#include "core/plan.h"

/* The lines that administrators search for, by MESSAGE_ID. */
typedef enum
{
  PIN_REPORT_PLANNED,
  PIN_REPORT_REFUSED,
  PIN_REPORT_UNPLANNED, /* nobody knows what to make of it: hook.conf says whether it comes as it is */
  PIN_REPORT_ARRIVED,
  PIN_REPORT_ADAPTED,
  PIN_REPORT_RESTORED,
  PIN_REPORT_RECORDED,
  PIN_REPORT_RECORD_DROPPED,
  PIN_REPORT_REPAIRED,   /* the persistent definition fits this host now */
  PIN_REPORT_UNREPAIRED, /* it does not, and stays as it is */
  PIN_REPORT_REPINNED,   /* threads of a running guest got other CPUs */
  PIN_REPORT_ADOPTED,    /* an administrator made the present placement the original */
  PIN_REPORT_FORGOTTEN,  /* an administrator had its record removed */
  PIN_REPORT_ALONE,      /* none of its strict affinity group is here */
  PIN_REPORT_MAINTENANCE, /* the host was put into maintenance, or taken out */
  PIN_REPORT_N
} PinReport;

/* Writes one line; @migration NULL: @uuid stands for it, which is NULL where nobody knows it. */
void pin_report (PinReport kind, const char *guest, const char *uuid, const char *migration, const char *format, ...)
    G_GNUC_PRINTF (5, 6);

/* The same about this host, which is called @host, and no guest. */
void pin_report_host (PinReport kind, const char *host, const char *format, ...) G_GNUC_PRINTF (3, 4);

/* The plan in one line: "adapt: vcpu-pins remap, hugepages strip".  (transfer full) */
char *pin_report_plan (const PinPlan *plan);

/* Reasons of all settings whose action is @worst_of or worse, "SETTING: TEXT", joined by "; ".  (transfer full) */
char *pin_report_reasons (const PinPlan *plan, PinAction worst_of);
