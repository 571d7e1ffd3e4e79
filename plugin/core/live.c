/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plan of the original's pins, in a world where all else of the guest is as it is. */
#include "live.h"

#include "chunk.h"
#include "cost.h"
#include "live-home.h"
#include "tenancy.h"

/* More than any guest has, and few enough to be added up. */
#define PLENTY ((guint64)1 << 40)

static PinTerms *
live_terms (const PinTerms *terms)
{
  PinTerms *live = pin_terms_copy (terms);

  live->actions[PIN_SETTING_HUGEPAGES] = 1u << PIN_ACTION_KEEP;
  live->actions[PIN_SETTING_NUMA_MEMORY] = 1u << PIN_ACTION_KEEP;
  live->actions[PIN_SETTING_SCHEDULER] = 1u << PIN_ACTION_KEEP;
  live->actions[PIN_SETTING_CPU_MODEL] = 1u << PIN_ACTION_KEEP | 1u << PIN_ACTION_WARN;
  live->actions[PIN_SETTING_MEMORY] = 1u << PIN_ACTION_KEEP | 1u << PIN_ACTION_WARN;
  live->running = TRUE;
  g_clear_pointer (&live->hosts, g_strfreev);
  g_clear_pointer (&live->apart, g_ptr_array_unref);
  return live;
}

/* Cache shares are set by thread and stay with it wherever it runs, so they are not asked for: see pin_live_plan(). */
static PinOriginal *
mix (const PinGuest *guest, const PinOriginal *original, const PinPlacement *present, const PinTerms *terms, const PinSnapshot *host)
{
  g_autoptr (PinPlacement) placement = pin_placement_copy (present);
  g_autoptr (PinPlacement) nothing = pin_placement_new ();
  PinOriginal *mixed = NULL;

  for (PinSetting pins = PIN_SETTING_VCPU_PINS; pins <= PIN_SETTING_IOTHREAD_PINS; pins++)
    pin_placement_take (placement, original->placement, pins);
  pin_placement_take (placement, nothing, PIN_SETTING_CACHE);
  mixed = pin_original_from (placement, pin_live_home_new (guest, original, present, terms, host));
  mixed->cpu = pin_cpu_model_copy (original->cpu);
  return mixed;
}

static void
fill_node (PinNodeMemory *memory)
{
  memory->total_kib = memory->free_kib = PLENTY;
  for (guint i = 0; i < memory->n_pools; i++)
    memory->pools[i].total = memory->pools[i].free = PLENTY;
}

/* What the guest has it has, whatever others were promised since: neither its nodes nor its pages are in question. */
static PinSnapshot *
with_plenty (const PinSnapshot *host, const PinGuest *guest, const PinPlacement *present)
{
  PinSnapshot *plenty = pin_snapshot_copy (host);
  guint n_chunks = 0;
  g_autofree PinChunk *chunks = pin_chunks_new (guest, present, &n_chunks);

  for (guint node = 0; node < plenty->topology->n_nodes; node++)
    {
      for (guint i = 0; i < n_chunks; i++)
        {
          guint64 page_kib = pin_chunk_page_kib (&chunks[i], plenty->default_page_kib);

          if (page_kib > PIN_PAGE_PLAIN_MAX_KIB)
            pin_snapshot_add_pool (plenty, node, page_kib);
        }
      fill_node (&plenty->memory[node]);
    }
  return plenty;
}

/* It goes on holding the memory that it holds. */
static void
claim_memory (PinPlan *plan, const PinGuest *guest, const PinPlacement *present, const PinSnapshot *host)
{
  g_autoptr (PinTenant) tenant = pin_tenancy_new (guest, present, NULL, host);

  g_array_unref (plan->claim->memory_kib);
  g_array_unref (plan->claim->pages);
  plan->claim->memory_kib = g_array_ref (tenant->memory_kib);
  plan->claim->pages = g_array_ref (tenant->pages);
}

PinPlan *
pin_live_plan (const PinGuest *guest, const PinOriginal *original, const PinPlacement *present, const PinTerms *terms,
               const PinSnapshot *host)
{
  g_autoptr (PinTerms) live = live_terms (terms);
  g_autoptr (PinOriginal) mixed = mix (guest, original, present, terms, host);
  g_autoptr (PinSnapshot) plenty = with_plenty (host, guest, present);
  PinPlan *plan = pin_plan (guest, mixed, live, plenty);

  if (pin_placement_has (present, PIN_SETTING_CACHE))
    plan->actions[PIN_SETTING_CACHE] = PIN_ACTION_KEEP;
  if (plan->placement == NULL)
    return plan;
  pin_placement_take (plan->placement, present, PIN_SETTING_CACHE);
  claim_memory (plan, guest, present, host);
  return plan;
}

guint
pin_live_cost (const PinAction actions[PIN_SETTING_N])
{
  guint cost = 0;

  for (PinSetting pins = PIN_SETTING_VCPU_PINS; pins <= PIN_SETTING_IOTHREAD_PINS; pins++)
    cost += pin_cost_of (pins, actions[pins]);
  return cost;
}
