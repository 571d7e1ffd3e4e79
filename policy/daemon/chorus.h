/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One question to all hosts of the fleet: what each says, and who could not be asked. */
#pragma once

#include "fleet.h"

/* Takes what @host has answered.  FALSE with an error that says what is wrong with it. */
typedef gboolean (*PinChorusHeard) (const char *host, const char *text, gpointer data, GError **error);

typedef struct
{
  const char *method;   /* of org.pinshift.Host1, as pin_enquiry_ask() has it */
  const char *what;     /* that it takes first; NULL: nothing */
  GVariant *options;    /* a{sv}, floating: taken; NULL: none */
  gboolean spares_older; /* a host of a version without the method has nothing to tell; else it could not be asked */
  PinChorusHeard heard;
} PinChorusQuestion;

/* Asks all hosts that can be reached at once, and waits for each as long as a link does.  @heard of @question, which is copied, is called with @data for
 * each that answers, @over after the last; neither before this has returned, nor @heard once it is cancelled. */
void pin_chorus_ask (PinFleet *fleet, const PinChorusQuestion *question, GCancellable *cancellable, GAsyncReadyCallback over,
                     gpointer data);
/*
 * Returns: (transfer full) of text: "hostc: Connection refused", a line for each host that could not be asked or answered nonsense, in the order
 * of the lines.  NULL: it was cancelled.
 */
GPtrArray *pin_chorus_finish (GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;
