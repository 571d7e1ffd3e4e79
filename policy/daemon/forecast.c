/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "forecast.h"

#include "cluster/balance.h"
#include "core/error.h"
#include "core/names.h"
#include "format/quote.h"

static const char *const kinds[PIN_FORECAST_N] = {
  [PIN_FORECAST_DRAIN] = "drain",
  [PIN_FORECAST_HOME] = "home",
  [PIN_FORECAST_BALANCE] = "balance",
  [PIN_FORECAST_MIGRATE] = "migrate",
};

const char *
pin_forecast_kind_name (PinForecastKind kind)
{
  return kinds[kind];
}

PinForecastKind
pin_forecast_kind_parse (const char *name, GError **error)
{
  int kind = pin_names_index (kinds, PIN_FORECAST_N, name);
  g_autoptr (GString) known = NULL;
  g_autofree char *shown = NULL;

  if (kind >= 0)
    return (PinForecastKind) kind;
  known = g_string_new (kinds[0]);
  for (guint i = 1; i < PIN_FORECAST_N; i++)
    g_string_append_printf (known, ", %s", kinds[i]);
  shown = pin_quote (name);
  g_set_error (error, PIN_ERROR, PIN_ERROR_UNSUPPORTED, "unknown kind '%s'; known: %s", shown, known->str);
  return PIN_FORECAST_N;
}

static void
free_host (gpointer data)
{
  PinForecastHost *host = data;

  g_free (host->name);
  g_free (host);
}

void
pin_forecast_free (PinForecast *forecast)
{
  if (forecast == NULL)
    return;
  g_free (forecast->host);
  g_free (forecast->guest);
  pin_moves_free (forecast->moves);
  pin_gathered_free (forecast->gathered);
  g_ptr_array_unref (forecast->names);
  g_ptr_array_unref (forecast->hosts);
  g_free (forecast);
}

static PinForecastFill
fill_of (const PinHostRow *row)
{
  PinForecastFill fill = { .load_permille = row->load_permille };
  PinSiteWalk walk = { NULL };
  PinSiteGuest guest;

  if (row->site == NULL)
    return fill;
  fill.sums = *pin_site_sums (row->site);
  while (pin_site_next (row->site, &walk, &guest))
    fill.n_guests += guest.state != PIN_SITE_GUEST_DEFINED;
  return fill;
}

/* By row, whether a move touches it, or it is called as the forecast's host. */
static gboolean *
find_touched (const PinForecast *forecast)
{
  gboolean *touched = g_new0 (gboolean, forecast->names->len + 1);

  for (guint i = 0; i < forecast->moves->moves->len; i++)
    {
      const PinMove *move = g_ptr_array_index (forecast->moves->moves, i);

      touched[move->from] = touched[move->to] = TRUE;
    }
  for (guint row = 0; forecast->kind == PIN_FORECAST_DRAIN && row < forecast->names->len; row++)
    touched[row] |= g_strcmp0 (forecast->names->pdata[row], forecast->host) == 0;
  return touched;
}

static void
compare (PinForecast *forecast, const PinHostRow *before, const PinHostRow *after)
{
  g_autofree gboolean *touched = find_touched (forecast);

  for (guint row = 0; row < forecast->names->len; row++)
    {
      PinForecastHost *host = touched[row] ? g_new0 (PinForecastHost, 1) : NULL;

      if (host == NULL)
        continue;
      host->name = g_strdup (before[row].name);
      host->maintenance = before[row].maintenance;
      host->before = fill_of (&before[row]);
      host->after = fill_of (&after[row]);
      g_ptr_array_add (forecast->hosts, host);
    }
}

PinForecast *
pin_forecast_new (PinForecastKind kind, const char *host, const char *guest, const PinHostRow *before, PinScene *after,
                  PinMoves *moves, PinGathered *gathered)
{
  PinForecast *forecast = g_new0 (PinForecast, 1);
  guint n_rows;
  const PinHostRow *rows = pin_scene_rows (after, &n_rows);

  forecast->kind = kind;
  forecast->host = g_strdup (host);
  forecast->guest = g_strdup (guest);
  forecast->moves = moves;
  forecast->gathered = gathered;
  forecast->names = g_ptr_array_new_with_free_func (g_free);
  forecast->hosts = g_ptr_array_new_with_free_func (free_host);
  for (guint row = 0; row < n_rows; row++)
    g_ptr_array_add (forecast->names, g_strdup (rows[row].name));
  forecast->parallel = pin_rules_drain_parallel (pin_scene_rules (after));
  forecast->estimate_ms = pin_moves_estimate_ms (moves, forecast->parallel);
  forecast->imbalance_before = kind == PIN_FORECAST_BALANCE ? pin_balance_imbalance (before, n_rows) : 0;
  forecast->imbalance_after = kind == PIN_FORECAST_BALANCE ? pin_balance_imbalance (rows, n_rows) : 0;
  compare (forecast, before, rows);
  return forecast;
}

gboolean
pin_forecast_is_possible (const PinForecast *forecast)
{
  return forecast->moves->stays->len == 0;
}

static const PinGatheredGuest *
nth_guest (const PinForecast *forecast, guint guest)
{
  return g_ptr_array_index (forecast->gathered->guests, guest);
}

const PinGuest *
pin_forecast_guest (const PinForecast *forecast, guint guest)
{
  return nth_guest (forecast, guest)->domain->guest;
}

const PinOriginal *
pin_forecast_original (const PinForecast *forecast, guint guest)
{
  return nth_guest (forecast, guest)->original;
}

const char *
pin_forecast_on (const PinForecast *forecast, guint guest)
{
  return nth_guest (forecast, guest)->host;
}

const char *
pin_forecast_host (const PinForecast *forecast, guint row)
{
  return g_ptr_array_index (forecast->names, row);
}

static void
append_more (GString *text, guint there, guint most)
{
  if (there > most)
    g_string_append_printf (text, "%sand %u more", most > 0 ? "; " : "", there - most);
}

char *
pin_forecast_stays_text (const PinForecast *forecast, guint most)
{
  const GPtrArray *stays = forecast->moves->stays;
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < MIN (stays->len, most); i++)
    {
      const PinStay *stay = g_ptr_array_index (stays, i);

      g_string_append_printf (text, "%s%s: %s", i > 0 ? "; " : "", pin_forecast_guest (forecast, stay->guest)->name, stay->why);
    }
  append_more (text, stays->len, most);
  return g_string_free (text, FALSE);
}

char *
pin_forecast_gaps_text (const PinForecast *forecast, guint most)
{
  const GPtrArray *gaps = forecast->gathered->gaps;
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < MIN (gaps->len, most); i++)
    {
      const PinGap *gap = g_ptr_array_index (gaps, i);
      gboolean named = g_str_has_prefix (gap->error->message, gap->host);

      g_string_append_printf (text, "%s%s%s%s", i > 0 ? "; " : "", named ? "" : gap->host, named ? "" : ": ", gap->error->message);
    }
  append_more (text, gaps->len, most);
  return g_string_free (text, FALSE);
}
