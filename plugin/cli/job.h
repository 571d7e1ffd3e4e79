/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A job of pinshift-policyd, begun and followed to its end. */
#pragma once

#include "cli.h"

typedef struct
{
  const char *method;   /* of org.pinshift.Cluster1: its answer is the path of a job */
  GVariant *parameters; /* floating: taken */
  const char *subject;  /* what it is about, for people: "db1", "drain hosta" */
  gboolean several;     /* the job may have several moves */
} PinJobOrder;

/*
 * Has a job begun, shows its progress, and what came of it.  SIGINT cancels the job, once; its end is waited for all the same.
 * Returns: the exit code; -1 with an error where it can't be begun, or can't be followed (any more): then it may go on.
 */
int pin_job_run (const PinCli *cli, const PinJobOrder *order, GError **error);
