/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plan of several moves in words. */
#pragma once

#include "cli.h"

#include <json-glib/json-glib.h>

/*
 * Prints @plan, whose "moves", "stays" and "hosts" are lists of objects: who moves, in this order, who stays and why, the hosts before and after,
 * and what it comes to.  @code: the exit code that it stands for.  @cli->quiet: only guests that would not have all that was
 * written, and those who stay; @cli->verbose: the reasons, too.
 */
void pin_moves_text_print (const PinCli *cli, JsonObject *plan, int code);
