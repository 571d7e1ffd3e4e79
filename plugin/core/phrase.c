/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "phrase.h"

/* Of many things a few are named: what a reason has to say comes after them. */
#define NAMED 4

char *
pin_phrase_size (guint64 kib)
{
  if (kib >= 1024 * 1024 && kib % (1024 * 1024) == 0)
    return g_strdup_printf ("%" G_GUINT64_FORMAT " GiB", kib / (1024 * 1024));
  if (kib >= 1024)
    return g_strdup_printf ("%" G_GUINT64_FORMAT " MiB", kib / 1024);
  return g_strdup_printf ("%" G_GUINT64_FORMAT " KiB", kib);
}

/* Plans are made by the thousand, and pins are most of their text: no printf. */
static void
append_number (GString *text, guint number)
{
  if (number > 9)
    append_number (text, number / 10);
  g_string_append_c (text, (gchar)('0' + number % 10));
}

static void
append_rest (GString *text, guint n_things, guint n_named)
{
  if (n_things > n_named)
    g_string_append_printf (text, " and %u more", n_things - n_named);
}

static gboolean
is_in (const GArray *pins, const PinPin *pin)
{
  const PinPin *other = pin_placement_find (pins, pin->id);

  return other != NULL && pin_cpuset_equal (other->cpuset, pin->cpuset);
}

/* Of more than can be named, what @beside has too need not be. */
static char *
pins_text (const char *what, const GArray *pins, const GArray *beside)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gboolean all = pins->len <= NAMED || beside == NULL;
  guint n_named = 0;

  for (guint i = 0; i < pins->len && n_named < NAMED; i++)
    {
      const PinPin *pin = &g_array_index (pins, PinPin, i);
      g_autofree char *cpus = all || !is_in (beside, pin) ? pin_cpuset_format (pin->cpuset) : NULL;

      if (cpus == NULL)
        continue;
      g_string_append (text, n_named++ > 0 ? ", " : what);
      append_number (text, pin->id);
      g_string_append (text, " on ");
      g_string_append (text, cpus);
    }
  if (n_named == 0 && !all)
    return pins_text (what, pins, NULL);
  append_rest (text, pins->len, n_named);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
vcpus_text (const PinPlacement *placement, const PinPlacement *beside)
{
  g_autofree char *pins = pins_text ("vCPU ", placement->vcpupin, beside != NULL ? beside->vcpupin : NULL);
  g_autofree char *mask = placement->vcpu_cpuset != NULL ? pin_cpuset_format (placement->vcpu_cpuset) : NULL;

  if (mask == NULL)
    return g_strdup (pins[0] != '\0' ? pins : "no pins");
  return pins[0] != '\0' ? g_strdup_printf ("%s, the others on %s", pins, mask) : g_strdup_printf ("vCPUs on %s", mask);
}

static void
add_memnodes (GString *text, const GArray *memnodes)
{
  for (guint i = 0; i < MIN (memnodes->len, NAMED); i++)
    {
      const PinMemnode *memnode = &g_array_index (memnodes, PinMemnode, i);
      g_autofree char *nodes = pin_cpuset_format (memnode->nodeset);

      g_string_append_printf (text, "%scell %u %s on node %s", text->len > 0 ? ", " : "", memnode->cell,
                              pin_memory_mode_name (memnode->mode), nodes);
    }
  append_rest (text, memnodes->len, NAMED);
}

static void
add_dimm_nodes (GString *text, const GArray *dimms)
{
  guint n_bound = 0;

  for (guint i = 0; i < dimms->len; i++)
    {
      const PinDimm *dimm = &g_array_index (dimms, PinDimm, i);
      g_autofree char *nodes = dimm->nodeset != NULL ? pin_cpuset_format (dimm->nodeset) : NULL;

      if (nodes != NULL && n_bound++ < NAMED)
        g_string_append_printf (text, "%sDIMM %u on node %s", text->len > 0 ? ", " : "", dimm->index, nodes);
    }
  append_rest (text, n_bound, NAMED);
}

