/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One question to many hosts: a few calls at once, and when all of them are answered. */
#pragma once

#include "fleet.h"

typedef struct
{
  char *host;
  char *uuid;  /* of the guest that it is about, or what else the method takes first; NULL: nothing */
  char *guest; /* name of that guest, for people; NULL: it is about none */
} PinEnquiryCall;

/* What came of a call: @text, or where that is NULL @error, in one line that begins with the host.  All borrowed. */
typedef void (*PinEnquiryHeard) (const PinEnquiryCall *call, const char *text, const GError *error, gpointer data);

/*
 * Makes each of @calls (PinEnquiryCall), which it takes: @method of org.pinshift.Host1, which takes the UUID, if there is one, and @options, a{sv} (floating:
 * taken; NULL: none), and answers with a text.  A host that once gave no answer of its own is not asked further.  @heard is called with @data for each, @over after the last; neither before this has
 * returned, nor @heard once it is cancelled.
 */
void pin_enquiry_ask (PinFleet *fleet, const char *method, GPtrArray *calls, GVariant *options, PinEnquiryHeard heard,
                      GCancellable *cancellable, GAsyncReadyCallback over, gpointer data);
/* FALSE: it was cancelled. */
gboolean pin_enquiry_finish (GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* An array for @calls.  (transfer full) */
GPtrArray *pin_enquiry_calls_new (void);
void pin_enquiry_add (GPtrArray *calls, const char *host, const char *uuid, const char *guest);
