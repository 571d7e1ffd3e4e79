/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who holds what, from JSON and to it.  Nodes are named by their ids there, by their indices here. */
#include "format/tenant-json.h"

#include "format/json-text.h"
#include "format/quote.h"

#include <string.h>

/* An exbibyte: what is more is a typing error, and sums of it stay far from overflow. */
#define KIB_MAX (G_GUINT64_CONSTANT (1) << 50)
#define PAGE_KIB_MAX (G_GUINT64_CONSTANT (1) << 30)

/* The index of the node that @spot's name says; -1 with an error if there is none. */
static int
read_node_key (const PinSnapshot *snapshot, const PinJsonSpot *spot, GError **error)
{
  guint64 id;
  int index;

  if (!pin_json_spot_key (spot, PIN_CPUSET_MAX - 1, &id, error))
    return -1;
  index = pin_topology_node_index (snapshot->topology, (PinNodeId)id);
  if (index < 0)
    pin_json_spot_set_error (spot, error, "the host has no such node");
  return index;
}

static gboolean
read_tenant_memory (PinTenant *tenant, const PinSnapshot *snapshot, const PinJsonSpot *up, GError **error)
{
  PinJsonSpot map = pin_json_spot_member (up, "memory_kib");
  PinJsonWalk walk;
  PinJsonSpot spot;

  if (!pin_json_spot_is_object (&map, NULL, error))
    return FALSE;
  walk = pin_json_walk (&map);
  while (pin_json_walk_next (&walk, &spot))
    {
      int node = read_node_key (snapshot, &spot, error);
      guint64 kib = 0;

      if (node < 0 || !pin_json_get_number (&map, spot.member, KIB_MAX, &kib, error))
        return FALSE;
      pin_tenant_add_memory (tenant, (guint)node, kib);
    }

  return TRUE;
}

static gboolean
read_tenant_pages_on (PinTenant *tenant, guint node, const PinJsonSpot *sizes, GError **error)
{
  PinJsonWalk walk;
  PinJsonSpot spot;

  if (!pin_json_spot_is_object (sizes, NULL, error))
    return FALSE;
  walk = pin_json_walk (sizes);
  while (pin_json_walk_next (&walk, &spot))
    {
      guint64 size_kib;
      guint64 count = 0;

      if (!pin_json_spot_key (&spot, PAGE_KIB_MAX, &size_kib, error) || !pin_json_spot_is_page (&spot, size_kib, error)
          || !pin_json_get_number (sizes, spot.member, KIB_MAX / size_kib, &count, error))
        return FALSE;
      pin_tenant_add_pages (tenant, node, size_kib, count);
    }

  return TRUE;
}

