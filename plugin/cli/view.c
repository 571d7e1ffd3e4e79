/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "view.h"

#include <json-glib/json-glib.h>

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
  drop (host->domains, guest->uuid);
  drop (host->claims, guest->uuid);
  charge (host, tenant);
  g_ptr_array_add (host->domains, tenant);
}

static void
add_cpu (JsonBuilder *builder, const PinSeats *seats, guint n)
{
  const PinCpu *cpu = &seats->host->topology->cpus[n];
  const PinSeat *seat = &seats->seats[n];

  json_builder_begin_object (builder);
  json_builder_add_int_value (json_builder_set_member_name (builder, "id"), cpu->id);
  if (cpu->node != PIN_CPUSET_END)
    json_builder_add_int_value (json_builder_set_member_name (builder, "node"), cpu->node);
  json_builder_add_int_value (json_builder_set_member_name (builder, "core"), cpu->core);
  json_builder_add_string_value (json_builder_set_member_name (builder, "use"), pin_seat_kind_name (seat->kind));
  if (seat->guest >= 0)
    json_builder_add_string_value (json_builder_set_member_name (builder, "guest"), pin_seats_guest (seats, (guint) seat->guest)->tenant->name);
  json_builder_end_object (builder);
}

static void
add_guest (JsonBuilder *builder, const PinSeatGuest *guest)
{
  g_autofree char *own = pin_cpuset_format (guest->tenant->dedicated);
  g_autofree char *shared = pin_cpuset_format (guest->tenant->shared);

  json_builder_begin_object (builder);
  json_builder_add_string_value (json_builder_set_member_name (builder, "name"), guest->tenant->name);
  json_builder_add_string_value (json_builder_set_member_name (builder, "own"), own);
  json_builder_add_string_value (json_builder_set_member_name (builder, "shared"), shared);
  json_builder_add_boolean_value (json_builder_set_member_name (builder, "coming"), guest->coming);
  json_builder_end_object (builder);
}

static void
add_view (JsonBuilder *builder, const PinView *view)
{
  json_builder_begin_object (builder);
  json_builder_add_string_value (json_builder_set_member_name (builder, "host"), view->host->name);
  json_builder_add_string_value (json_builder_set_member_name (builder, "title"), view->title);
  json_builder_begin_array (json_builder_set_member_name (builder, "guests"));
  for (guint i = 0; i < view->seats->guests->len; i++)
    add_guest (builder, pin_seats_guest (view->seats, i));
  json_builder_end_array (builder);
  json_builder_begin_array (json_builder_set_member_name (builder, "cpus"));
  for (guint n = 0; n < view->host->topology->n_cpus; n++)
    add_cpu (builder, view->seats, n);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

char *
pin_view_json (const GPtrArray *views)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (builder);
  json_builder_add_int_value (json_builder_set_member_name (builder, "version"), 1);
  json_builder_begin_array (json_builder_set_member_name (builder, "hosts"));
  for (guint i = 0; i < views->len; i++)
    add_view (builder, views->pdata[i]);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}
