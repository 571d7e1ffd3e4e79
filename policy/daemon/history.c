/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "history.h"

struct _PinHistory
{
  GHashTable *hosts;    /* name -> GHashTable: UUID of each guest that runs there -> gint64: since when; NULL: for long */
  guint64 rate_kib_s;   /* 0: not seen yet */
};

PinHistory *
pin_history_new (void)
{
  PinHistory *history = g_new0 (PinHistory, 1);

  history->hosts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_hash_table_unref);
  return history;
}

void
pin_history_free (PinHistory *history)
{
  if (history == NULL)
    return;
  g_hash_table_unref (history->hosts);
  g_free (history);
}

static GHashTable *
guests_of (const PinSite *site)
{
  GHashTable *guests = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  PinSiteWalk walk = { NULL };
  PinSiteGuest guest;

  while (pin_site_next (site, &walk, &guest))
    {
      char *uuid = guest.state == PIN_SITE_GUEST_RUNNING ? pin_site_guest_uuid (&guest) : NULL;

      if (uuid != NULL)
        g_hash_table_replace (guests, uuid, NULL);
    }
  return guests;
}

/* Gives each of @guests the time that it has in @before, and those that are not in there @now_ms. */
static void
take_times (GHashTable *guests, GHashTable *before, gint64 now_ms)
{
  GHashTableIter iter;
  gpointer uuid, since;

  g_hash_table_iter_init (&iter, guests);
  while (g_hash_table_iter_next (&iter, &uuid, NULL))
    {
      if (!g_hash_table_lookup_extended (before, uuid, NULL, &since))
        since = &now_ms;
      g_hash_table_iter_replace (&iter, since != NULL ? g_memdup2 (since, sizeof now_ms) : NULL);
    }
}

/* A pinshiftd that has not heard libvirt yet knows of no guests. */
static gboolean
is_provisional (const PinSite *site)
{
  g_autoptr (PinSnapshot) snapshot = pin_site_snapshot (site);

  return snapshot->provisional;
}

void
pin_history_note (PinHistory *history, const char *host, const PinSite *site, gint64 now_ms)
{
  GHashTable *before = g_hash_table_lookup (history->hosts, host);
  g_autoptr (GHashTable) guests = guests_of (site);

  if (g_hash_table_size (guests) == 0 && is_provisional (site))
    return;
  if (before != NULL)
    take_times (guests, before, now_ms);
  g_hash_table_replace (history->hosts, g_strdup (host), g_steal_pointer (&guests));
}

void
pin_history_forget (PinHistory *history, const char *host)
{
  g_hash_table_remove (history->hosts, host);
}

gint64
pin_history_since (const PinHistory *history, const char *host, const char *uuid)
{
  GHashTable *guests = g_hash_table_lookup (history->hosts, host);
  const gint64 *since = guests != NULL ? g_hash_table_lookup (guests, uuid) : NULL;

  return since != NULL ? *since : PIN_SCENE_LONG_AGO;
}

void
pin_history_note_rate (PinHistory *history, guint64 rate_kib_s)
{
  if (rate_kib_s == 0)
    return;
  history->rate_kib_s = history->rate_kib_s == 0 ? rate_kib_s : (3 * history->rate_kib_s + rate_kib_s) / 4;
}

PinPace
pin_history_pace (const PinHistory *history, const PinRules *rules)
{
  guint64 limit = pin_rules_migrate (rules).bandwidth_kib_s;

  if (history->rate_kib_s > 0)
    return (PinPace){ limit > 0 ? MIN (history->rate_kib_s, limit) : history->rate_kib_s };
  return (PinPace){ limit > 0 ? limit : PIN_PACE_RATE_KIB_S, limit == 0 };
}
