/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who wants to know of events is told of each as it is logged: those who say something know nothing of those who listen.
 * It is the log's writer, so there is one in a process, which lives as long.
 */
#pragma once

#include "event.h"

typedef void (*PinNewsListener) (const PinEvent *event, gpointer data);

typedef struct _PinNews PinNews;

/* @host: this one's name, as its events have it. */
PinNews *pin_news_new (const char *host);
/* Of a process that does not log any more. */
void pin_news_free (PinNews *news);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinNews, pin_news_free)

/* @listener is called in the default main context, in the order of events; what it logs itself is not told to it. */
void pin_news_add (PinNews *news, PinNewsListener listener, gpointer data);
/* Those of @data are told nothing more. */
void pin_news_remove (PinNews *news, gpointer data);

/* A GLogWriterFunc: tells of events, which it logs whole, and logs all else as pin_log_write() does.  @data: PinNews. */
GLogWriterOutput pin_news_write (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data);
