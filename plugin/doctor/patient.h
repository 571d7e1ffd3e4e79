/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A host as its doctor knows it: facts, snapshot, guests.  Each of them may be missing, and each check says what it needs. */
#pragma once

#include "core/snapshot.h"
#include "format/domain-read.h"

/* A guest of a host, with what its XML says. */
typedef struct
{
  PinDomain *domain; /* with its document */
  gboolean running;
  gboolean autostart; /* libvirt starts it with the host; FALSE where that is not known */
} PinPatientGuest;

/* Takes @domain.  (transfer full) */
PinPatientGuest *pin_patient_guest_new (PinDomain *domain, gboolean running);
void pin_patient_guest_free (PinPatientGuest *guest);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinPatientGuest, pin_patient_guest_free)

typedef struct
{
  char *name;            /* as people call it */
  GVariant *facts;       /* a{sv}: facts.h; never NULL, may be empty */
  PinSnapshot *snapshot; /* NULL: pinshiftd did not give one */
  GPtrArray *guests;     /* PinPatientGuest; NULL: not known */
} PinPatient;

/* Without facts, snapshot and guests.  (transfer full) */
PinPatient *pin_patient_new (const char *name);
void pin_patient_free (PinPatient *patient);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinPatient, pin_patient_free)

/* Adds @more (a{sv}, floating: taken) to the facts; what is in both is as in @more. */
void pin_patient_add_facts (PinPatient *patient, GVariant *more);