static gboolean
read_tenant_pages (PinTenant *tenant, const PinSnapshot *snapshot, const PinJsonSpot *up, GError **error)
{
  PinJsonSpot map = pin_json_spot_member (up, "pages");
  PinJsonWalk walk;
  PinJsonSpot spot;

  if (!pin_json_spot_is_object (&map, NULL, error))
    return FALSE;
  walk = pin_json_walk (&map);
  while (pin_json_walk_next (&walk, &spot))
    {
      int node = read_node_key (snapshot, &spot, error);

      if (node < 0 || !read_tenant_pages_on (tenant, (guint)node, &spot, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
read_state (PinTenant *tenant, const PinJsonSpot *up, GError **error)
{
  PinJsonSpot spot = pin_json_spot_member (up, "state");
  g_autofree char *state = NULL;
  g_autofree char *quoted = NULL;

  if (!pin_json_get_string (up, "state", &state, error))
    return FALSE;
  tenant->running = state == NULL || strcmp (state, "running") == 0;
  if (tenant->running || strcmp (state, "defined") == 0)
    return TRUE;
  /* What holds nothing is said by a word that is known. */
  tenant->running = pin_json_spot_is_open (up);
  if (tenant->running)
    return TRUE;

  quoted = pin_quote (state);
  pin_json_spot_set_error (&spot, error, "'%s' is no state: running, defined", quoted);
  return FALSE;
}

static gboolean
read_tenant (const PinSnapshot *snapshot, GPtrArray *tenants, const PinJsonSpot *spot, GError **error)
{
  static const char *const known[] = { "name", "uuid", "state", "dedicated", "shared", "memory_kib", "pages", NULL };
  g_autoptr (PinTenant) tenant = pin_tenant_new (NULL, NULL);

  if (!pin_json_spot_is_there (spot, error) || !pin_json_spot_is_object (spot, known, error)
      || !pin_json_require (spot, "name", error) || !pin_json_get_string (spot, "name", &tenant->name, error)
      || !pin_json_get_uuid (spot, "uuid", &tenant->uuid, error) || !read_state (tenant, spot, error)
      || !pin_json_get_set (spot, "dedicated", &tenant->dedicated, error)
      || !pin_json_get_set (spot, "shared", &tenant->shared, error)
      || !read_tenant_memory (tenant, snapshot, spot, error) || !read_tenant_pages (tenant, snapshot, spot, error))
    return FALSE;

  g_ptr_array_add (tenants, g_steal_pointer (&tenant));
  return TRUE;
}

gboolean
pin_tenants_from_json (const PinSnapshot *snapshot, GPtrArray *tenants, const PinJsonSpot *spot, GError **error)
{
  if (!pin_json_spot_is_array (spot, error))
    return FALSE;
  for (guint i = 0; i < pin_json_spot_length (spot); i++)
    {
      PinJsonSpot item = pin_json_spot_item (spot, i);

      if (!read_tenant (snapshot, tenants, &item, error))
        return FALSE;
    }

  return TRUE;
}

static void
add_tenant_memory (const PinTenant *tenant, const PinTopology *topology, JsonBuilder *builder)
{
  pin_json_begin_object (builder, "memory_kib");
  for (guint node = 0; node < topology->n_nodes; node++)
    if (pin_tenant_memory (tenant, node) != 0)
      {
        pin_json_set_key (builder, topology->nodes[node].id);
        json_builder_add_int_value (builder, (gint64)pin_tenant_memory (tenant, node));
      }
  json_builder_end_object (builder);
}

static gboolean
has_pages_on (const PinTenant *tenant, guint node)
{
  for (guint i = 0; i < tenant->pages->len; i++)
    if (g_array_index (tenant->pages, PinPageUse, i).node == node)
      return TRUE;

  return FALSE;
}

static void
add_tenant_pages (const PinTenant *tenant, const PinTopology *topology, JsonBuilder *builder)
{
  pin_json_begin_object (builder, "pages");
  for (guint node = 0; node < topology->n_nodes; node++)
    {
      if (!has_pages_on (tenant, node))
        continue;
      pin_json_set_key (builder, topology->nodes[node].id);
      json_builder_begin_object (builder);
      for (guint i = 0; i < tenant->pages->len; i++)
        {
          const PinPageUse *use = &g_array_index (tenant->pages, PinPageUse, i);

          if (use->node != node)
            continue;
          pin_json_set_key (builder, use->size_kib);
          json_builder_add_int_value (builder, (gint64)use->count);
        }
      json_builder_end_object (builder);
    }
  json_builder_end_object (builder);
}

void
pin_tenants_add (const char *name, const GPtrArray *tenants, const PinTopology *topology, JsonBuilder *builder)
{
  pin_json_begin_array (builder, name);
  for (guint i = 0; i < tenants->len; i++)
    {
      const PinTenant *tenant = g_ptr_array_index (tenants, i);

      json_builder_begin_object (builder);
      pin_json_add_string (builder, "name", tenant->name != NULL ? tenant->name : "");
      pin_json_add_string (builder, "uuid", tenant->uuid);
      pin_json_add_string (builder, "state", tenant->running ? "running" : "defined");
      pin_json_add_set (builder, "dedicated", tenant->dedicated);
      pin_json_add_set (builder, "shared", tenant->shared);
      add_tenant_memory (tenant, topology, builder);
      add_tenant_pages (tenant, topology, builder);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}
