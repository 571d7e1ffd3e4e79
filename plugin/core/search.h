/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The cheapest way in which a demand fits a room: step by step down the ladder, and on each step a node for each group, until one
 * step holds.  Verdict and cost are counted, without allocation; plans draw CPUs and memory from what was found.
 */
#pragma once

#include "plan.h"
#include "seating.h"
#include "storing.h"

/* Nodes that are tried for groups on one step at the most; beyond, the step counts as impossible and the search as not exact. */
#define PIN_SEARCH_BUDGET 20000

typedef struct
{
  PinVerdict verdict;
  guint cost;           /* of what was found; 0 if refused */
  gboolean exact;       /* nothing was left out for want of budget */
} PinOutcome;

/* Scratch for one demand and any number of hosts, one after the other; and what was found last. */
typedef struct
{
  const PinDemand *demand;
  gboolean eased;
  const PinRoom *room;
  PinHere *here;
  PinSeating *seating;
  PinStoring *storing;
  PinLadder *ladder;
  PinLevels levels;         /* the step that holds */
  guint *node_of;           /* by group: index of the host's node */
  guint *asked;             /* by group: settings of pins whose masks name its CPUs, as a mask */
  guint pins;               /* all of those */
  gboolean *sole;           /* by group: some memory is bound to it alone */
  gint *must;               /* by group and setting of pins: the node on which what is written lies; see search.c */
  guint8 *memo;             /* by group, or kind, and node: whether a group can be there on this step */
  guint n_memo_scratch;
  guint16 *missing;         /* by group and node: what would be lacking there; where the policy is put aside */
  gint *match;              /* by node: the group that has it, while groups are matched */
  guint *visited;           /* by node: the round */
  guint round;
  guint n_nodes_scratch;
  guint tried;
  gboolean careful;         /* look ahead, after the first dead end */
  gboolean hopeless;        /* no order of places can help */
  gboolean counted;         /* whether there is enough on the whole is known */
  gboolean exact;
  gboolean all_tied;        /* each chunk is bound to one group, and hard, and none is a DIMM */
} PinSearch;

PinSearch *pin_search_new (const PinDemand *demand);
void pin_search_free (PinSearch *search);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinSearch, pin_search_free)

/* Verdict and cost of the demand in @room.  Allocates nothing but for a host larger than all before. */
PinOutcome pin_search_judge (PinSearch *search, const PinRoom *room);

/* For a guest that was refused: from now on the policy is put aside where that weighs least, and nothing is refused any more. */
void pin_search_ease (PinSearch *search);

/* After pin_search_judge() has not refused: fills seating and storing with what it found. */
void pin_search_settle (PinSearch *search);
