/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Snapshots to JSON.  Everything is written, defaults too, so that a reader needs no documentation. */
#include "format/snapshot-json.h"

#include "format/json-text.h"
#include "format/tenant-json.h"
#include "format/topology-json.h"

static void
add_cpu_model (const PinCpuModel *cpu, JsonBuilder *builder)
{
  if (cpu == NULL)
    return;

  pin_json_begin_object (builder, "cpu");
  pin_json_add_string (builder, "model", cpu->model);
  pin_json_add_string (builder, "vendor", cpu->vendor);
  pin_json_add_number (builder, "microcode", cpu->microcode);
  pin_json_add_number (builder, "tsc_hz", cpu->tsc_hz);
  pin_json_add_bool (builder, "tsc_scaling", cpu->tsc_scaling);
  if (cpu->features != NULL)
    {
      pin_json_begin_array (builder, "features");
      for (guint i = 0; cpu->features[i] != NULL; i++)
        json_builder_add_string_value (builder, cpu->features[i]);
      json_builder_end_array (builder);
    }
  if (!cpu->nested_unknown)
    pin_json_add_bool (builder, "nested", cpu->nested);
  if (cpu->no_kvm)
    pin_json_add_bool (builder, "no_kvm", TRUE);
  json_builder_end_object (builder);
}

