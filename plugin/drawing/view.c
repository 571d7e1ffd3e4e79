/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "view.h"

#include "core/departure.h"
#include "topology-svg.h"

PinView *
pin_view_new (PinSnapshot *host, const char *when)
{
  PinView *view = g_new0 (PinView, 1);

  view->host = host;
  view->title = g_strdup_printf ("%s%s", host->name, when);
  view->seats = pin_seats_new (host);
  return view;
}

void
pin_view_free (gpointer data)
{
  PinView *view = data;

  pin_seats_free (view->seats);
  pin_snapshot_free (view->host);
  g_free (view->title);
  g_free (view);
}

static void
drop (GPtrArray *tenants, const char *uuid)
{
  for (guint i = tenants->len; i > 0; i--)
    if (g_strcmp0 (((const PinTenant *) tenants->pdata[i - 1])->uuid, uuid) == 0)
      g_ptr_array_remove_index (tenants, i - 1);
}

/* What is bound to no node is taken from none: nobody knows where it will lie. */
static void
charge (PinSnapshot *host, const PinTenant *tenant)
{
  for (guint node = 0; node < host->topology->n_nodes; node++)
    {
      PinNodeMemory *memory = &host->memory[node];

      memory->free_kib -= MIN (memory->free_kib, pin_tenant_memory (tenant, node));
    }
  for (guint i = 0; i < tenant->pages->len; i++)
    {
      const PinPageUse *use = &g_array_index (tenant->pages, PinPageUse, i);
      PinPool *pool = (PinPool *) pin_snapshot_pool (host, use->node, use->size_kib);

      if (pool != NULL)
        pool->free -= MIN (pool->free, use->count);
    }
}

void
pin_view_seat (PinSnapshot *host, const PinGuest *guest, const PinPlan *plan)
{
  PinTenant *tenant = pin_tenant_copy (plan->claim);

  tenant->running = TRUE;
  pin_departure (host, guest);
  drop (host->domains, guest->uuid);
  charge (host, tenant);
  g_ptr_array_add (host->domains, tenant);
}

char *
pin_view_svg (const GPtrArray *views)
{
  g_autofree PinTopologyPanel *panels = g_new0 (PinTopologyPanel, views->len);

  for (guint i = 0; i < views->len; i++)
    {
      const PinView *view = views->pdata[i];

      panels[i] = (PinTopologyPanel) { view->title, view->seats };
    }
  return pin_topology_svg (panels, views->len);
}
