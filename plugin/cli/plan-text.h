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

/* Prints @json as it is with --json, else in words.  Returns: as pin_plan_text_print(). */
int pin_plan_text_show (const PinCli *cli, const char *json, GError **error);

/*
 * The actions of @json that are not keep, in one line: "hugepages strip, vcpu-pins remap"; "" if all are kept.
 * @*ret_actions (transfer full): all of them, as a JSON object.
 * Returns: (transfer full); NULL with PIN_ERROR_FAILED for a plan that can't be read.
 */
char *pin_plan_text_changes (const char *json, char **ret_actions, GError **error) G_GNUC_WARN_UNUSED_RESULT;
