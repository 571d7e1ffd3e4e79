/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rules/rules-pins.h"

#include "core/error.h"
#include "core/placement.h"
#include "rules/rules-word.h"

#include <string.h>

static gboolean
set_error (const char *value, const char *wrong, GError **error)
{
  g_autofree char *quoted = pin_rules_quote (value);

  g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "%s %s", quoted, wrong);
  return FALSE;
}

/* A set that has something in it.  (transfer full) */
static PinCpuset *
parse_some (const char *value, const char *what, GError **error)
{
  g_autoptr (PinCpuset) set = pin_cpuset_parse (value, error);

  if (set != NULL && pin_cpuset_is_empty (set))
    {
      g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "no %s; write one at least, or leave the key out", what);
      return NULL;
    }
  return g_steal_pointer (&set);
}

static gboolean
parse_set (const PinRulesKey *key, guint number, const char *value, gpointer member, GError **error)
{
  PinCpuset **held = member;
  PinCpuset *set = parse_some (value, "CPU", error);

  if (set == NULL)
    return FALSE;
  pin_cpuset_free (*held);
  *held = set;
  return TRUE;
}

static char *
format_set (const PinRulesKey *key, guint number, gconstpointer member)
{
  const PinCpuset *set = *(PinCpuset *const *) member;

  return set != NULL ? pin_cpuset_format (set) : g_strdup ("");
}

/* Where the pin of @id is in @pins, or would be. */
static guint
pin_at (const GArray *pins, guint id)
{
  guint at = 0;

  while (at < pins->len && g_array_index (pins, PinPin, at).id < id)
    at++;
  return at;
}

static gboolean
parse_pin (const PinRulesKey *key, guint number, const char *value, gpointer member, GError **error)
{
  GArray *pins = *(GArray **) member;
  PinPin pin = { number, parse_some (value, "CPU", error) };
  guint at = pin_at (pins, number);

  if (pin.cpuset == NULL)
    return FALSE;
  if (at < pins->len && g_array_index (pins, PinPin, at).id == number)
    g_array_remove_index (pins, at);
  g_array_insert_val (pins, at, pin);
  return TRUE;
}

static char *
format_pin (const PinRulesKey *key, guint number, gconstpointer member)
{
  const PinPin *pin = pin_placement_find (*(GArray *const *) member, number);

  return pin != NULL ? pin_cpuset_format (pin->cpuset) : g_strdup ("");
}

/* "strict 0-1" */
static gboolean
parse_nodes (const char *value, PinMemoryMode *ret_mode, PinNodeset **ret_nodes, GError **error)
{
  gsize length = strcspn (value, " \t");
  g_autofree char *word = g_strndup (value, length);
  g_autoptr (PinNodeset) nodes = NULL;

  if (!pin_memory_mode_from_name (word, ret_mode))
    return set_error (value, "has no mode; write strict, preferred, interleave or restrictive, as in \"strict 0-1\"",
                      error);
  nodes = parse_some (value + length, "node", error);
  if (nodes == NULL)
    return FALSE;
  if (*ret_mode == PIN_MEMORY_MODE_PREFERRED && pin_cpuset_count (nodes) != 1)
    return set_error (value, "names several nodes; write the one that is preferred", error);
  *ret_nodes = g_steal_pointer (&nodes);
  return TRUE;
}

static char *
format_nodes (PinMemoryMode mode, const PinNodeset *nodes)
{
  g_autofree char *text = pin_cpuset_format (nodes);

  return g_strdup_printf ("%s %s", pin_memory_mode_name (mode), text);
}

static gboolean
parse_memory (const PinRulesKey *key, guint number, const char *value, gpointer member, GError **error)
{
  PinPlacement *placement = member;
  PinMemoryMode mode;
  PinNodeset *nodes;

  if (!parse_nodes (value, &mode, &nodes, error))
    return FALSE;
  pin_cpuset_free (placement->memory_nodeset);
  placement->memory_nodeset = nodes;
  placement->memory_mode = mode;
  placement->has_memory = TRUE;
  return TRUE;
}

static char *
format_memory (const PinRulesKey *key, guint number, gconstpointer member)
{
  const PinPlacement *placement = member;

  return placement->has_memory ? format_nodes (placement->memory_mode, placement->memory_nodeset) : g_strdup ("");
}

static guint
memnode_at (const GArray *memnodes, guint cell)
{
  guint at = 0;

  while (at < memnodes->len && g_array_index (memnodes, PinMemnode, at).cell < cell)
    at++;
  return at;
}

static gboolean
has_memnode (const GArray *memnodes, guint at, guint cell)
{
  return at < memnodes->len && g_array_index (memnodes, PinMemnode, at).cell == cell;
}

