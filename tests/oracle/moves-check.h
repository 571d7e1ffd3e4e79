/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether moves can be done as they stand, one after the other, and each comes to what it says. */
#pragma once

#include "cluster.h"
#include "cluster/moves.h"

/*
 * Does @moves on the cluster, each as the planner says.  What must hold: a guest goes from where it is to another open host; it gets there what its move says;
 * strict groups are whole after each move, but for one that is kept together and is on its way, all of it; a move waits for just those that
 * leave its host or move its guest; who stays has a reason; @scene is as it would be afterwards.
 * Returns: what does not hold, in one line (transfer full); NULL: all does.
 */
char *moves_check (const Cluster *cluster, const ClusterView *view, const PinScene *scene, const PinMoves *moves);
