/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "freshening.h"

typedef struct
{
  guint generation; /* of the host's link: another one counts its reads anew */
  guint64 number;
} Wanted;

struct _PinFreshening
{
  GHashTable *waiting; /* name -> Wanted */
  guint timer;
  guint idle;
  PinFresheningOver over;
  gpointer data;
};

static gboolean
on_deadline (gpointer data)
{
  PinFreshening *freshening = data;

  freshening->timer = 0;
  freshening->over (freshening, freshening->data);
  return G_SOURCE_REMOVE;
}

static gboolean
on_idle (gpointer data)
{
  PinFreshening *freshening = data;

  freshening->idle = 0;
  if (g_hash_table_size (freshening->waiting) == 0)
    freshening->over (freshening, freshening->data);
  return G_SOURCE_REMOVE;
}

static void
end_soon (PinFreshening *freshening)
{
  if (freshening->idle == 0)
    freshening->idle = g_idle_add_full (G_PRIORITY_DEFAULT, on_idle, freshening, NULL);
}

PinFreshening *
pin_freshening_new (guint deadline_ms, PinFresheningOver over, gpointer data)
{
  PinFreshening *freshening = g_new0 (PinFreshening, 1);

  freshening->waiting = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  freshening->timer = g_timeout_add (deadline_ms, on_deadline, freshening);
  freshening->over = over;
  freshening->data = data;
  end_soon (freshening);
  return freshening;
}

void
pin_freshening_free (PinFreshening *freshening)
{
  if (freshening == NULL)
    return;
  g_clear_handle_id (&freshening->timer, g_source_remove);
  g_clear_handle_id (&freshening->idle, g_source_remove);
  g_hash_table_unref (freshening->waiting);
  g_free (freshening);
}

void
pin_freshening_add (PinFreshening *freshening, PinFleetHost *host)
{
  PinLink *link = pin_fleet_host_link (host);
  const Wanted wanted = { pin_fleet_host_generation (host), link != NULL ? pin_link_hurry (link) : 0 };

  if (link != NULL && !pin_link_has_read (link, wanted.number))
    g_hash_table_insert (freshening->waiting, g_strdup (pin_fleet_host_name (host)), g_memdup2 (&wanted, sizeof wanted));
}

void
pin_freshening_look (PinFreshening *freshening, const PinFleetHost *host)
{
  const Wanted *wanted = g_hash_table_lookup (freshening->waiting, pin_fleet_host_name (host));
  const PinLink *link = pin_fleet_host_link (host);

  if (wanted == NULL)
    return;
  if (link != NULL && wanted->generation == pin_fleet_host_generation (host) && !pin_link_has_read (link, wanted->number))
    return;
  pin_freshening_forget (freshening, pin_fleet_host_name (host));
}

void
pin_freshening_forget (PinFreshening *freshening, const char *name)
{
  if (g_hash_table_remove (freshening->waiting, name))
    end_soon (freshening);
}
