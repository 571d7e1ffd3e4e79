/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the policy allows for one guest. */
#pragma once

#include "setting.h"

typedef enum { PIN_THREADS_HOME, PIN_THREADS_PREFER, PIN_THREADS_REQUIRE, PIN_THREADS_ISOLATE, PIN_THREADS_N } PinThreads;
typedef enum { PIN_SPREAD_HOME, PIN_SPREAD_PACK, PIN_SPREAD_SPREAD, PIN_SPREAD_N } PinSpread;
typedef enum { PIN_EMULATOR_HOME, PIN_EMULATOR_SHARE, PIN_EMULATOR_ISOLATE, PIN_EMULATOR_N } PinEmulator;
typedef enum { PIN_DEDICATED_EXCLUSIVE, PIN_DEDICATED_AS_WRITTEN, PIN_DEDICATED_N } PinDedicated;

typedef struct
{
  guint actions[PIN_SETTING_N];  /* masks of 1 << PinAction */
  PinThreads threads;
  PinSpread spread;
  PinEmulator emulator;
  PinDedicated dedicated;
  gboolean running;              /* the guest can't lose its schedulers: not from policy files, pin_live_plan() says so */
  gboolean page_size_change;     /* FALSE: the guest may be migrated with --postcopy, page sizes must stay */
  gboolean keep_off_reserved;    /* guests without a placement get a vcpu@cpuset without others' own CPUs */
  GStrv hosts;                   /* assigned hosts; NULL: any */
  GPtrArray *apart;              /* PinApart; NULL: none */
} PinTerms;

/* A strict group that keeps the guest off hosts where other members are. */
typedef struct
{
  char *group;
  GStrv members;                 /* names and patterns of guests (g_pattern_match_simple()) */
} PinApart;

/* design defaults: keep; remap; weaken; strip where they mean something, cpu-model and memory keep; warn.  (transfer full) */
PinTerms *pin_terms_new (void);
PinTerms *pin_terms_copy (const PinTerms *terms);
void pin_terms_free (PinTerms *terms);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinTerms, pin_terms_free)

/* Adds a group to those that keep the guest apart; copies both. */
void pin_terms_add_apart (PinTerms *terms, const char *group, const char *const *members);
/* The group that keeps the guest apart from a guest called @name, or NULL; borrowed. */
const PinApart *pin_terms_apart_from (const PinTerms *terms, const char *name);

gboolean pin_terms_allow (const PinTerms *terms, PinSetting setting, PinAction action);

/* Policy names ("home", "exclusive") and back; FALSE if unknown. */
const char *pin_threads_name (PinThreads threads);
gboolean pin_threads_from_name (const char *name, PinThreads *ret_threads);
const char *pin_spread_name (PinSpread spread);
gboolean pin_spread_from_name (const char *name, PinSpread *ret_spread);
const char *pin_emulator_name (PinEmulator emulator);
gboolean pin_emulator_from_name (const char *name, PinEmulator *ret_emulator);
const char *pin_dedicated_name (PinDedicated dedicated);
gboolean pin_dedicated_from_name (const char *name, PinDedicated *ret_dedicated);
