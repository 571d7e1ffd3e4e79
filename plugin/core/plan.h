/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The answer for one guest on one snapshot: plan = f(guest, original, terms, snapshot), and nothing else. */
#pragma once

#include "demand.h"
#include "original.h"
#include "snapshot.h"
#include "terms.h"

typedef enum
{
  PIN_VERDICT_KEEP,    /* fits as written */
  PIN_VERDICT_ADAPT,   /* fits with changes, or with a warning */
  PIN_VERDICT_REFUSE,
  PIN_VERDICT_N
} PinVerdict;

const char *pin_verdict_name (PinVerdict verdict);

/* Why a setting got its action; the man page has the list. */
typedef enum
{
  PIN_CODE_FITS,
  PIN_CODE_CPU_MISSING,            /* a CPU that is written is not there, not online or not allowed */
  PIN_CODE_CPU_DEDICATED_TO_OTHER,
  PIN_CODE_SHAPE_DIFFERS,          /* the numbers are there, but cores or nodes lie otherwise */
  PIN_CODE_NO_FREE_CPUS,
  PIN_CODE_NODE_MISSING,           /* a node that is written is not there or has no memory */
  PIN_CODE_NODE_FULL,
  PIN_CODE_NODES_SHARED,           /* several nodes of home on one here */
  PIN_CODE_PAGES_MISSING,          /* no pool of that size */
  PIN_CODE_PAGES_SHORT,
  PIN_CODE_FOLLOWS_CPUS,           /* moved so that what was together stays so: memory and CPUs, threads on one CPU */
  PIN_CODE_MEMORY_SHORT,
  PIN_CODE_MEMORY_FILE,            /* without huge pages, shared memory would become a file on disk */
  PIN_CODE_MACHINE_TYPE,           /* the machine type forbids removing it */
  PIN_CODE_PAGE_SIZE_FIXED,        /* page-size-change = no */
  PIN_CODE_REALTIME,               /* fifo or rr on a CPU that is not the thread's own */
  PIN_CODE_RESCTRL,
  PIN_CODE_CPU_UNKNOWN,
  PIN_CODE_CPU_DIFFERS,
  PIN_CODE_LEFT_ALONE,             /* placement='auto', host devices, launch security */
  PIN_CODE_POLICY,                 /* the policy wants it otherwise, or does not allow the action with which it would fit */
  PIN_CODE_HOST,                   /* the guest is assigned to other hosts, maintenance, or no KVM */
  PIN_CODE_GROUP,                  /* a strict group keeps it apart from a guest that is here */
  PIN_CODE_N
} PinCode;

const char *pin_code_name (PinCode code); /* "cpu-dedicated-to-other" */

typedef struct
{
  PinSetting setting;
  PinAction action;
  PinCode code;
  char *text;          /* one line for people: what was written, what is given, why, with figures */
} PinReason;

typedef struct
{
  PinVerdict verdict;
  PinAction actions[PIN_SETTING_N]; /* PIN_ACTION_NONE: the guest does not have it */
  PinPlacement *placement;          /* what the guest gets; NULL if refused */
  GArray *cells;                    /* gint by guest cell: host node id, or -1 where no node was chosen */
  guint cost;
  gboolean exact;
  GPtrArray *reasons;               /* PinReason, one or more for each setting whose action is not keep */
  PinTenant *claim;                 /* what the guest will hold here; NULL if refused */
  char *remedy;                     /* refused: the cheapest change that would admit it; else NULL */
} PinPlan;

/*
 * Plans @guest, whose owner wrote @original, under @terms on @snapshot.  Same input, same plan; no input is changed.
 * Memory, pages and CPUs that @snapshot says the guest itself holds are its to use again.  @original names nothing that @guest does
 * not have (pin_original_limit()).
 * Returns: (transfer full) never NULL; a refusal is an answer.
 */
PinPlan *pin_plan (const PinGuest *guest, const PinOriginal *original, const PinTerms *terms,
                   const PinSnapshot *snapshot) G_GNUC_WARN_UNUSED_RESULT;

/* As pin_plan(), for one guest on many hosts: with a demand of @original that suits the host (pin_demand_suits()).  (transfer full) */
PinPlan *pin_plan_demand (const PinDemand *demand, const PinOriginal *original, const PinSnapshot *snapshot) G_GNUC_WARN_UNUSED_RESULT;

/* Whether the guest gets a place, and nothing of its original is weakened or stripped there. */
gboolean pin_plan_is_whole (const PinPlan *plan);

void pin_plan_free (PinPlan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinPlan, pin_plan_free)

void pin_plan_add_reason (PinPlan *plan, PinSetting setting, PinAction action, PinCode code, const char *format, ...)
    G_GNUC_PRINTF (5, 6);
void pin_plan_add_reason_text (PinPlan *plan, PinSetting setting, PinAction action, PinCode code, const char *text);
