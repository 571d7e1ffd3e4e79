/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Guests of a simulated day: who they are, when they run, and how busy they are each minute.  All of it follows from a seed and their number. */
#pragma once

#include "estate.h"

typedef enum
{
  SIMULATED_UNTUNED,
  SIMULATED_AT_HOME,  /* tuned; its owner wrote that where it started */
  SIMULATED_HOMELESS, /* tuned; nobody knows where that was written */
  SIMULATED_PAGES     /* the same, with huge pages */
} SimulatedKind;

/* Guests come by fives: two that a strict group keeps together, two that one keeps apart, and one that is in none. */
typedef enum
{
  SIMULATED_TOGETHER, /* with the one before */
  SIMULATED_APART,    /* from the one before */
  SIMULATED_FREE
} SimulatedBond;

typedef struct
{
  guint seed;
  guint number;
  SimulatedKind kind;
  guint begin_min, end_min;
  double base;       /* share of its vCPUs that it keeps busy on average */
  PinDomain *domain;
} SimulatedGuest;

/* So many there have to be in that time, so that each host has about ten at once. */
guint simulated_guests_n (guint hosts, guint minutes);
/* With the groups of @n_guests.  (transfer full) */
PinRules *simulated_guests_rules (guint n_guests);

void simulated_guest_init (SimulatedGuest *guest, guint seed, guint number, guint minutes);
void simulated_guest_clear (SimulatedGuest *guest);
SimulatedBond simulated_guest_bond (const SimulatedGuest *guest);
/* A number from 0 to 1 that belongs to the guest and @what. */
double simulated_guest_chance (const SimulatedGuest *guest, guint what);
/* Of one CPU, in permille: less at night, a little more or less each minute, and at times as much as there is. */
double simulated_guest_busy (const SimulatedGuest *guest, guint minute);
