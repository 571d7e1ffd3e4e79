/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hosts from one line each, and guests that have there what the planner gave them, in as many as a bench wants. */
#pragma once

#include "cluster/scene.h"
#include "format/domain-read.h"

typedef struct
{
  PinMakes *makes;
  GPtrArray *snapshots; /* PinSnapshot, by row */
  GArray *rows;         /* PinHostRow; nobody says a load */
} Estate;

/* (transfer full) */
Estate *estate_new (void);
void estate_free (Estate *estate);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Estate, estate_free)

/* All free: "node:2 core:4 mem:4G". */
void estate_add_host (Estate *estate, const char *shape);
PinHostRow *estate_row (const Estate *estate, guint row);
const PinSnapshot *estate_snapshot (const Estate *estate, guint row);

/* A guest that has what @claim says from now on.  Returns: its tenant, borrowed, until it leaves. */
PinTenant *estate_come (Estate *estate, guint row, const PinTenant *claim);
void estate_leave (Estate *estate, guint row, PinTenant *tenant);

typedef enum
{
  ESTATE_UNTUNED,
  ESTATE_PINNED, /* a CPU of its own for each vCPU, from first_cpu on */
  ESTATE_PAGES,  /* the same, with pages of 2 MiB */
  ESTATE_CELLS   /* the same, in two cells that are bound to nodes 0 and 1, the second from CPU first_cpu + 16 on */
} EstateTuning;

typedef struct
{
  const char *name;
  guint number;     /* of its UUID */
  EstateTuning tuning;
  guint n_vcpus;
  guint memory_gib;
  guint first_cpu;
} EstateGuest;

/* Without its document.  (transfer full) */
PinDomain *estate_domain (const EstateGuest *guest);
/* What its owner wrote, at @home; NULL: nobody knows where.  (transfer full) */
PinOriginal *estate_original (const PinDomain *domain, const PinSnapshot *home);
/* Of the text of a policy file.  (transfer full) */
PinRules *estate_rules (const char *text);
