/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hosts from snapshots, from synthetic lines and from pinshiftd. */
#include "host-source.h"

#include "cli.h"
#include "format/snapshot-json.h"
#include "format/synthetic.h"
#include "host1-client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A snapshot of the largest host with thousands of guests is a few MiB. */
#define SNAPSHOT_MAX_BYTES (64u * 1024 * 1024)

/* Of a synthetic host, in a message. */
#define QUOTE_MAX 100

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FILE, fclose)

typedef struct
{
  const PinRules *rules;
  PinHostVisit visit;
  gpointer data;
} Visitor;

gboolean
pin_host_source_is_many (const char *on)
{
  return on != NULL && g_str_has_suffix (on, ".jsonl");
}

/* Takes from each node with CPUs its share of [reserve] memory, unless the snapshot has done so already. */
static void
reserve_memory (PinSnapshot *snapshot, guint64 memory_kib)
{
  const PinTopology *topology = snapshot->topology;
  guint n = 0;

  for (guint i = 0; i < topology->n_nodes; i++)
    n += !pin_cpuset_is_empty (topology->nodes[i].cpus);
  for (guint i = 0; n > 0 && i < topology->n_nodes; i++)
    {
      PinNodeMemory *memory = &snapshot->memory[i];
      guint64 share_kib = memory_kib / n;

      if (pin_cpuset_is_empty (topology->nodes[i].cpus) || share_kib <= memory->reserve_kib)
        continue;
      memory->free_kib -= MIN (memory->free_kib, share_kib - memory->reserve_kib);
      memory->reserve_kib = share_kib;
    }
}

/* A snapshot of @length bytes at @where, a file or a line of one. */
static PinSnapshot *
parse (const char *text, gssize length, const char *where, GError **error)
{
  g_autoptr (GError) local = NULL;
  PinSnapshot *snapshot = pin_snapshot_from_json (text, length, &local);

  if (snapshot == NULL)
    g_set_error (error, PIN_ERROR, local->code, "%s: %s; pinshift snapshot prints one that is right", where, local->message);
  return snapshot;
}

/* Takes @snapshot; NULL stands for an error that is set. */
static gboolean
visit_one (const Visitor *visitor, PinSnapshot *snapshot, GError **error)
{
  g_autoptr (PinSnapshot) owned = snapshot;

  if (owned == NULL)
    return FALSE;
  pin_cpuset_unite (owned->reserved, pin_rules_reserved_cpus (visitor->rules));
  reserve_memory (owned, pin_rules_reserved_memory_kib (visitor->rules));
  return visitor->visit (owned, visitor->data, error);
}

static gboolean
visit_line (const Visitor *visitor, const char *path, guint line, const char *text, gssize length,
            GError **error)
{
  g_autofree char *where = g_strdup_printf ("%s:%u", path, line);

  return visit_one (visitor, parse (text, length, where, error), error);
}

typedef struct
{
  char *text;
  size_t size;
} Line;

static void
line_clear (Line *line)
{
  free (line->text); /* getline's */
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Line, line_clear)

static gboolean
visit_many (const Visitor *visitor, const char *path, GError **error)
{
  g_autoptr (FILE) file = fopen (path, "re");
  g_auto (Line) line = { NULL, 0 };
  ssize_t length = 0;
  guint number = 1;

  for (; file != NULL && (length = getline (&line.text, &line.size, file)) >= 0; number++)
    if (!visit_line (visitor, path, number, line.text, length - (line.text[length - 1] == '\n'), error))
      return FALSE;
  if (file != NULL && !ferror (file) && number > 1)
    return TRUE;
  if (file != NULL && !ferror (file))
    {
      g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "%s: is empty; write a snapshot a line into it", path);
      return FALSE;
    }
  g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "%s: can't read: %s" PIN_CLI_READABLE, path, g_strerror (errno));
  return FALSE;
}

static gboolean
visit_file (const Visitor *visitor, const char *path, GError **error)
{
  gsize length;
  g_autofree char *text = pin_cli_read (path, SNAPSHOT_MAX_BYTES, &length, error);

  return text != NULL && visit_one (visitor, parse (text, (gssize) length, path, error), error);
}

static gboolean
visit_synthetic (const Visitor *visitor, const char *text, GError **error)
{
  PinSnapshot *snapshot = pin_synthetic_parse (text, error);

  if (snapshot == NULL)
    g_prefix_error (error, "--on \"%.*s%s\": ", QUOTE_MAX, text, strlen (text) > QUOTE_MAX ? "..." : "");
  return visit_one (visitor, snapshot, error);
}

static gboolean
visit_service (const PinCli *cli, const Visitor *visitor, GError **error)
{
  g_autoptr (PinHost1) host = pin_cli_host1_new (cli, FALSE, error);
  g_autofree char *json = NULL;

  if (host == NULL)
    return FALSE;
  if (!pin_host1_call_snapshot_sync (host, &json, NULL, error))
    {
      pin_cli_host1_explain (host, error);
      return FALSE;
    }
  return visit_one (visitor, pin_snapshot_from_host (json, -1, error), error);
}

static gboolean
is_file (const char *on)
{
  return strchr (on, '/') != NULL || g_str_has_suffix (on, ".json");
}

gboolean
pin_host_source_is_name (const char *on)
{
  return !is_file (on) && !pin_host_source_is_many (on) && strchr (on, ':') == NULL;
}

gboolean
pin_host_source_visit (const PinCli *cli, const char *on, const PinRules *rules, PinHostVisit visit, gpointer data,
                       GError **error)
{
  const Visitor visitor = { rules, visit, data };

  if (on == NULL)
    return visit_service (cli, &visitor, error);
  if (pin_host_source_is_many (on))
    return visit_many (&visitor, on, error);
  if (is_file (on))
    return visit_file (&visitor, on, error);
  if (strchr (on, ':') != NULL)
    return visit_synthetic (&visitor, on, error);
  g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID,
               "--on %s: neither a snapshot (a name with \"/\", or ending in .json or "
               ".jsonl) nor a synthetic host (as in \"node:2 core:8\")",
               on);
  return FALSE;
}