static void
add_ways (const GArray *l3, JsonBuilder *builder)
{
  pin_json_begin_array (builder, "l3");
  for (guint i = 0; i < l3->len; i++)
    {
      const PinCacheWays *ways = &g_array_index (l3, PinCacheWays, i);

      json_builder_begin_object (builder);
      pin_json_add_number (builder, "id", ways->id);
      pin_json_add_set (builder, "cpus", ways->cpus);
      pin_json_add_number (builder, "size_kib", ways->size_kib);
      pin_json_add_number (builder, "ways", ways->ways);
      pin_json_add_number (builder, "used", ways->used);
      pin_json_add_number (builder, "min_ways", ways->min_ways);
      pin_json_add_bool (builder, "cdp", ways->cdp);
      pin_json_add_set (builder, "free", ways->free);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_bandwidth (const GArray *bandwidth, JsonBuilder *builder)
{
  pin_json_begin_array (builder, "mb");
  for (guint i = 0; i < bandwidth->len; i++)
    {
      const PinBandwidth *control = &g_array_index (bandwidth, PinBandwidth, i);

      json_builder_begin_object (builder);
      pin_json_add_number (builder, "id", control->id);
      pin_json_add_number (builder, "min", control->min);
      pin_json_add_number (builder, "step", control->step);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_resctrl (const PinSnapshot *snapshot, JsonBuilder *builder)
{
  if (snapshot->l3->len == 0 && snapshot->bandwidth->len == 0)
    return;

  pin_json_begin_object (builder, "resctrl");
  add_ways (snapshot->l3, builder);
  add_bandwidth (snapshot->bandwidth, builder);
  json_builder_end_object (builder);
}

/* Whether what the host is made of is written, and what else there is. */
typedef enum
{
  PART_HARDWARE = 1 << 0,
  PART_PRESENT = 1 << 1,
  PART_ALL = PART_HARDWARE | PART_PRESENT
} Part;

static void
add_host (const PinSnapshot *snapshot, Part parts, JsonBuilder *builder)
{
  pin_json_begin_object (builder, "host");
  pin_json_add_string (builder, "name", snapshot->name != NULL ? snapshot->name : "");
  pin_json_add_string (builder, "uuid", snapshot->uuid);
  pin_json_add_string (builder, "arch", snapshot->arch);
  pin_json_add_bool (builder, "maintenance", snapshot->maintenance);
  pin_json_add_string (builder, "maintenance_reason", snapshot->maintenance_reason);
  if (snapshot->load_permille >= 0)
    pin_json_add_number (builder, "load_permille", (guint64)snapshot->load_permille);
  pin_json_add_string (builder, "policy", snapshot->policy_digest);
  if ((parts & PART_HARDWARE) != 0)
    add_cpu_model (snapshot->cpu, builder);
  pin_json_add_set (builder, "allowed", snapshot->allowed);
  pin_json_add_set (builder, "isolated", snapshot->isolated);
  pin_json_add_set (builder, "reserved", snapshot->reserved);
  pin_json_add_bool (builder, "memory_backing_tmpfs", snapshot->memory_backing_tmpfs);
  pin_json_add_number (builder, "default_page_kib", snapshot->default_page_kib);
  add_resctrl (snapshot, builder);
  json_builder_end_object (builder);
}

static void
add_pools (const PinNodeMemory *memory, JsonBuilder *builder)
{
  pin_json_begin_array (builder, "pages");
  for (guint i = 0; i < memory->n_pools; i++)
    {
      json_builder_begin_object (builder);
      pin_json_add_number (builder, "size_kib", memory->pools[i].size_kib);
      pin_json_add_number (builder, "total", memory->pools[i].total);
      pin_json_add_number (builder, "free", memory->pools[i].free);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_memory (const PinNodeMemory *memory, JsonBuilder *builder)
{
  pin_json_add_number (builder, "total_kib", memory->total_kib);
  pin_json_add_number (builder, "free_kib", memory->free_kib);
  pin_json_add_number (builder, "reserve_kib", memory->reserve_kib);
}

static void
add_nodes (const PinSnapshot *snapshot, Part parts, JsonBuilder *builder)
{
  const PinTopology *topology = snapshot->topology;

  pin_json_begin_array (builder, "nodes");
  for (guint i = 0; i < topology->n_nodes; i++)
    {
      const PinNodeMemory *memory = &snapshot->memory[i];

      json_builder_begin_object (builder);
      pin_json_add_number (builder, "id", topology->nodes[i].id);
      if ((parts & PART_HARDWARE) != 0)
        pin_json_add_set (builder, "cpus", topology->nodes[i].cpus);
      if ((parts & PART_PRESENT) != 0)
        add_memory (memory, builder);
      if ((parts & PART_HARDWARE) != 0)
        pin_topology_add_distances (topology, i, builder);
      if ((parts & PART_PRESENT) != 0)
        add_pools (memory, builder);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_present (const PinSnapshot *snapshot, JsonBuilder *builder)
{
  pin_tenants_add ("domains", snapshot->domains, snapshot->topology, builder);
  pin_tenants_add ("claims", snapshot->claims, snapshot->topology, builder);
  if (snapshot->provisional)
    pin_json_add_bool (builder, "provisional", TRUE);
}

static char *
write_parts (const PinSnapshot *snapshot, Part parts, gboolean pretty)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();

  json_builder_begin_object (builder);
  pin_json_add_number (builder, "version", 1);
  if ((parts & PART_PRESENT) != 0)
    add_host (snapshot, parts, builder);
  else
    add_cpu_model (snapshot->cpu, builder);
  add_nodes (snapshot, parts, builder);
  if ((parts & PART_HARDWARE) != 0)
    pin_topology_add_cpus (snapshot->topology, builder);
  if ((parts & PART_PRESENT) != 0)
    add_present (snapshot, builder);
  json_builder_end_object (builder);
  return pin_json_end (builder, pretty);
}

char *
pin_snapshot_to_json (const PinSnapshot *snapshot, gboolean pretty)
{
  return write_parts (snapshot, PART_ALL, pretty);
}

char *
pin_snapshot_present_to_json (const PinSnapshot *snapshot)
{
  return write_parts (snapshot, PART_PRESENT, FALSE);
}

char *
pin_snapshot_hardware (const PinSnapshot *snapshot)
{
  g_autofree char *text = write_parts (snapshot, PART_HARDWARE, FALSE);

  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
}
