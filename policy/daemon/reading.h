/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The snapshot of one host, read from its pinshiftd when something has changed there: not more often than a host may be asked,
 * and so that no change is lost.
 */
#pragma once

#include "cluster/site.h"

#include <gio/gio.h>

typedef struct _PinReading PinReading;

/* A read has ended, well or badly.  @reading must not be freed in it. */
typedef void (*PinReadingHeard) (PinReading *reading, gpointer data);

typedef struct
{
  guint answer_ms; /* who takes longer to answer has failed */
  guint calm_ms;   /* from the beginning of a read to that of the next, at least */
} PinReadingTimes;

/* From org.pinshift.Host1 over @connection, at @destination (NULL: the other end).  Reads nothing yet.  @makes must outlive
 * it and its sites.  (transfer full) */
PinReading *pin_reading_new (GDBusConnection *connection, const char *destination, const PinReadingTimes *times,
                             PinMakes *makes, PinReadingHeard heard, gpointer data);
void pin_reading_free (PinReading *reading);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinReading, pin_reading_free)

/* Something has changed there: it is read in its time. */
void pin_reading_mark (PinReading *reading);
/* Nobody is there to ask: what is under way or due counts no more. */
void pin_reading_stop (PinReading *reading);

/*
 * Reads at once what has changed by now.  Returns: the number of the read that has it; once pin_reading_n_over() has come to
 * that, the site is as new as that, or the read has failed.
 */
guint64 pin_reading_hurry (PinReading *reading);
guint64 pin_reading_n_over (const PinReading *reading);

/* What was read last, or NULL; borrowed, until the next read ends. */
const PinSite *pin_reading_site (const PinReading *reading);
/* The same; it forgets it.  (transfer full) */
PinSite *pin_reading_take_site (PinReading *reading);
/* "its snapshot can't be read: ..."; NULL: the last read went well, or there was none. */
const char *pin_reading_failure (const PinReading *reading);
