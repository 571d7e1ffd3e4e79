/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A cluster that was drawn, with its guests where the planner has put them. */
#pragma once

#include "cluster/scene.h"
#include "format/domain-read.h"
#include "random-cluster.h"

#define CLUSTER_NOWHERE (-1)

typedef struct
{
  guint drawn;          /* its number in what was drawn */
  PinDomain *domain;
  PinOriginal *original;
  PinTerms *terms;
  gboolean known;       /* to the scene */
  gint home;            /* CLUSTER_NOWHERE: it has none, or it is gone */
  guint on;
  PinTenant *tenant;    /* what it holds there */
  guint cost;           /* of what was done to it there */
  gboolean whole;
} ClusterGuest;

typedef struct
{
  guint n_hosts;
  guint drained;
  char *names[CLUSTER_HOSTS];
  PinSnapshot *bare[CLUSTER_HOSTS]; /* without guests */
  gboolean closed[CLUSTER_HOSTS];   /* nobody can come */
  gboolean gone[CLUSTER_HOSTS];     /* nor leave: it can't be reached */
  guint fill_percent[CLUSTER_HOSTS];
  PinRules *rules;
  GPtrArray *guests;                /* ClusterGuest */
} Cluster;

/* Guests for which the planner finds no place at home, or that would fill it too much, do not come.  @scattered: those that are to be away are
 * driven to other hosts, all at once, so that they are in one another's way.  (transfer full) */
Cluster *cluster_build (const DrawnCluster *drawn, gboolean scattered);
void cluster_free (Cluster *cluster);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Cluster, cluster_free)

const ClusterGuest *cluster_guest (const Cluster *cluster, guint guest);
/* The plan for a guest on the host @row where nobody but @tenants (PinTenant) is.  (transfer full) */
PinPlan *cluster_plan (const Cluster *cluster, guint guest, guint row, GPtrArray *tenants);
/* Whether a plan that does not refuse leaves all that the guest has. */
gboolean cluster_is_whole (const PinPlan *plan);
/* Whether strict groups let a guest go to @row while guests are where @at says, by guest; CLUSTER_NOWHERE: nowhere. */
gboolean cluster_admits (const Cluster *cluster, guint guest, guint row, const gint *at);
/* Mask of those that strict groups keep together with @guest, one through the other, itself among them. */
guint32 cluster_together (const Cluster *cluster, guint guest);

/* What the cluster is to a scene: rows whose sites have the guests as domains, and the guests that it knows. */
typedef struct
{
  PinMakes *makes;
  PinHostRow rows[CLUSTER_HOSTS];
  GArray *guests;   /* PinSceneGuest */
  guint *numbers;   /* by guest of the scene, that in the cluster */
} ClusterView;

/* (transfer full); the cluster must outlive it. */
ClusterView *cluster_view (const Cluster *cluster);
void cluster_view_free (ClusterView *view);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClusterView, cluster_view_free)
/* The view must outlive it.  (transfer full) */
PinScene *cluster_scene (const Cluster *cluster, const ClusterView *view);
