/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Plans to JSON: what was written and is gone is null, what never was is absent. */
#include "format/plan-json.h"

#include "format/json-text.h"

/*
 * Whether member @name is to be written out: @now says that the plan has it, @before that the original had.  Where it
 * was removed, the null is written here.
 */
static gboolean
stays (JsonBuilder *builder, const char *name, gboolean now, gboolean before)
{
  if (!now && before)
    pin_json_add_null (builder, name);
  return now;
}

static void
add_cpus (JsonBuilder *builder, const char *name, const PinCpuset *now, const PinCpuset *before)
{
  if (stays (builder, name, now != NULL, before != NULL))
    pin_json_add_set (builder, name, now);
}

static void
add_pins (JsonBuilder *builder, const char *name, const GArray *now, const GArray *before)
{
  if (!stays (builder, name, now->len > 0, before->len > 0))
    return;

  pin_json_begin_object (builder, name);
  for (guint i = 0; i < now->len; i++)
    {
      const PinPin *pin = &g_array_index (now, PinPin, i);
      g_autofree char *cpus = pin_cpuset_format (pin->cpuset);

      pin_json_set_key (builder, pin->id);
      json_builder_add_string_value (builder, cpus);
    }
  json_builder_end_object (builder);
}

static void
add_mode (JsonBuilder *builder, PinMemoryMode mode, const PinNodeset *nodeset)
{
  pin_json_add_string (builder, "mode", pin_memory_mode_name (mode));
  pin_json_add_set (builder, "nodeset", nodeset);
}

static void
add_memory (JsonBuilder *builder, const PinPlacement *now, const PinPlacement *before)
{
  if (!stays (builder, "memory", now->has_memory, before->has_memory))
    return;

  pin_json_begin_object (builder, "memory");
  pin_json_add_string (builder, "placement", now->memory_auto ? "auto" : NULL);
  add_mode (builder, now->memory_mode, now->memory_nodeset);
  json_builder_end_object (builder);
}

static void
add_memnodes (JsonBuilder *builder, const GArray *now, const GArray *before)
{
  if (!stays (builder, "memnode", now->len > 0, before->len > 0))
    return;

  pin_json_begin_object (builder, "memnode");
  for (guint i = 0; i < now->len; i++)
    {
      const PinMemnode *memnode = &g_array_index (now, PinMemnode, i);

      pin_json_set_key (builder, memnode->cell);
      json_builder_begin_object (builder);
      add_mode (builder, memnode->mode, memnode->nodeset);
      json_builder_end_object (builder);
    }
  json_builder_end_object (builder);
}

