/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What guests of a town were given, so that nothing is given twice. */
#pragma once

#include "format/domain-read.h"
#include "town.h"

typedef struct
{
  PinCpuset *cpus;
  guint pages[TOWN_NODES];
  guint n_admitted;
} Given;

Given given_nothing (void);
void given_clear (Given *given);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Given, given_clear)

/* Adds what @question was given: two CPUs that nobody else has, on the one node that its pages are from. */
void given_take (Given *given, const Question *question);

gboolean question_is_admitted (const Question *question);
/* As libvirt reads it: the XML that the hook printed or, where it printed none, the one that it got.  (transfer full) */
PinDomain *question_domain (const Question *question);
