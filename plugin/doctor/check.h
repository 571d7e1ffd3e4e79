/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What all checks share: whom they look at, how they say what they found, and what they often ask of facts and guests. */
#pragma once

#include "checkup.h"
#include "facts.h"

/* One check at work.  One that finds nothing passes. */
typedef struct
{
  const char *name;
  const char *title;
  const char *subject;
  const PinPatient *from;       /* of a road: where guests leave; of a pair: the first; else NULL */
  const PinPatient *host;       /* the one that is looked at: where they arrive; of a pair: the second */
  const PinPatientGuest *guest; /* the only one that it is about; NULL: all */
  const PinPlan *plan;          /* of a move */
  gint64 now_us;                /* of a host */
  GPtrArray *findings;
} PinCheck;

/* Adds a finding; takes @reason and @remedy, which may be NULL. */
void pin_check_find (PinCheck *check, PinLevel level, char *reason, char *remedy);

/* Whether its pinshiftd may not be asked by who asked. */
gboolean pin_check_is_denied (const PinPatient *patient);

/* Adds that @what of @patient is not known, and who can see it. */
void pin_check_unseen (PinCheck *check, const PinPatient *patient, const char *what);

/* The same of what libvirt says: where none of its daemons runs, that is why. */
void pin_check_unheard (PinCheck *check, const PinPatient *patient, const char *what);

/* Adds that there is nothing to look at, because of @reason, which another check has named. */
void pin_check_moot (PinCheck *check, const char *reason);

/* Whether the guests of the host are known; else that is said. */
gboolean pin_check_knows_guests (PinCheck *check);

/* The guests that the road is for: the one, or all of the source that run.  (transfer container); NULL: not known, which is said. */
GPtrArray *pin_check_travellers (PinCheck *check);

/* "guest a", "guests a, b and c" of names, of which there is one at least.  (transfer full) */
char *pin_check_guests_text (const GPtrArray *names);

/*
 * What was written for @guest: by its owner, where @host is the home of @setting, or NULL (for a host that it is to go to); else it is what the
 * guest has, which was made to fit here.  Borrowed.
 */
const PinPlacement *pin_check_written (const PinPatient *host, const PinPatientGuest *guest, PinSetting setting);

/* Something that guests need of a host, by what was written for @setting. */
typedef struct
{
  PinSetting setting;
  gboolean (*holds) (const PinGuest *guest, const PinPlacement *written);
} PinCheckNeed;

/* Those of @guests (PinPatientGuest) that have @need on @host (as above) as text.  (transfer full); NULL: none. */
char *pin_check_needy (const PinPatient *host, const GPtrArray *guests, const PinCheckNeed *need);

/* A set of CPUs among the facts.  (transfer full); NULL: absent, or not a list. */
PinCpuset *pin_check_cpus (const PinPatient *patient, const char *key);

/* "CPU 3", "CPUs 2-7".  (transfer full) */
char *pin_check_cpus_text (const PinCpuset *cpus);

/* The systemd unit of libvirt's daemon on @patient: "virtqemud", "libvirtd"; the latter if it is not known. */
const char *pin_check_daemon (const PinPatient *patient);

/* Whether @from has looked for the name by which libvirt calls @host, and found no address. */
gboolean pin_check_is_unknown (const PinPatient *from, const PinPatient *host);

/* Whether @address, in numbers, leads a host to itself only. */
gboolean pin_check_is_loopback (const char *address);