static void
add_hugepages (JsonBuilder *builder, const PinPlacement *now, const PinPlacement *before)
{
  if (!stays (builder, "hugepages", now->has_hugepages, before->has_hugepages))
    return;

  pin_json_begin_array (builder, "hugepages");
  for (guint i = 0; i < now->hugepages->len; i++)
    {
      const PinPage *page = &g_array_index (now->hugepages, PinPage, i);

      json_builder_begin_object (builder);
      pin_json_add_number (builder, "size_kib", page->size_kib);
      pin_json_add_set (builder, "guest_nodeset", page->cells);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_dimms (JsonBuilder *builder, const GArray *now, const GArray *before)
{
  if (!stays (builder, "dimm", now->len > 0, before->len > 0))
    return;

  pin_json_begin_array (builder, "dimm");
  for (guint i = 0; i < now->len; i++)
    {
      const PinDimm *dimm = &g_array_index (now, PinDimm, i);

      json_builder_begin_object (builder);
      pin_json_add_number (builder, "index", dimm->index);
      if (dimm->page_kib != 0)
        pin_json_add_number (builder, "page_kib", dimm->page_kib);
      pin_json_add_set (builder, "nodeset", dimm->nodeset);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_sched (JsonBuilder *builder, const char *ids_name, const PinSched *sched)
{
  pin_json_add_set (builder, ids_name, sched->ids);
  pin_json_add_string (builder, "scheduler", pin_sched_policy_name (sched->policy));
  if (sched->policy == PIN_SCHED_FIFO || sched->policy == PIN_SCHED_RR)
    {
      json_builder_set_member_name (builder, "priority");
      json_builder_add_int_value (builder, sched->priority);
    }
}

static void
add_scheds (JsonBuilder *builder, const char *name, const char *ids_name, const GArray *now, const GArray *before)
{
  if (!stays (builder, name, now->len > 0, before->len > 0))
    return;

  pin_json_begin_array (builder, name);
  for (guint i = 0; i < now->len; i++)
    {
      json_builder_begin_object (builder);
      add_sched (builder, ids_name, &g_array_index (now, PinSched, i));
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_emulatorsched (JsonBuilder *builder, const PinSched *now, const PinSched *before)
{
  if (!stays (builder, "emulatorsched", now != NULL, before != NULL))
    return;

  pin_json_begin_object (builder, "emulatorsched");
  add_sched (builder, "ids", now);
  json_builder_end_object (builder);
}

static void
add_bytes (JsonBuilder *builder, guint64 size_bytes)
{
  gboolean whole = size_bytes % 1024 == 0;

  pin_json_add_number (builder, whole ? "size_kib" : "size_bytes", whole ? size_bytes / 1024 : size_bytes);
}

static void
add_part (JsonBuilder *builder, const PinResctrlPart *part)
{
  json_builder_begin_object (builder);
  if (part->kind == PIN_RESCTRL_CACHE || part->kind == PIN_RESCTRL_BANDWIDTH)
    pin_json_add_number (builder, "id", part->id);
  if (part->kind == PIN_RESCTRL_BANDWIDTH)
    pin_json_add_number (builder, "bandwidth", part->bandwidth);
  if (part->kind == PIN_RESCTRL_CACHE || part->kind == PIN_RESCTRL_CACHE_MONITOR)
    pin_json_add_number (builder, "level", part->level);
  if (part->kind == PIN_RESCTRL_CACHE)
    {
      pin_json_add_string (builder, "type", part->type);
      add_bytes (builder, part->size_bytes);
    }
  pin_json_add_set (builder, "vcpus", part->vcpus);
  json_builder_end_object (builder);
}

/* Adds the parts of @kind as array @name; nothing if there are none. */
static void
add_parts (JsonBuilder *builder, const char *name, const GArray *parts, PinResctrlKind kind)
{
  gboolean begun = FALSE;

  for (guint i = 0; i < parts->len; i++)
    {
      const PinResctrlPart *part = &g_array_index (parts, PinResctrlPart, i);

      if (part->kind != kind)
        continue;
      if (!begun)
        pin_json_begin_array (builder, name);
      begun = TRUE;
      add_part (builder, part);
    }
  if (begun)
    json_builder_end_array (builder);
}

static void
add_resctrls (JsonBuilder *builder, const char *name, const GArray *now, const GArray *before)
{
  if (!stays (builder, name, now->len > 0, before->len > 0))
    return;

  pin_json_begin_array (builder, name);
  for (guint i = 0; i < now->len; i++)
    {
      const PinResctrl *resctrl = &g_array_index (now, PinResctrl, i);

      json_builder_begin_object (builder);
      pin_json_add_set (builder, "vcpus", resctrl->vcpus);
      add_parts (builder, "cache", resctrl->parts, PIN_RESCTRL_CACHE);
      add_parts (builder, "monitor", resctrl->parts, PIN_RESCTRL_CACHE_MONITOR);
      add_parts (builder, "node", resctrl->parts, PIN_RESCTRL_BANDWIDTH);
      add_parts (builder, "monitor", resctrl->parts, PIN_RESCTRL_BANDWIDTH_MONITOR);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_placement (JsonBuilder *builder, const PinPlacement *now, const PinPlacement *before)
{
  if (now == NULL)
    {
      pin_json_add_null (builder, "placement");
      return;
    }

  pin_json_begin_object (builder, "placement");
  add_pins (builder, "vcpupin", now->vcpupin, before->vcpupin);
  add_cpus (builder, "emulatorpin", now->emulatorpin, before->emulatorpin);
  add_pins (builder, "iothreadpin", now->iothreadpin, before->iothreadpin);
  add_cpus (builder, "vcpu_cpuset", now->vcpu_cpuset, before->vcpu_cpuset);
  add_memory (builder, now, before);
  add_memnodes (builder, now->memnode, before->memnode);
  add_hugepages (builder, now, before);
  add_dimms (builder, now->dimm, before->dimm);
  add_scheds (builder, "vcpusched", "vcpus", now->vcpusched, before->vcpusched);
  add_scheds (builder, "iothreadsched", "iothreads", now->iothreadsched, before->iothreadsched);
  add_emulatorsched (builder, now->emulatorsched, before->emulatorsched);
  add_resctrls (builder, "cachetune", now->cachetune, before->cachetune);
  add_resctrls (builder, "memorytune", now->memorytune, before->memorytune);
  json_builder_end_object (builder);
}

static void
add_actions (JsonBuilder *builder, const PinPlan *plan)
{
  pin_json_begin_object (builder, "actions");
  for (guint i = 0; i < PIN_SETTING_N; i++)
    if (plan->actions[i] != PIN_ACTION_NONE)
      pin_json_add_string (builder, pin_setting_name ((PinSetting)i), pin_action_name (plan->actions[i]));
  json_builder_end_object (builder);
}

static void
add_cells (JsonBuilder *builder, const GArray *cells)
{
  pin_json_begin_object (builder, "cells");
  for (guint i = 0; i < cells->len; i++)
    {
      gint node = g_array_index (cells, gint, i);

      if (node < 0)
        continue;
      pin_json_set_key (builder, i);
      json_builder_add_int_value (builder, node);
    }
  json_builder_end_object (builder);
}

static void
add_reasons (JsonBuilder *builder, const GPtrArray *reasons)
{
  pin_json_begin_array (builder, "reasons");
  for (guint i = 0; i < reasons->len; i++)
    {
      const PinReason *reason = g_ptr_array_index (reasons, i);

      json_builder_begin_object (builder);
      pin_json_add_string (builder, "setting", pin_setting_name (reason->setting));
      pin_json_add_string (builder, "action", pin_action_name (reason->action));
      pin_json_add_string (builder, "code", pin_code_name (reason->code));
      pin_json_add_string (builder, "text", reason->text);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

/* All of a plan but the braces around it. */
static void
add_plan (JsonBuilder *builder, const PinPlan *plan, const PinGuest *guest, const PinPlacement *original, const char *host_name)
{
  gboolean refused = plan->verdict == PIN_VERDICT_REFUSE;

  pin_json_add_number (builder, "version", 1);
  pin_json_add_string (builder, "host", host_name);
  pin_json_add_string (builder, "domain", guest->name);
  pin_json_add_string (builder, "verdict", pin_verdict_name (plan->verdict));
  add_actions (builder, plan);
  add_placement (builder, refused ? NULL : plan->placement, original);
  add_cells (builder, plan->cells);
  if (refused)
    pin_json_add_null (builder, "cost");
  else
    pin_json_add_number (builder, "cost", plan->cost);
  pin_json_add_bool (builder, "exact", plan->exact);
  add_reasons (builder, plan->reasons);
  pin_json_add_string (builder, "remedy", refused ? plan->remedy : NULL);
}

void
pin_plan_add_json (JsonBuilder *builder, const PinPlan *plan, const PinGuest *guest, const PinPlacement *original, const char *host_name)
{
  json_builder_begin_object (builder);
  add_plan (builder, plan, guest, original, host_name);
  json_builder_end_object (builder);
}

char *
pin_plan_to_json (const PinPlan *plan, const PinGuest *guest, const PinPlacement *original, const char *host_name,
                  gboolean pretty)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();

  pin_plan_add_json (builder, plan, guest, original, host_name);
  return pin_json_end (builder, pretty);
}

char *
pin_plan_to_json_live (const PinPlan *plan, const PinGuest *guest, const PinPlacement *original, const PinPlacement *pins,
                       const char *host_name)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  g_autoptr (PinPlacement) none = pin_placement_new ();
  const PinPlacement *made = pins != NULL ? pins : none;

  json_builder_begin_object (builder);
  add_plan (builder, plan, guest, original, host_name);
  pin_json_begin_object (builder, "pins");
  add_pins (builder, "vcpupin", made->vcpupin, none->vcpupin);
  add_cpus (builder, "emulatorpin", made->emulatorpin, NULL);
  add_pins (builder, "iothreadpin", made->iothreadpin, none->iothreadpin);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  return pin_json_end (builder, FALSE);
}
