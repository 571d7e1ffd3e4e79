/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the calls Log of both services have in common: their options, and their answer. */
#pragma once

#include "diary.h"

/*
 * Reads @options into @question: since (t, microseconds since the epoch), limit (u).  Returns: FALSE with PIN_ERROR_UNSUPPORTED that names an
 * option that is not known, PIN_ERROR_INVALID that names one of a wrong type.
 */
gboolean pin_log_call_take (GVariant *options, PinDiaryQuestion *question, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Those of @question for another service.  (floating) */
GVariant *pin_log_call_options (const PinDiaryQuestion *question);

/* The answer: @events (PinEvent), and @unreachable (char *): a line for each host that could not be asked; NULL: none.  (transfer full) */
char *pin_log_call_answer (const GPtrArray *events, const GPtrArray *unreachable);

/*
 * Adds to @events (PinEvent, owned) those of the answer @json of the host @host, which says nothing in the name of another.  What is no event is left
 * out.  Returns: FALSE with PIN_ERROR_INVALID: it is no answer.
 */
gboolean pin_log_call_read (const char *json, const char *host, GPtrArray *events, GError **error) G_GNUC_WARN_UNUSED_RESULT;
