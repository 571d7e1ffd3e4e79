/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "route.h"

/* More hosts would not fit into a line that people read. */
#define REASONS_MAX 8

static void
stop_free (gpointer data)
{
  PinRouteStop *stop = data;

  g_free (stop->host);
  g_free (stop->why);
  g_free (stop);
}

PinRoute *
pin_route_new (const char *guest, const char *uuid, const char *on)
{
  PinRoute *route = g_new0 (PinRoute, 1);

  route->guest = g_strdup (guest);
  route->uuid = g_strdup (uuid);
  route->on = g_strdup (on);
  route->migration = g_strdup (uuid);
  route->stops = g_ptr_array_new_with_free_func (stop_free);
  return route;
}

void
pin_route_free (PinRoute *route)
{
  if (route == NULL)
    return;
  g_free (route->guest);
  g_free (route->uuid);
  g_free (route->on);
  g_free (route->migration);
  g_ptr_array_unref (route->stops);
  g_free (route);
}

void
pin_route_set_migration (PinRoute *route, const char *migration)
{
  if (migration == NULL)
    return;
  g_free (route->migration);
  route->migration = g_strdup (migration);
}

PinRouteStop *
pin_route_add (PinRoute *route, const char *host, gboolean open, const char *why)
{
  PinRouteStop *stop = g_new0 (PinRouteStop, 1);

  stop->host = g_strdup (host);
  stop->open = open;
  stop->why = g_strdup (why);
  g_ptr_array_add (route->stops, stop);
  return stop;
}

static gboolean
is_tried (const GPtrArray *tried, const char *host)
{
  for (guint i = 0; i < tried->len; i++)
    if (g_str_equal (g_ptr_array_index (tried, i), host))
      return TRUE;
  return FALSE;
}

const PinRouteStop *
pin_route_next (const PinRoute *route, const char *wanted, const GPtrArray *tried)
{
  for (guint i = 0; i < route->stops->len; i++)
    {
      const PinRouteStop *stop = g_ptr_array_index (route->stops, i);

      if (stop->open && !is_tried (tried, stop->host) && (wanted == NULL || g_str_equal (wanted, stop->host)))
        return stop;
    }
  return NULL;
}

/* Whether people want to hear of @host: of the one that they named, else of all where the guest is not. */
static gboolean
is_asked (const PinRoute *route, const char *wanted, const char *host)
{
  return wanted != NULL ? g_str_equal (wanted, host) : g_strcmp0 (route->on, host) != 0;
}

char *
pin_route_refusal (const PinRoute *route, const char *wanted, const GPtrArray *tried)
{
  g_autoptr (GString) text = g_string_new (NULL);
  guint n = 0;

  for (guint i = 0; i < route->stops->len; i++)
    {
      const PinRouteStop *stop = g_ptr_array_index (route->stops, i);

      if (stop->open || is_tried (tried, stop->host) || !is_asked (route, wanted, stop->host))
        continue;
      if (n++ < REASONS_MAX)
        g_string_append_printf (text, "%s%s: %s", text->len > 0 ? "; " : "", stop->host, stop->why);
    }
  if (n > REASONS_MAX)
    g_string_append_printf (text, "; and %u more hosts", n - REASONS_MAX);
  if (wanted != NULL)
    g_string_prepend (text, "it can't go to ");
  else if (n == 0)
    g_string_assign (text, tried->len > 0 ? "there is no other host" : "there is no host but this one");
  else
    g_string_prepend (text, tried->len > 0 ? "no other host can take it: " : "no host can take it: ");
  return g_string_free (g_steal_pointer (&text), FALSE);
}
