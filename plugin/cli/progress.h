/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How far long work has come: a line that changes on a terminal, elsewhere a line for each stage. */
#pragma once

#include "cli.h"
#include "progress-line.h"

typedef struct _PinProgress PinProgress;

/* Nothing is printed with @cli->quiet and @cli->json.  @subject: what it is about, "db1".  Both must outlive it.
 * (transfer full) */
PinProgress *pin_progress_new (const PinCli *cli, const char *subject);
/* Leaves the cursor at the begin of an empty line. */
void pin_progress_free (PinProgress *progress);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinProgress, pin_progress_free)

/* On a terminal as the line that changes; elsewhere, and with @cli->verbose, each stage as a line that stays, and with that each tenth, too. */
void pin_progress_show (PinProgress *progress, const PinProgressState *state);

/* "SUBJECT: @text" as the line that changes; nothing where there is no terminal. */
void pin_progress_show_line (PinProgress *progress, const char *text);

/* "SUBJECT: @text" as a line that stays. */
void pin_progress_say (PinProgress *progress, const char *text);
/* "pinshift: warning: SUBJECT: @text" on standard error, also with @cli->json. */
void pin_progress_warn (PinProgress *progress, const char *text);
/* "SUBJECT: @text" as a line that stays: where there is no terminal, and with @cli->verbose on one, too. */
void pin_progress_note (PinProgress *progress, const char *text);

/* Takes the line that changes away, for others to print one; the next state brings it again. */
void pin_progress_hide (PinProgress *progress);
