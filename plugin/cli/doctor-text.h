/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Findings for people: a line for each, and below it why, and what to do. */
#pragma once

#include "cli.h"
#include "doctor/finding.h"

/* Prints @findings (PinFinding), which stand by subject, as the options of @cli want them. */
void pin_doctor_text_print (const PinCli *cli, const GPtrArray *findings);

/* All of @findings as JSON.  (transfer full) */
char *pin_doctor_json (const GPtrArray *findings);
