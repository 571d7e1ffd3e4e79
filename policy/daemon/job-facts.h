/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What there is to see of a job, of one move or of several. */
#pragma once

#include "migration.h"

typedef enum
{
  PIN_JOB_MIGRATE, /* one guest */
  PIN_JOB_DRAIN,   /* these have a job of kind migrate for each move */
  PIN_JOB_HOME,
  PIN_JOB_BALANCE,
  PIN_JOB_ROOM,
  PIN_JOB_KIND_N
} PinJobKind;

const char *pin_job_kind_name (PinJobKind kind); /* "migrate" */

typedef enum
{
  PIN_JOB_RUNNING,
  PIN_JOB_DONE,
  PIN_JOB_FAILED,
  PIN_JOB_CANCELLED,
  PIN_JOB_N
} PinJobState;

const char *pin_job_state_name (PinJobState state); /* "running" */

typedef enum
{
  PIN_JOB_RANKING,    /* which host it shall be */
  PIN_JOB_CONNECTING, /* to the libvirts */
  PIN_JOB_MOVING,
  PIN_JOB_FINISHING, /* all of the memory was sent */
  PIN_JOB_PLANNING,  /* all moves */
  PIN_JOB_WAITING,   /* for moves that others have begun */
  PIN_JOB_STAGE_N
} PinJobStage;

const char *pin_job_stage_name (PinJobStage stage); /* "ranking" */

typedef struct
{
  guint number;
  guint parent; /* number of the job that this is a part of; 0: none */
  PinJobKind kind;
  char *guest; /* its name; "": it is about several */
  char *uuid;
  char *source;      /* host that is moved away from; "": none of the cluster, or several */
  char *destination; /* host that is tried now, or was last; "": none yet, or several */
  PinJobState state;
  PinJobStage stage; /* of a job that has ended, the last one */
  guint progress;    /* in per mille */
  PinMigrationProgress moved; /* once it has ended, only how much */
  guint n_done; /* guests that were moved, and that shall be */
  guint n_moves;
  gboolean turned_away; /* it has failed since its destination refused the guest, or could not be reached */
  char *migration;     /* ID of the move in the journals of both its hosts; "": it is about several */
  guint64 estimate_ms; /* so long the move takes, as it was estimated before it; 0: not known */
  char *warning; /* one line: why it will not converge as it is, and what helps; "" */
  char *plan; /* JSON of what several moves were planned to be last; "" */
  char *text; /* what has happened, in one line */
} PinJobFacts;

/* All texts become "". */
void pin_job_facts_init (PinJobFacts *facts, PinJobKind kind, guint number, guint parent);
void pin_job_facts_clear (PinJobFacts *facts);

/* Replaces a text of facts; NULL is "". */
void pin_job_facts_set (char **text, const char *with);
/* Adds to what has happened, after "; ", in one line. */
void pin_job_facts_note (PinJobFacts *facts, const char *format, ...) G_GNUC_PRINTF (2, 3);
