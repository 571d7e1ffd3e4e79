/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A host that is examined: its pinshiftd is asked what it sees, and where it is this host, the command looks itself, too.  What
 * nobody tells is left out: a doctor who knows little still knows that.
 */
#pragma once

#include "doctor/patient.h"
#include "exam/desk.h"
#include "host1-client.h"

typedef struct
{
  PinPatient *patient;
  PinHost1 *service; /* its pinshiftd; NULL: it can't be asked */
  PinExamDesk *desk; /* NULL: it is another host */
  guint pending;     /* answers that are to come */
  GVariant *told;    /* by pinshiftd, last time; NULL: nothing */
  GVariant *seen;    /* by the command */
} PinConsult;

/* This host, or where @cli has a way to another one that is called @name, that one.  (transfer full), not to outlive @cli. */
PinConsult *pin_consult_new (const PinCli *cli, const char *name);
void pin_consult_free (PinConsult *consult);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinConsult, pin_consult_free)

/* Begins to look, also for @names and @paths, which may be NULL. */
void pin_consult_look (PinConsult *consult, const char *const *names, const char *const *paths);
/* Waits until it has looked; the facts are the patient's then. */
void pin_consult_wait (PinConsult *consult);

/* Asks for its snapshot and its guests. */
void pin_consult_read (PinConsult *consult);

/* How far the clock of @there is from that of @here, which is this host, becomes a fact of @here. */
void pin_consult_compare_clocks (PinConsult *here, PinConsult *there);
