/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plan's JSON in words: one line per setting, the verdict last. */
#pragma once

#include "cli.h"

/*
 * Prints @json, a plan as pin_plan_to_json() and pinshiftd write it.  @remedy: for a refusal, what would admit the
 * guest; NULL: unknown.
 * Returns: the exit code that the plan's verdict stands for; a plan that can't be read is -1 with PIN_ERROR_FAILED.
 */
int pin_plan_text_print (const PinCli *cli, const char *json, const char *remedy, GError **error);

/* Just the exit code. */
int pin_plan_text_code (const char *json, GError **error);
