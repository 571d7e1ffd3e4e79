/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A stand-in for pinshift-policyd beside that for pinshiftd, with canned answers and a job that goes step by step. */
#pragma once

#include "cli-world.h"
#include "cluster1.h"

#define FAKE_JOB_PATH "/org/pinshift/Cluster1/job/7"
#define WIDE_LINE "\rdb1: moving to hostb [####....] 61 %, "
#define NARROW_LINE "\rdb1: moving to hostb 61 %, 3 min 15 s to go "
#define CANCELLING "pinshift: cancelling; once more, and it is left to itself\n"

/* A move of a job that has several; the list of them ends with one without a guest. */
typedef struct
{
  const char *guest, *state, *stage, *destination, *text;
  guint permille;
  const char *warning; /* NULL: none */
} FakeMove;

/* What the job shows, one after the other. */
typedef struct
{
  const char *state, *stage, *destination, *text;
  guint permille;
  guint done, total;     /* moves */
  const FakeMove *moves; /* that have begun, as they are now; NULL: none has */
  const char *warning;   /* NULL: none */
} FakeStep;

typedef enum
{
  AFTER_NOTHING,
  AFTER_INTERRUPT, /* the program is interrupted, and the job cancelled */
  AFTER_REFUSAL,   /* it is interrupted, and may not cancel: the job is done */
  AFTER_LOSS,      /* the service leaves the bus */
  AFTER_RESIZE     /* the terminal becomes narrow, and once the line is, the job is done */
} FakeAfter;

typedef struct
{
  PinCliService canned;
  PinCliWorld *world;
  PinCluster1 *skeleton;
  GDBusObjectManagerServer *objects;
  guint job;
  GPtrArray *moves; /* PinCluster1Job: those that were begun */
  const char *kind; /* of the job */
  const char *migration; /* NULL: it has no ID */
  guint64 estimate_ms;
  const char *rank;
  const char *plan;
  const FakeStep *step; /* the one that is shown; the last one is followed by one without a state */
  FakeAfter after;      /* what happens after the last one */
  gboolean begun;       /* somebody has read the first one */
  GString *asked;       /* a line for each call */
} FakeCluster;

/* Both on a bus of their own.  Guest "no-one" is unknown, "busy" under way, "killer" the end of the service, as soon as it has
 * answered also "mortal", and the job of "unseen" can't be read;
 * "hostx" is unknown, "hosta" unreachable and in maintenance.  The same goes for the job of Drain and the others. */
void fake_cluster_init (FakeCluster *cluster, PinCliWorld *world);
void fake_cluster_clear (FakeCluster *cluster);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FakeCluster, fake_cluster_clear)

/* A line for the program, and all that is printed, said and asked then. */
typedef struct
{
  const char *line;
  int code;
  const char *out;
  const char *err;
  const char *asked; /* NULL: does not matter */
} FakeRow;

void fake_cluster_check (FakeCluster *cluster, const FakeRow *row);

/* A line in what was asked. */
void fake_cluster_note (FakeCluster *cluster, GDBusMethodInvocation *call);

/* Leaves the bus, as if it were not installed. */
void fake_cluster_leave (FakeCluster *cluster);