static gboolean
parse_memnode (const PinRulesKey *key, guint number, const char *value, gpointer member, GError **error)
{
  GArray *memnodes = *(GArray **) member;
  PinMemnode memnode = { .cell = number };
  guint at = memnode_at (memnodes, number);

  if (!parse_nodes (value, &memnode.mode, &memnode.nodeset, error))
    return FALSE;
  if (has_memnode (memnodes, at, number))
    g_array_remove_index (memnodes, at);
  g_array_insert_val (memnodes, at, memnode);
  return TRUE;
}

static char *
format_memnode (const PinRulesKey *key, guint number, gconstpointer member)
{
  const GArray *memnodes = *(GArray *const *) member;
  guint at = memnode_at (memnodes, number);
  const PinMemnode *memnode = &g_array_index (memnodes, PinMemnode, at);

  return has_memnode (memnodes, at, number) ? format_nodes (memnode->mode, memnode->nodeset) : g_strdup ("");
}

/* "1GiB", or "1GiB 0-1": pages of these cells. */
static gboolean
parse_page (const char *text, PinPage *ret_page, GError **error)
{
  const char *blank = strrchr (text, ' ');
  gboolean has_cells = blank != NULL && g_ascii_isdigit (blank[1]);
  g_autofree char *size = g_strstrip (has_cells ? g_strndup (text, (gsize) (blank - text)) : g_strdup (text));

  if (!pin_rules_amount_parse (&pin_rules_memory, size, &ret_page->size_kib, error))
    return FALSE;
  if (ret_page->size_kib == 0)
    return set_error (text, "is no size of a page; write one as 2MiB or 1GiB", error);
  if (has_cells)
    ret_page->cells = parse_some (blank + 1, "NUMA cell", error);
  return !has_cells || ret_page->cells != NULL;
}

/* As libvirt has it: one page for a cell, and one at most for those that no page names. */
static gboolean
check_page (const GArray *pages, const PinPage *page, const char *value, GError **error)
{
  for (guint i = 0; i < pages->len; i++)
    {
      const PinNodeset *cells = g_array_index (pages, PinPage, i).cells;

      if ((cells == NULL && page->cells == NULL) || pin_cpuset_intersects (cells, page->cells))
        return set_error (value, "has two sizes for one NUMA cell of the guest; write one", error);
    }
  return TRUE;
}

static gboolean
add_page (GArray *pages, const char *text, const char *value, GError **error)
{
  PinPage page = { 0, NULL };

  if (!parse_page (text, &page, error) || !check_page (pages, &page, value, error))
    {
      pin_cpuset_free (page.cells);
      return FALSE;
    }
  g_array_append_val (pages, page);
  return TRUE;
}

static gboolean
parse_pages (const PinRulesKey *key, guint number, const char *value, gpointer member, GError **error)
{
  PinPlacement *placement = member;
  g_autoptr (GArray) pages = pin_placement_pages_new ();
  g_auto (GStrv) items = g_strsplit (value, ";", -1);

  for (guint i = 0; items[i] != NULL; i++)
    if (*g_strstrip (items[i]) != '\0' && !add_page (pages, items[i], value, error))
      return FALSE;
  if (pages->len == 0)
    return set_error (value, "has no size; write one as 2MiB or 1GiB, or leave the key out", error);
  g_array_unref (placement->hugepages);
  placement->hugepages = g_steal_pointer (&pages);
  placement->has_hugepages = TRUE;
  return TRUE;
}

static char *
format_pages (const PinRulesKey *key, guint number, gconstpointer member)
{
  const PinPlacement *placement = member;
  GString *text = g_string_new (NULL);

  for (guint i = 0; placement->has_hugepages && i < placement->hugepages->len; i++)
    {
      const PinPage *page = &g_array_index (placement->hugepages, PinPage, i);
      g_autofree char *size = pin_rules_amount_format (&pin_rules_memory, page->size_kib);
      g_autofree char *cells = page->cells != NULL ? pin_cpuset_format (page->cells) : NULL;

      g_string_append_printf (text, "%s%s", text->len > 0 ? "; " : "", size);
      if (cells != NULL)
        g_string_append_printf (text, " %s", cells);
    }
  return g_string_free (text, FALSE);
}

const PinRulesType pin_rules_pin_set = { parse_set, format_set, NULL };
const PinRulesType pin_rules_pin = { parse_pin, format_pin, NULL };
const PinRulesType pin_rules_pin_memory = { parse_memory, format_memory, NULL };
const PinRulesType pin_rules_pin_memnode = { parse_memnode, format_memnode, NULL };
const PinRulesType pin_rules_pin_pages = { parse_pages, format_pages, NULL };
