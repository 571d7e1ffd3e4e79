/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Several moves for one purpose: planned before the first, begun in order and so many at once, planned anew where the world is not as the plan
 * has it.  It keeps nothing that can't be found out again, so that another one goes on where this one ended.
 */
#pragma once

#include "cluster/tried.h"
#include "itinerary.h"
#include "job-facts.h"
#include "route.h"

#include <gio/gio.h>

/* What it is about. */
typedef struct
{
  PinJobKind kind;   /* not MIGRATE */
  const char *guest; /* of ROOM; of HOME, where NULL means all; name or UUID */
  const char *host;  /* of DRAIN; of ROOM, where NULL means the best */
  gboolean make_room; /* of HOME */
} PinCampaignOrder;

/* What it needs of the world; all is called in the main context, and nothing answers before it has returned. */
typedef struct
{
  gpointer world;
  /* Plans all moves, none of @tried among them. */
  void (*plan) (gpointer world, const PinCampaignOrder *order, PinTried *tried, GCancellable *cancellable, GAsyncReadyCallback planned,
                gpointer data);
  PinItinerary *(*planned) (gpointer world, GAsyncResult *result, GError **error);
  /* Puts @host in maintenance. */
  void (*close) (gpointer world, const char *host, const char *reason, GCancellable *cancellable, GAsyncReadyCallback closed, gpointer data);
  gboolean (*closed) (gpointer world, GAsyncResult *result, GError **error);
  /* Asks where the guest @uuid is and can go now. */
  void (*ask) (gpointer world, const char *uuid, GCancellable *cancellable, GAsyncReadyCallback answered, gpointer data);
  PinRoute *(*answer) (gpointer world, GAsyncResult *result, GError **error);
  /* Jobs of one move each: begins one, its number, or 0 with @error; what comes of it pin_campaign_hear() is told. */
  gpointer jobs;
  guint (*begin) (gpointer jobs, const PinRoute *route, const char *host, guint parent, GError **error);
  const PinJobFacts *(*look) (gpointer jobs, guint number); /* borrowed */
  void (*cancel) (gpointer jobs, guint number);
} PinCampaignMeans;

typedef struct _PinCampaign PinCampaign;
typedef void (*PinCampaignChanged) (PinCampaign *campaign, gpointer data);

/* @parallel: so many moves at once.  @changed is called each time that the facts change, not before this has returned.  (transfer full) */
PinCampaign *pin_campaign_new (const PinCampaignMeans *means, guint number, const PinCampaignOrder *order, guint parallel,
                               PinCampaignChanged changed, gpointer data);

const PinJobFacts *pin_campaign_facts (const PinCampaign *campaign);

/* A job that it began has come further, or has ended. */
void pin_campaign_hear (PinCampaign *campaign, const PinJobFacts *job);
/* The hosts have changed: who waits looks again. */
void pin_campaign_look (PinCampaign *campaign);

/* Begins nothing more and cancels what moves: the facts tell when it has ended. */
void pin_campaign_cancel (PinCampaign *campaign);

/* Nothing more is told.  Guests that move go on. */
void pin_campaign_free (PinCampaign *campaign);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinCampaign, pin_campaign_free)
