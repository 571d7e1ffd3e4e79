/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rules/rules-placement.h"

#include "core/error.h"
#include "rules/rules-amount.h"
#include "rules/rules-keys.h"

#include <string.h>

const char *const pin_rules_placement_keys[]
    = { "vcpu-cpuset", "vcpupin.N", "emulatorpin", "iothreadpin.N", "memory", "memnode.N", "hugepages", NULL };

typedef enum
{
  KEY_VCPU_CPUSET,
  KEY_VCPUPIN,
  KEY_EMULATORPIN,
  KEY_IOTHREADPIN,
  KEY_MEMORY,
  KEY_MEMNODE,
  KEY_HUGEPAGES,
  KEY_N
} Key;

static const PinSetting setting_of[KEY_N] = {
  [KEY_VCPU_CPUSET] = PIN_SETTING_VCPU_PINS,      [KEY_VCPUPIN] = PIN_SETTING_VCPU_PINS,
  [KEY_EMULATORPIN] = PIN_SETTING_EMULATOR_PINS,  [KEY_IOTHREADPIN] = PIN_SETTING_IOTHREAD_PINS,
  [KEY_MEMORY] = PIN_SETTING_NUMA_MEMORY,         [KEY_MEMNODE] = PIN_SETTING_NUMA_MEMORY,
  [KEY_HUGEPAGES] = PIN_SETTING_HUGEPAGES,
};
G_STATIC_ASSERT (G_N_ELEMENTS (pin_rules_placement_keys) == KEY_N + 1);

/* Which key @text is, and its number. */
static gboolean
find_key (const char *text, Key *ret_key, guint *ret_number)
{
  const char *dot = strchr (text, '.');
  guint64 number = 0;

  for (guint key = 0; key < KEY_N; key++)
    {
      const char *pattern = pin_rules_placement_keys[key];
      const char *end = strchr (pattern, '.');

      if ((end == NULL) != (dot == NULL))
        continue;
      if (dot == NULL ? strcmp (pattern, text) != 0
                      : dot - text != end - pattern || strncmp (pattern, text, (gsize) (dot - text)) != 0
                            || !g_ascii_string_to_unsigned (dot + 1, 10, 0, PIN_CPUSET_MAX - 1, &number, NULL))
        continue;
      *ret_key = (Key) key;
      *ret_number = (guint) number;
      return TRUE;
    }
  return FALSE;
}

gboolean
pin_rules_placement_knows (const char *key)
{
  Key found;
  guint number;

  return find_key (key, &found, &number);
}

/* A set that has something in it.  (transfer full) */
static PinCpuset *
parse_set (const char *value, GError **error)
{
  g_autoptr (PinCpuset) set = pin_cpuset_parse (value, error);

  if (set == NULL)
    return NULL;
  if (pin_cpuset_is_empty (set))
    {
      g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "there is no number in it; leave the key out");
      return NULL;
    }
  return g_steal_pointer (&set);
}

/* The place of @id in @pins, which are in the order of their ids; made if it is not there. */
static PinPin *
pin_at (GArray *pins, guint id)
{
  PinPin pin = { .id = id };
  guint at = 0;

  while (at < pins->len && g_array_index (pins, PinPin, at).id < id)
    at++;
  if (at == pins->len || g_array_index (pins, PinPin, at).id != id)
    g_array_insert_val (pins, at, pin);
  return &g_array_index (pins, PinPin, at);
}

static PinMemnode *
memnode_at (GArray *memnodes, guint cell)
{
  PinMemnode memnode = { .cell = cell };
  guint at = 0;

  while (at < memnodes->len && g_array_index (memnodes, PinMemnode, at).cell < cell)
    at++;
  if (at == memnodes->len || g_array_index (memnodes, PinMemnode, at).cell != cell)
    g_array_insert_val (memnodes, at, memnode);
  return &g_array_index (memnodes, PinMemnode, at);
}

static void
replace (PinCpuset **set, PinCpuset *other)
{
  pin_cpuset_free (*set);
  *set = other;
}

static gboolean
set_cpus (PinPlacement *placement, Key key, guint number, const char *value, GError **error)
{
  PinCpuset *set = parse_set (value, error);

  if (set == NULL)
    return FALSE;
  if (key == KEY_VCPU_CPUSET)
    replace (&placement->vcpu_cpuset, set);
  else if (key == KEY_EMULATORPIN)
    replace (&placement->emulatorpin, set);
  else
    replace (&pin_at (key == KEY_VCPUPIN ? placement->vcpupin : placement->iothreadpin, number)->cpuset, set);
  return TRUE;
}

