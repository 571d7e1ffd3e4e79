/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* CPUs of one node: what own pins can take of them, and what that leaves. */
#pragma once

#include "seating.h"

/* No machine has more threads on a core. */
#define PIN_SUPPLY_THREADS 64

/* CPUs that are still to be had. */
typedef struct
{
  guint n_usable;
  guint n_isolated;    /* of those; the others can be shared */
  guint n_spent;       /* shareable CPUs that were given as own, or taken along */
} PinSupply;

/* Marks of PinSeating.marks. */
enum
{
  PIN_MARK_KEPT = 1,     /* a mask names it that stays as written */
  PIN_MARK_WRITTEN = 2,  /* a vCPU has it for its own as written */
  PIN_MARK_ALONG = 4,    /* taken along with a CPU that is written: nobody else's */
  PIN_MARK_CLOSED = 8    /* a core of the demand has its core */
};

/* Whether marks are needed at all: something on @node stays as written. */
gboolean pin_supply_is_marked (const PinSeating *s, guint node);

/* Sets the marks of the CPUs of @node. */
void pin_supply_mark (PinSeating *s, guint node);

/* What @node has, less what is marked. */
PinSupply pin_supply_of (PinSeating *s, guint node, gboolean marked);

/*
 * Takes CPUs for the own pins of @group that are not as written, as the policy's threads wants them, isolated ones as far as that goes.
 * Returns: FALSE if there are not enough.
 */
gboolean pin_supply_take_cores (PinSeating *s, guint node, guint group, gboolean marked, PinSupply *supply);

/* Takes @n_cpus of any kind, isolated ones first. */
gboolean pin_supply_take (PinSupply *supply, guint n_cpus);

/* Whether the policy's threads is about whole cores: then their other CPUs are taken along. */
gboolean pin_supply_takes_whole (const PinSeating *s);
