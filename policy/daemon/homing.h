/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Guests that could go home: seen, told, and where the policy has it so brought there, once that has been possible for as long as it
 * takes to settle.  No guest is moved twice within that time.
 */
#pragma once

#include "itinerary.h"
#include "rules/rules-cluster.h"

#include <gio/gio.h>

/* What it needs of the world; nothing answers before it has returned. */
typedef struct
{
  guint pause_ms; /* between two looks, at least */
  gpointer world;
  gint64 (*now_ms) (gpointer world);
  /* Plans to bring everybody home. */
  void (*plan) (gpointer world, GCancellable *cancellable, GAsyncReadyCallback planned, gpointer data);
  PinItinerary *(*planned) (gpointer world, GAsyncResult *result, GError **error);
  /* When the guest @uuid was first seen on @host, on that clock. */
  gint64 (*since) (gpointer world, const char *host, const char *uuid);
  /* Brings it home.  What comes of it the next plan tells. */
  void (*begin) (gpointer world, const char *guest, const char *uuid);
  /* Somebody could go home for so long that it is time to say so: @guest to @host. */
  void (*suggest) (gpointer world, const char *guest, const char *uuid, const char *host);
} PinHomingMeans;

typedef struct _PinHoming PinHoming;

/* Does nothing until it has a mode.  (transfer full) */
PinHoming *pin_homing_new (const PinHomingMeans *means);
void pin_homing_free (PinHoming *homing);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinHoming, pin_homing_free)

/* As the policy has it from now on. */
void pin_homing_set_mode (PinHoming *homing, PinHomeMode mode, guint64 settle_ms);

/* The hosts have changed: it looks in its time, not more often than a tenth of the time to settle, or once a minute. */
void pin_homing_look (PinHoming *homing);
