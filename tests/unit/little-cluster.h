/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A cluster of a few hosts and guests, for plans of moves: hosts from one line each, guests placed by the planner. */
#pragma once

#include "cluster/moves.h"

typedef struct
{
  const char *name;
  const char *shape;    /* synthetic: "node:2 core:4 mem:4G" */
  const char *failure;  /* why it can't be reached; NULL: it can */
  gboolean maintenance;
  gint load_permille;   /* 0: it does not say */
} LittleHost;

typedef struct
{
  const char *name;     /* NULL ends a table */
  const char *on;       /* name of the host where it runs */
  const char *home;     /* where its owner wrote it; NULL: on */
  const char *inner;    /* of its domain, beside name and memory: "<vcpu>1</vcpu>"; see LITTLE_PINNED */
  guint memory_mib;     /* 0: 512 */
  gint cpu_permille;    /* 0: not known */
  gint64 moved_ms;      /* 0: long ago */
  const char *bound_for; /* on its way there, with a claim */
  const char *held;     /* why nobody may move it */
  gboolean unmeasured;  /* the host knows what is in use, and not that it is this guest's */
} LittleGuest;

#define LITTLE_UNTUNED "<vcpu>1</vcpu>"
/* One vCPU on a CPU of its own, two of them. */
#define LITTLE_ONE(cpu) "<vcpu>1</vcpu><cputune><vcpupin vcpu='0' cpuset='" #cpu "'/></cputune>"
#define LITTLE_TWO(a, b) "<vcpu>2</vcpu><cputune><vcpupin vcpu='0' cpuset='" #a "'/><vcpupin vcpu='1' cpuset='" #b "'/></cputune>"

typedef struct _LittleCluster LittleCluster;

/* @policy is the text of a policy file; tables end with an element without name.  A guest that its host refuses is a failure of the test. */
LittleCluster *little_cluster_new (const char *policy, const LittleHost *hosts, const LittleGuest *guests);
void little_cluster_free (LittleCluster *cluster);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LittleCluster, little_cluster_free)

/* All that was asked for; the cluster must outlive it.  (transfer full) */
PinScene *little_cluster_scene (const LittleCluster *cluster);

/* By name; a failure of the test if there is none. */
guint little_cluster_row (const LittleCluster *cluster, const char *host);
guint little_cluster_guest (const LittleCluster *cluster, const char *guest);

/* "db-1 a>b; db-2 a>c~ after 0 | db-3, db-4": ~ is a guest that will not be whole, ^ one that is moved for others; after | who stays.
 * (transfer full) */
char *little_cluster_text (const PinMoves *moves, const PinScene *scene);

/*
 * Does @moves again, one by one, in the scene @fresh, as it was before they were planned: fails where one can't be done, or finds another plan than it
 * has, or breaks a strict group.
 */
void little_cluster_check (const PinMoves *moves, PinScene *fresh);
