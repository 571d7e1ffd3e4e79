/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Cases, and what is made of them, for people. */
#pragma once

#include "oracle.h"
#include "random-case.h"

/* (transfer full) */
char *case_text (const RandomCase *c);
char *case_text_answer (const Problem *problem, const OracleAnswer *answer);
char *case_text_plan (const PinPlan *plan);
