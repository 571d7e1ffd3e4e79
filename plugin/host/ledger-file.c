/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The ledger on disk: a line that names the format, then one line a claim, fields apart by tabs, so that a line that
 * was damaged costs one claim.  Nodes are named by their ids, which mean the same after a restart; indices may not.
 */
#include "host/ledger-file.h"

#include "core/error.h"
#include "core/number.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#define FORMAT_LINE "pinshift ledger 2"
/* Its lines lack whether the guest was seen. */
#define OLDER_FORMAT_LINE "pinshift ledger 1"

/* An exbibyte: no host has it, and sums of claims stay far from overflow. */
#define KIB_MAX (G_GUINT64_CONSTANT (1) << 50)

enum
{
  FIELD_UUID,
  FIELD_UNTIL_MS,
  FIELD_DIGEST,
  FIELD_SEEN,   /* 0 or 1 */
  FIELD_DEDICATED,
  FIELD_SHARED,
  FIELD_MEMORY, /* "node:kib", apart by commas */
  FIELD_PAGES,  /* "node:size_kib:count", apart by commas */
  FIELD_NAME,   /* escaped as in C */
  FIELD_N
};

static char *
format_memory (const PinTenant *tenant, const PinTopology *topology)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < MIN (tenant->memory_kib->len, topology->n_nodes); i++)
    if (pin_tenant_memory (tenant, i) != 0)
      g_string_append_printf (text, "%s%u:%" G_GUINT64_FORMAT, text->len == 0 ? "" : ",", topology->nodes[i].id,
                              pin_tenant_memory (tenant, i));
  return g_string_free (text, FALSE);
}

static char *
format_pages (const PinTenant *tenant, const PinTopology *topology)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < tenant->pages->len; i++)
    {
      const PinPageUse *use = &g_array_index (tenant->pages, PinPageUse, i);

      if (use->node < topology->n_nodes)
        g_string_append_printf (text, "%s%u:%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT, text->len == 0 ? "" : ",",
                                topology->nodes[use->node].id, use->size_kib, use->count);
    }
  return g_string_free (text, FALSE);
}

static void
append_claim (GString *text, const PinClaim *claim, const PinTopology *topology)
{
  g_autofree char *dedicated = pin_cpuset_format (claim->tenant->dedicated);
  g_autofree char *shared = pin_cpuset_format (claim->tenant->shared);
  g_autofree char *memory = format_memory (claim->tenant, topology);
  g_autofree char *pages = format_pages (claim->tenant, topology);
  g_autofree char *name = g_strescape (claim->tenant->name == NULL ? "" : claim->tenant->name, NULL);

  g_string_append_printf (text, "%s\t%" G_GINT64_FORMAT "\t%" G_GUINT64_FORMAT "\t%d\t%s\t%s\t%s\t%s\t%s\n",
                          claim->tenant->uuid, claim->until_ms, claim->digest, claim->seen ? 1 : 0, dedicated, shared,
                          memory, pages, name);
}

gboolean
pin_ledger_file_save (const char *path, const PinLedger *ledger, const PinTopology *topology, GError **error)
{
  g_autoptr (GString) text = g_string_new (FORMAT_LINE "\n");
  g_autoptr (GError) why = NULL;
  GHashTableIter iter;
  gpointer claim;

  g_hash_table_iter_init (&iter, ledger->claims);
  while (g_hash_table_iter_next (&iter, NULL, &claim))
    append_claim (text, claim, topology);
  if (g_file_set_contents_full (path, text->str, (gssize)text->len, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &why))
    return TRUE;
  g_set_error (error, PIN_ERROR, PIN_ERROR_FAILED, "can't keep claims: %s", why->message);
  return FALSE;
}

/* Parses "1:2:3", exactly @n numbers. */
static gboolean
parse_numbers (const char *text, guint n, guint64 *ret_numbers)
{
  g_auto (GStrv) words = g_strsplit (text, ":", -1);

  if (g_strv_length (words) != n)
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (!pin_number_parse (words[i], 10, 0, G_MAXINT64, &ret_numbers[i]))
      return FALSE;
  return TRUE;
}

/* What was claimed on a node that is gone is nowhere now; the rest of the claim stands. */
static int
node_index (const PinTopology *topology, guint64 id)
{
  return id < PIN_CPUSET_MAX ? pin_topology_node_index (topology, (PinNodeId)id) : -1;
}

static gboolean
parse_memory (const char *text, const PinTopology *topology, PinTenant *tenant)
{
  g_auto (GStrv) items = g_strsplit (text, ",", -1);

  for (guint i = 0; items[i] != NULL; i++)
    {
      guint64 numbers[2];
      int node;

      if (!parse_numbers (items[i], 2, numbers))
        return FALSE;
      node = node_index (topology, numbers[0]);
      if (numbers[1] > KIB_MAX || (node >= 0 && pin_tenant_memory (tenant, (guint)node) != 0))
        return FALSE;
      if (node >= 0)
        pin_tenant_add_memory (tenant, (guint)node, numbers[1]);
    }
  return TRUE;
}

static gboolean
has_pages (const PinTenant *tenant, guint node, guint64 size_kib)
{
  for (guint i = 0; i < tenant->pages->len; i++)
    {
      const PinPageUse *use = &g_array_index (tenant->pages, PinPageUse, i);

      if (use->node == node && use->size_kib == size_kib)
        return TRUE;
    }
  return FALSE;
}

