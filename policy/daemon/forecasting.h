/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Plans several moves: finds out which guests they are about, reads them, and plans with the hosts as they are in that moment. */
#pragma once

#include "expected.h"
#include "fleet.h"
#include "forecast.h"
#include "history.h"

typedef struct _PinForecasting PinForecasting;

/* All that is passed must outlive it.  (transfer full) */
PinForecasting *pin_forecasting_new (PinFleet *fleet, const PinExpected *expected, const PinHistory *history);
void pin_forecasting_free (PinForecasting *forecasting);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinForecasting, pin_forecasting_free)

/* By which it plans from now on; @rules must outlive that. */
void pin_forecasting_set_rules (PinForecasting *forecasting, const PinRules *rules);

typedef struct
{
  PinForecastKind kind;
  const char *subject; /* of drain the host; of home the guest, name or UUID, or "": all; of balance ""; of migrate the guest */
  const char *host;    /* of migrate: where to; "" or NULL: to the best */
  gboolean make_room;  /* of home and migrate: others may be moved away first */
  PinTried *tried;     /* hosts that are out for guests, as they are then; NULL: none */
} PinForecastQuestion;

/*
 * Plans what @question, which is copied, asks for.  Hosts of which it is known that they have changed are asked first; one that is slow is taken as it
 * was.  @answered is called once, from the main context, and not before this has returned.
 */
void pin_forecasting_ask (PinForecasting *forecasting, const PinForecastQuestion *question, GCancellable *cancellable,
                          GAsyncReadyCallback answered, gpointer data);
/*
 * (transfer full); a plan with stays is an answer.  NULL with PIN_ERROR_NOT_FOUND for an unknown host or guest, PIN_ERROR_INVALID for several of that
 * name; or why something could not be read without which there is no plan: of a drain all guests of the host, else that one guest.
 */
PinForecast *pin_forecasting_finish (GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;
