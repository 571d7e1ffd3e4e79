/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "view-json.h"

#include "drawing/view.h"

#include <json-glib/json-glib.h>

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
