/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a check says: that all is well, or what is not, why, and what to do. */
#pragma once

#include <glib.h>

typedef enum
{
  PIN_FINDING_PASS,
  PIN_FINDING_NOTE,   /* worth to know, no fault */
  PIN_FINDING_UNSEEN, /* what the check has to know could not be seen; the reason says by whom it can */
  PIN_FINDING_WARN,   /* some guest, or some migration, will be worse off than it could be */
  PIN_FINDING_FAIL    /* something does not work as it is */
} PinLevel;

typedef struct
{
  const char *check; /* its name for programs, "hook-present"; static */
  const char *title; /* what is checked, for people, 46 bytes at most: "the hook is installed"; static */
  char *subject;     /* whom it is about: "hosta", "hosta to hostb" */
  PinLevel level;
  char *reason;      /* one line with figures and names; NULL of PASS */
  char *remedy;      /* one line: what to type or to change; NULL of PASS and where there is none */
} PinFinding;

/* The word for people and programs: "PASS", "NOTE", "UNSEEN", "WARN", "FAIL"; static. */
const char *pin_level_name (PinLevel level);

/* Takes @subject, @reason and @remedy; the last two may be NULL.  (transfer full) */
PinFinding *pin_finding_new (const char *check, const char *title, char *subject, PinLevel level, char *reason, char *remedy);
void pin_finding_free (PinFinding *finding);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinFinding, pin_finding_free)
