/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A job of pinshift-policyd, followed to its end. */
#pragma once

#include "cli.h"

/*
 * Shows the progress of the job at @path, and what came of it.  SIGINT cancels the job, once; its end is waited for all
 * the same. Returns: the exit code; -1 with an error where the job can't be followed (any more): it may go on.
 */
int pin_job_follow (const PinCli *cli, const char *path, const char *guest, GError **error);
