/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An immutable picture of one host: topology, page pools, memory, reservations, who uses what. */
#pragma once

#include "guest.h"
#include "placement.h"
#include "topology.h"

typedef struct
{
  guint64 size_kib;
  guint64 total;         /* pages */
  guint64 free;          /* pages that nobody holds or has reserved, claims not counted */
} PinPool;

typedef struct
{
  guint64 total_kib;     /* 0: a node without memory */
  guint64 free_kib;      /* what a new guest could have, net of the domains' needs, not of the claims' */
  guint64 reserve_kib;   /* kept for the host, already taken off free_kib */
  PinPool *pools;        /* by size upwards */
  guint n_pools;
} PinNodeMemory;

typedef struct
{
  guint node;            /* index in topology->nodes */
  guint64 size_kib;
  guint64 count;
} PinPageUse;

/* A domain of the host, or a claim of a guest on its way: who holds what. */
typedef struct
{
  char *name;
  char *uuid;
  gboolean running;      /* FALSE: defined only, holds nothing, its CPUs are a tie-break */
  PinCpuset *dedicated;  /* CPUs that are its own */
  PinCpuset *shared;     /* CPUs of its other masks */
  GArray *memory_kib;    /* guint64 by node index; may be shorter than n_nodes */
  GArray *pages;         /* PinPageUse */
} PinTenant;

PinTenant *pin_tenant_new (const char *name, const char *uuid);
PinTenant *pin_tenant_copy (const PinTenant *tenant);
void pin_tenant_free (PinTenant *tenant);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinTenant, pin_tenant_free)
/* Adds @kib of ordinary memory on the node of index @node. */
void pin_tenant_add_memory (PinTenant *tenant, guint node, guint64 kib);
void pin_tenant_add_pages (PinTenant *tenant, guint node, guint64 size_kib, guint64 count);
guint64 pin_tenant_memory (const PinTenant *tenant, guint node);

typedef struct
{
  guint id;
  PinCpuset *cpus;
  guint64 size_kib;      /* 0: unknown */
  guint ways;
  guint used;
  guint min_ways;        /* of a share; 0: any */
  gboolean cdp;          /* code and data have shares of their own, and there are none of both */
  PinCpuset *free;       /* the ways that are not used, by number; NULL: unknown which */
} PinCacheWays;

/* Memory bandwidth that can be shared out, in percent or in MB/s as the host has it. */
typedef struct
{
  guint id;
  guint min;
  guint step;            /* 0: any */
} PinBandwidth;

typedef struct
{
  char *name;
  char *uuid;            /* NULL: unknown */
  char *arch;
  gboolean maintenance;  /* nothing new is to come */
  char *maintenance_reason; /* in one line; NULL: none was given */
  gint load_permille;    /* of its online CPUs, in the last five minutes; -1: unknown */
  char *policy_digest;   /* NULL: none */
  PinCpuModel *cpu;      /* NULL: unknown */
  PinTopology *topology;
  PinNodeMemory *memory; /* by index in topology->nodes */
  PinCpuset *allowed;    /* CPUs that guests may use: online, and in the guest partition's cpuset */
  PinCpuset *isolated;   /* isolcpus, nohz_full */
  PinCpuset *reserved;   /* never given: policy, and CPUs that a process of the host has for itself */
  gboolean memory_backing_tmpfs; /* libvirt's memory_backing_dir is on tmpfs */
  guint64 default_page_kib;      /* 0: the host mounts no huge pages by default */
  GArray *l3;            /* PinCacheWays; empty: no cache allocation */
  GArray *bandwidth;     /* PinBandwidth; empty: no bandwidth allocation */
  GPtrArray *domains;    /* PinTenant */
  GPtrArray *claims;     /* PinTenant */
  gboolean provisional;  /* made before libvirt was heard */
} PinSnapshot;

/* New, with empty sets and arrays, zero memory for each node of @topology (a reference is taken). */
PinSnapshot *pin_snapshot_new (const char *name, PinTopology *topology);
/* The same host with its own copy of what changes (memory, domains, claims); topology and sets are shared or copied. */
PinSnapshot *pin_snapshot_copy (const PinSnapshot *snapshot);
void pin_snapshot_free (PinSnapshot *snapshot);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinSnapshot, pin_snapshot_free)

/* The pool of @size_kib on node index @node, or NULL; borrowed. */
const PinPool *pin_snapshot_pool (const PinSnapshot *snapshot, guint node, guint64 size_kib);
/* Gives node index @node an empty pool of @size_kib, in its place, unless it has one. */
void pin_snapshot_add_pool (PinSnapshot *snapshot, guint node, guint64 size_kib);
