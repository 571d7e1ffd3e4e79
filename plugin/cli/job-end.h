/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What came of a job of pinshift-policyd. */
#pragma once

#include "cli.h"
#include "job-moves.h"

/*
 * Tells what came of @job, which has ended, and is about @subject: the text of one that has several @moves (NULL: not known) in a line for each
 * of its parts.  Returns: the exit code.
 */
int pin_job_end_tell (const PinCli *cli, const char *subject, GDBusProxy *job, const PinJobMoves *moves);