static gboolean
parse_pages (const char *text, const PinTopology *topology, PinTenant *tenant)
{
  g_auto (GStrv) items = g_strsplit (text, ",", -1);

  for (guint i = 0; items[i] != NULL; i++)
    {
      guint64 numbers[3];
      int node;

      if (!parse_numbers (items[i], 3, numbers))
        return FALSE;
      node = node_index (topology, numbers[0]);
      if (numbers[1] == 0 || numbers[1] > KIB_MAX || numbers[2] > KIB_MAX / numbers[1]
          || (node >= 0 && has_pages (tenant, (guint)node, numbers[1])))
        return FALSE;
      if (node >= 0)
        pin_tenant_add_pages (tenant, (guint)node, numbers[1], numbers[2]);
    }
  return TRUE;
}

static gboolean
parse_set (const char *text, PinCpuset *set)
{
  g_autoptr (PinCpuset) parsed = pin_cpuset_parse (text, NULL);

  pin_cpuset_unite (set, parsed);
  return parsed != NULL;
}

/* NULL for one that ends within an escape, of which GLib would warn.  (transfer full) */
static char *
parse_name (const char *text)
{
  const char *end = text + strlen (text), *at = end;
  g_autofree char *name = NULL;

  while (at > text && at[-1] == '\\')
    at--;
  if ((end - at) % 2 != 0)
    return NULL;
  name = g_strcompress (text);
  return g_utf8_validate (name, -1, NULL) ? g_steal_pointer (&name) : NULL;
}

/* The fields of @line; one that an older version lacks says that the guest was not seen.  (transfer full) */
static char **
split (const char *line, gboolean is_older)
{
  g_auto (GStrv) fields = g_strsplit (line, "\t", -1);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; fields[i] != NULL; i++)
    {
      if (is_older && i == FIELD_SEEN)
        g_strv_builder_add (builder, "0");
      g_strv_builder_add (builder, fields[i]);
    }
  return g_strv_builder_end (builder);
}

/* Returns: FALSE for a line that does not parse. */
static gboolean
load_claim (const char *line, gboolean is_older, PinLedger *ledger, const PinTopology *topology, gint64 now_ms)
{
  g_auto (GStrv) fields = split (line, is_older);
  g_autoptr (PinTenant) tenant = NULL;
  g_autofree char *name = NULL;
  guint64 until_ms;
  guint64 digest;
  guint64 seen;

  if (g_strv_length (fields) != FIELD_N || !g_uuid_string_is_valid (fields[FIELD_UUID])
      || !pin_number_parse (fields[FIELD_UNTIL_MS], 10, 0, G_MAXINT64, &until_ms)
      || !pin_number_parse (fields[FIELD_DIGEST], 10, 0, G_MAXUINT64, &digest)
      || !pin_number_parse (fields[FIELD_SEEN], 10, 0, 1, &seen))
    return FALSE;
  name = parse_name (fields[FIELD_NAME]);
  tenant = pin_tenant_new (name, fields[FIELD_UUID]);
  if (name == NULL || !parse_set (fields[FIELD_DEDICATED], tenant->dedicated)
      || !parse_set (fields[FIELD_SHARED], tenant->shared) || !parse_memory (fields[FIELD_MEMORY], topology, tenant)
      || !parse_pages (fields[FIELD_PAGES], topology, tenant))
    return FALSE;
  /* No lease is longer: a claim must not outlive a damaged digit. */
  if ((gint64)until_ms > now_ms + PIN_LEDGER_LEASE_MS)
    return FALSE;
  pin_ledger_restore (ledger, tenant, digest, seen == 1, (gint64)until_ms);
  return TRUE;
}

gboolean
pin_ledger_file_load (const char *path, PinLedger *ledger, const PinTopology *topology, gint64 now_ms,
                      guint *ret_dropped, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) why = NULL;
  g_auto (GStrv) lines = NULL;
  gboolean is_older;
  guint dropped = 0;

  if (!g_file_get_contents (path, &text, NULL, &why))
    {
      if (g_error_matches (why, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        return TRUE;
      g_set_error (error, PIN_ERROR, PIN_ERROR_FAILED, "can't read claims: %s", why->message);
      return FALSE;
    }
  lines = g_strsplit (text, "\n", -1);
  is_older = g_strcmp0 (lines[0], OLDER_FORMAT_LINE) == 0;
  if (!is_older && g_strcmp0 (lines[0], FORMAT_LINE) != 0)
    {
      g_set_error (error, PIN_ERROR, PIN_ERROR_UNSUPPORTED, "%s does not begin with \"" FORMAT_LINE "\"", path);
      return FALSE;
    }
  for (guint i = 1; lines[i] != NULL; i++)
    if (*lines[i] != '\0' && !load_claim (lines[i], is_older, ledger, topology, now_ms))
      dropped++;
  if (ret_dropped != NULL)
    *ret_dropped = dropped;
  return TRUE;
}

char *
pin_ledger_file_set_aside (const char *path, GError **error)
{
  g_autofree char *aside = g_strconcat (path, ".aside", NULL);

  if (g_rename (path, aside) == 0)
    return g_steal_pointer (&aside);
  g_set_error (error, PIN_ERROR, PIN_ERROR_FAILED, "%s can't be kept: %s", path, g_strerror (errno));
  return NULL;
}
