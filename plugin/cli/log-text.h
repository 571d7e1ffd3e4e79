/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lines of a log for people: a line each, which is broken on a terminal where it is too long. */
#pragma once

#include "cli.h"
#include "log-lines.h"

/* Prints @lines as they are, "2026-11-21 21:10:06.123  hosta  TEXT"; with @cli->verbose their kinds, too. */
void pin_log_text_print (const PinCli *cli, const GPtrArray *lines);

/* The same of divided @lines, one migration after the other, below its ID. */
void pin_log_text_print_parts (const PinCli *cli, const GPtrArray *lines);