static char *
memory_text (const PinPlacement *placement)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (placement->has_memory && placement->memory_nodeset != NULL)
    {
      g_autofree char *nodes = pin_cpuset_format (placement->memory_nodeset);

      g_string_append_printf (text, "memory %s on node %s", pin_memory_mode_name (placement->memory_mode), nodes);
    }
  add_memnodes (text, placement->memnode);
  add_dimm_nodes (text, placement->dimm);
  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : g_strdup ("memory anywhere");
}

static void
add_page (GString *text, const PinPage *page)
{
  g_autofree char *size = page->size_kib != 0 ? pin_phrase_size (page->size_kib) : g_strdup ("default size");
  g_autofree char *cells = page->cells != NULL ? pin_cpuset_format (page->cells) : NULL;

  g_string_append_printf (text, "%spages of %s%s%s", text->len > 0 ? " and " : "", size, cells != NULL ? " for cell " : "",
                          cells != NULL ? cells : "");
}

static void
add_dimm_pages (GString *text, const GArray *dimms)
{
  guint n_paged = 0;

  for (guint i = 0; i < dimms->len; i++)
    {
      const PinDimm *dimm = &g_array_index (dimms, PinDimm, i);
      g_autofree char *size = pin_phrase_size (dimm->page_kib);

      if (dimm->page_kib != 0 && n_paged++ < NAMED)
        g_string_append_printf (text, "%spages of %s for DIMM %u", text->len > 0 ? " and " : "", size, dimm->index);
    }
  append_rest (text, n_paged, NAMED);
}

static char *
pages_text (const PinPlacement *placement)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < MIN (placement->hugepages->len, NAMED); i++)
    add_page (text, &g_array_index (placement->hugepages, PinPage, i));
  append_rest (text, placement->hugepages->len, NAMED);
  add_dimm_pages (text, placement->dimm);
  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : g_strdup ("ordinary memory");
}

static void
add_sched (GString *text, const char *threads, const PinSched *sched)
{
  g_autofree char *ids = sched->ids != NULL ? pin_cpuset_format (sched->ids) : g_strdup ("");

  g_string_append_printf (text, "%s%s for %s%s", text->len > 0 ? ", " : "", pin_sched_policy_name (sched->policy), threads, ids);
}

static void
add_scheds (GString *text, const char *threads, const GArray *scheds)
{
  for (guint i = 0; i < MIN (scheds->len, NAMED); i++)
    add_sched (text, threads, &g_array_index (scheds, PinSched, i));
  append_rest (text, scheds->len, NAMED);
}

static char *
scheds_text (const PinPlacement *placement)
{
  g_autoptr (GString) text = g_string_new (NULL);

  add_scheds (text, "vCPU ", placement->vcpusched);
  add_scheds (text, "I/O thread ", placement->iothreadsched);
  if (placement->emulatorsched != NULL)
    add_sched (text, "the emulator", placement->emulatorsched);
  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : g_strdup ("none");
}

char *
pin_phrase (const PinPlacement *placement, const PinPlacement *beside, PinSetting setting)
{
  switch (setting)
    {
    case PIN_SETTING_HUGEPAGES:
      return pages_text (placement);
    case PIN_SETTING_NUMA_MEMORY:
      return memory_text (placement);
    case PIN_SETTING_VCPU_PINS:
      return vcpus_text (placement, beside);
    case PIN_SETTING_EMULATOR_PINS:
      return placement->emulatorpin != NULL ? pin_cpuset_format (placement->emulatorpin) : g_strdup ("no pin");
    case PIN_SETTING_IOTHREAD_PINS:
      if (placement->iothreadpin->len == 0)
        return g_strdup ("no pins");
      return pins_text ("I/O thread ", placement->iothreadpin, beside != NULL ? beside->iothreadpin : NULL);
    case PIN_SETTING_CACHE:
      return g_strdup (pin_placement_has (placement, setting) ? "cache and bandwidth shares" : "none");
    case PIN_SETTING_SCHEDULER:
      return scheds_text (placement);
    case PIN_SETTING_CPU_MODEL:
    case PIN_SETTING_MEMORY:
    case PIN_SETTING_N:
    default:
      return g_strdup ("");
    }
}
