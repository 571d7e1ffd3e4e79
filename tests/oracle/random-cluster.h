/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Small clusters drawn from a number: hosts, the guests that want to be on them, and what the policy says. */
#pragma once

#include <glib.h>

#define CLUSTER_HOSTS 6
#define CLUSTER_GUESTS 26
#define CLUSTER_GROUPS 3
#define CLUSTER_PAGE_MIB 2u

typedef enum
{
  DRAWN_UNTUNED,
  DRAWN_PINNED, /* a CPU for each vCPU */
  DRAWN_CELLS,  /* two cells, each on a node where there are two; a CPU for each vCPU */
  DRAWN_PAGES,  /* pinned, its memory in huge pages of its node */
  DRAWN_SHARED, /* all CPUs of a node for all vCPUs */
  DRAWN_N
} DrawnKind;

typedef struct
{
  guint nodes;
  guint cores;        /* of a node */
  guint threads;      /* of a core */
  guint memory_mib;   /* of a node */
  guint pages;        /* of a node */
  guint fill_percent; /* of its CPUs and memory: guests that would fill it further do not come */
  gboolean closed;    /* in maintenance */
  gboolean gone;      /* out of reach */
} DrawnHost;

typedef struct
{
  gboolean there;
  DrawnKind kind;
  guint home;
  gboolean lost;      /* its home is a host that is gone */
  guint vcpus;        /* with cells an even number */
  guint memory_mib;
  guint turn;         /* which node, and which of the free CPUs there, it takes */
  gboolean emulator;  /* its emulator is pinned, too */
  gboolean bound;     /* its memory is on its node, strictly; with cells and pages always */
  gboolean firm;      /* its settings may only be kept or remapped */
  guint hosts;        /* mask of those that it is assigned to; 0: any */
  gboolean known;     /* well enough to be moved */
  gboolean away;      /* it is driven from home when guests are scattered */
  guint to;           /* the host that is tried first then */
} DrawnGuest;

/* Strict. */
typedef struct
{
  guint32 members; /* mask of guests; 0: there is no such group */
  gboolean apart;
} DrawnGroup;

typedef struct
{
  guint n_hosts;
  guint drained;
  gboolean loose;  /* guests came before there were groups that keep apart */
  DrawnHost hosts[CLUSTER_HOSTS];
  DrawnGuest guests[CLUSTER_GUESTS];
  DrawnGroup groups[CLUSTER_GROUPS];
} DrawnCluster;

/* The same number, the same cluster. */
void random_cluster_draw (DrawnCluster *cluster, guint32 seed);

/* What a guest is called, and a host.  (transfer full) */
char *random_cluster_guest_name (guint guest);
char *random_cluster_host_name (guint host);
/* A line for each host, guest and group.  (transfer full) */
char *random_cluster_text (const DrawnCluster *cluster);

typedef gboolean (*ClusterTest) (const DrawnCluster *cluster, gpointer data);
/* Takes guests, groups and other things away from @cluster while @goes_wrong says that it still does. */
void random_cluster_shrink (DrawnCluster *cluster, ClusterTest goes_wrong, gpointer data);