static gboolean
parse_mode (const char *value, gsize length, PinMemoryMode *ret_mode, GError **error)
{
  g_autofree char *name = g_strndup (value, length);
  g_autoptr (GPtrArray) known = g_ptr_array_new ();

  if (pin_memory_mode_from_name (name, ret_mode))
    return TRUE;
  for (guint mode = 0; mode < PIN_MEMORY_MODE_N; mode++)
    g_ptr_array_add (known, (gpointer) pin_memory_mode_name ((PinMemoryMode) mode));
  g_ptr_array_add (known, NULL);
  pin_rules_set_unknown (error, "mode", name, " (as in \"strict 1\")", (const char *const *) known->pdata);
  return FALSE;
}

/* "strict 0-1" */
static gboolean
set_memory (PinPlacement *placement, Key key, guint number, const char *value, GError **error)
{
  gsize length = strcspn (value, " \t");
  PinMemoryMode mode;
  PinNodeset *nodeset;
  PinMemnode *memnode;

  if (!parse_mode (value, length, &mode, error))
    return FALSE;
  nodeset = parse_set (value + length, error);
  if (nodeset == NULL)
    return FALSE;
  if (key == KEY_MEMORY)
    {
      placement->has_memory = TRUE;
      placement->memory_mode = mode;
      replace (&placement->memory_nodeset, nodeset);
      return TRUE;
    }
  memnode = memnode_at (placement->memnode, number);
  memnode->mode = mode;
  replace (&memnode->nodeset, nodeset);
  return TRUE;
}

static gboolean
set_hugepages (PinPlacement *placement, const char *value, GError **error)
{
  PinPage page = { 0 };

  if (!pin_rules_amount_parse (&pin_rules_memory, value, &page.size_kib, error))
    return FALSE;
  g_array_set_size (placement->hugepages, 0);
  placement->has_hugepages = TRUE;
  g_array_append_val (placement->hugepages, page);
  return TRUE;
}

gboolean
pin_rules_placement_set (PinHostPlacement *placement, const char *key, const char *value, GError **error)
{
  Key found = KEY_N;
  guint number;
  gboolean ok;

  if (!find_key (key, &found, &number))
    return FALSE;
  if (found == KEY_HUGEPAGES)
    ok = set_hugepages (placement->placement, value, error);
  else if (found == KEY_MEMORY || found == KEY_MEMNODE)
    ok = set_memory (placement->placement, found, number, value, error);
  else
    ok = set_cpus (placement->placement, found, number, value, error);
  if (!ok)
    {
      g_prefix_error (error, "%s: ", key);
      return FALSE;
    }
  placement->settings |= 1u << setting_of[found];
  return TRUE;
}

static char *
format_memory (PinMemoryMode mode, const PinNodeset *nodeset)
{
  g_autofree char *nodes = pin_cpuset_format (nodeset);

  return g_strdup_printf ("%s %s", pin_memory_mode_name (mode), nodes);
}

char *
pin_rules_placement_format (const PinHostPlacement *placement, const char *key)
{
  const PinPlacement *values = placement->placement;
  Key found = KEY_N;
  guint number = 0;

  find_key (key, &found, &number);
  switch (found)
    {
    case KEY_VCPU_CPUSET:
      return pin_cpuset_format (values->vcpu_cpuset);
    case KEY_VCPUPIN:
      return pin_cpuset_format (pin_at (values->vcpupin, number)->cpuset);
    case KEY_EMULATORPIN:
      return pin_cpuset_format (values->emulatorpin);
    case KEY_IOTHREADPIN:
      return pin_cpuset_format (pin_at (values->iothreadpin, number)->cpuset);
    case KEY_MEMORY:
      return format_memory (values->memory_mode, values->memory_nodeset);
    case KEY_MEMNODE:
      return format_memory (memnode_at (values->memnode, number)->mode, memnode_at (values->memnode, number)->nodeset);
    case KEY_HUGEPAGES:
      return pin_rules_amount_format (&pin_rules_memory, g_array_index (values->hugepages, PinPage, 0).size_kib);
    case KEY_N:
    default:
      return NULL;
    }
}
