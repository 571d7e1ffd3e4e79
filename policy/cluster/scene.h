/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The cluster as it would be after moves that are thought of: who is where, and what every host has for a guest then.  All plans of several moves are
 * made on a scene; nothing outside it changes.
 */
#pragma once

#include "cluster/rank.h"

/* A guest that is known well enough to be moved; all that it refers to outlives the scene. */
typedef struct
{
  const PinGuest *guest;
  const PinOriginal *original;
  guint on;             /* row of the host that it is on */
  gboolean whole;       /* it misses nothing of its original there */
  guint cost;           /* of what was done to it there */
  gint cpu_permille;    /* how busy it is, of one CPU; -1: not known */
  guint64 dirty_kib_s;  /* how much of its memory it writes; 0: not known */
  gint64 moved_ms;      /* when it came to where it is, on the caller's clock; PIN_SCENE_LONG_AGO: nobody knows */
  const char *bound_for; /* name of the host to which it is on its way already: it must not be moved; NULL: it is not */
  const PinTried *tried; /* hosts that are out for it; NULL: none */
  const char *held;     /* why nobody may move it, in one line; NULL: it may be moved */
} PinSceneGuest;

#define PIN_SCENE_LONG_AGO G_MININT64
#define PIN_SCENE_NOWHERE (-1)

typedef struct _PinScene PinScene;

/* @rows as for a rank; they and @guests are copied, what they refer to is not.  Guests of the sites that are not among @guests can't be
 * moved, and are in the way of others like all.  (transfer full) */
PinScene *pin_scene_new (const PinRules *rules, const PinHostRow *rows, guint n_rows, const PinSceneGuest *guests, guint n_guests);
void pin_scene_free (PinScene *scene);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinScene, pin_scene_free)

const PinRules *pin_scene_rules (const PinScene *scene);
/* The hosts as they would be.  Borrowed, until the next change. */
const PinHostRow *pin_scene_rows (const PinScene *scene, guint *ret_n);
const PinSceneGuest *pin_scene_guest (const PinScene *scene, guint guest);
guint pin_scene_n_guests (const PinScene *scene);
/* Row of the host on which the guest would be, or PIN_SCENE_NOWHERE while it is lifted. */
gint pin_scene_at (const PinScene *scene, guint guest);
/* The same, but of a guest that is lifted the host that it was lifted from. */
guint pin_scene_from (const PinScene *scene, guint guest);
/* How busy it is, of one CPU, as known or estimated. */
gint pin_scene_cpu_permille (const PinScene *scene, guint guest);
/* Row of the host where most of the guest's settings are at home, or PIN_SCENE_NOWHERE: it has no home, or that is none of the hosts. */
gint pin_scene_home (PinScene *scene, guint guest);

/* What would become of a guest on a host; on the host where it is, as if it were planned there anew. */
typedef struct
{
  PinFilter filter;   /* PIN_FILTER_NONE: it can be there; never PIN_FILTER_HERE */
  PinVerdict verdict;
  guint cost;
  gboolean exact;
} PinProspect;

PinProspect pin_scene_judge (PinScene *scene, guint guest, guint row);
/* Whether it can be there and would miss nothing of its original. */
gboolean pin_scene_holds_whole (PinScene *scene, guint guest, guint row);
/* The plan there.  (transfer full); NULL where nothing is known of the host. */
PinPlan *pin_scene_plan (PinScene *scene, guint guest, guint row);
/* Why the guest can't be there, in one line (transfer full); NULL: it can. */
char *pin_scene_why (PinScene *scene, guint guest, guint row);
/* All hosts but that where it is, as pinshift rank has them.  It must be freed before the next change.  (transfer full) */
PinRank *pin_scene_rank (PinScene *scene, guint guest);

/*
 * Changes.  A guest that is lifted holds nothing anywhere; one that is put holds there what its plan says: FALSE, and nothing changes, if that
 * refuses, or a filter stands in the way.  What is put without being lifted is lifted first.
 */
void pin_scene_lift (PinScene *scene, guint guest);
gboolean pin_scene_put (PinScene *scene, guint guest, guint row);
/* The same, for who wants the plan that it got.  (transfer full); NULL: nothing changed. */
PinPlan *pin_scene_place (PinScene *scene, guint guest, guint row);
/* From now on nothing more can be put on the host @row: it counts as in maintenance. */
void pin_scene_close (PinScene *scene, guint row, const char *reason);

/* All that was changed since @mark was returned is changed back. */
guint pin_scene_mark (const PinScene *scene);
void pin_scene_back (PinScene *scene, guint mark);
