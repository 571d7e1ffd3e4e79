/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a job of several moves would do, before it is begun. */
#pragma once

#include "cli.h"

/*
 * Has pinshift-policyd plan a job of @kind about @subject with @options, a{sv} (floating: taken; NULL: none), and shows what it comes to.
 * Returns: the exit code that the plan stands for; -1 with an error.
 */
int pin_foretell (const PinCli *cli, const char *kind, const char *subject, GVariant *options, GError **error);
