/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a drain, a homecoming, a balance or a clearing would do, as it was planned in one moment.  It refers to nothing outside it. */
#pragma once

#include "cluster/moves.h"
#include "gathering.h"

typedef enum
{
  PIN_FORECAST_DRAIN,
  PIN_FORECAST_HOME,
  PIN_FORECAST_BALANCE,
  PIN_FORECAST_MIGRATE,
  PIN_FORECAST_N
} PinForecastKind;

const char *pin_forecast_kind_name (PinForecastKind kind); /* "drain" */
/* PIN_FORECAST_N with PIN_ERROR_UNSUPPORTED, which names it and the known ones. */
PinForecastKind pin_forecast_kind_parse (const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What the moves come to on one host. */
typedef struct
{
  guint n_guests; /* that run there, or are on their way there */
  PinSiteSums sums;
  gint load_permille; /* -1: not known */
} PinForecastFill;

typedef struct
{
  char *name;
  gboolean maintenance;
  PinForecastFill before;
  PinForecastFill after;
} PinForecastHost;

typedef struct
{
  PinForecastKind kind;
  char *host;            /* of drain; of migrate where it was asked for; else NULL */
  char *guest;           /* name, of migrate and of home of one; else NULL */
  PinMoves *moves;       /* guests and rows are for the functions below */
  PinGathered *gathered; /* its guests are those of the moves, by their index; its gaps: what was planned without */
  GPtrArray *names;      /* of all hosts, by row */
  guint n_bound;         /* guests that somebody is moving already, of those that were asked for; of balance none are */
  guint parallel;        /* moves at once */
  guint64 estimate_ms;   /* from the first to the last */
  guint imbalance_before; /* percent; of balance */
  guint imbalance_after;
  GPtrArray *hosts;      /* PinForecastHost, by name: that of a drain, and those that a move touches */
} PinForecast;

/*
 * What became of the hosts @before in the scene @after, in which @moves were planned.  Takes @moves and @gathered, whose guests are those of the scene.
 * (transfer full)
 */
PinForecast *pin_forecast_new (PinForecastKind kind, const char *host, const char *guest, const PinHostRow *before, PinScene *after,
                               PinMoves *moves, PinGathered *gathered);
void pin_forecast_free (PinForecast *forecast);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinForecast, pin_forecast_free)

/* Nobody stays. */
gboolean pin_forecast_is_possible (const PinForecast *forecast);

/* By index of a PinMove or PinStay.  Borrowed. */
const PinGuest *pin_forecast_guest (const PinForecast *forecast, guint guest);
const PinOriginal *pin_forecast_original (const PinForecast *forecast, guint guest);
/* The host that it was on. */
const char *pin_forecast_on (const PinForecast *forecast, guint guest);
/* Name of the host of a row of a PinMove. */
const char *pin_forecast_host (const PinForecast *forecast, guint row);

/* "db1: ...; web2: ...": all that stay, with their reasons; @most of them at most, and how many more.  (transfer full); "": nobody does. */
char *pin_forecast_stays_text (const PinForecast *forecast, guint most);
/* The same of what it was planned without: "hostb can't be reached: ...; hostc: db1: ...".  (transfer full) */
char *pin_forecast_gaps_text (const PinForecast *forecast, guint most);
