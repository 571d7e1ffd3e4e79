/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pinshift repin: gives a running guest back what can be given back without moving it. */
#include "cli.h"

#include "agent.h"
#include "format/json-text.h"
#include "host1-client.h"
#include "plan-text.h"

#include <json-glib/json-glib.h>
#include <stdio.h>

static void
add_row (GPtrArray *rows, const char *thread, const char *cpus)
{
  const char *const row[] = { thread, cpus, NULL };

  g_ptr_array_add (rows, g_strdupv ((GStrv) row));
}

/* A row for each thread of @member ("vcpupin"), "vCPU 0" say. */
static void
add_threads (GPtrArray *rows, JsonObject *pins, const char *member, const char *what)
{
  JsonNode *node = json_object_get_member (pins, member);
  JsonObjectIter iter;
  const char *id;
  JsonNode *cpus;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return;
  json_object_iter_init_ordered (&iter, json_node_get_object (node));
  while (json_object_iter_next_ordered (&iter, &id, &cpus))
    {
      g_autofree char *thread = g_strdup_printf ("%s %s", what, id);

      add_row (rows, thread, JSON_NODE_HOLDS_VALUE (cpus) ? json_node_get_string (cpus) : "");
    }
}

/* The threads that get other CPUs, a row each, by member "pins" of the plan. */
static GPtrArray *
make_rows (const char *json, gboolean dry_run)
{
  g_autoptr (JsonNode) root = pin_json_parse (json, -1, NULL);
  JsonObject *plan = root != NULL && JSON_NODE_HOLDS_OBJECT (root) ? json_node_get_object (root) : NULL;
  JsonNode *node = plan != NULL ? json_object_get_member (plan, "pins") : NULL;
  JsonObject *pins = node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  GPtrArray *rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);

  add_row (rows, dry_run ? "Would be pinned" : "Pinned", "CPUs");
  if (pins == NULL)
    return rows;
  add_threads (rows, pins, "vcpupin", "vCPU");
  if (json_object_has_member (pins, "emulatorpin"))
    add_row (rows, "emulator", json_object_get_string_member_with_default (pins, "emulatorpin", ""));
  add_threads (rows, pins, "iothreadpin", "I/O thread");
  return rows;
}

/* @rows are but the header: the guest has all of the plan. */
static void
print_pins (const PinCli *cli, const GPtrArray *rows)
{
  if (cli->json || cli->quiet)
    return;
  putchar ('\n');
  if (rows->len > 1)
    pin_cli_print_table (rows, FALSE);
  else
    puts ("Nothing to pin");
}

static int
tell (const PinCli *cli, const char *json, gboolean dry_run, GError **error)
{
  g_autoptr (GPtrArray) rows = make_rows (json, dry_run);
  int code = pin_plan_text_show (cli, json, error);

  if (code < 0 || code == PIN_CLI_FAILED)
    return code;
  print_pins (cli, rows);
  return dry_run && rows->len > 1 ? PIN_CLI_CHANGES : PIN_CLI_DONE;
}

static char *
ask (const PinCli *cli, const char *domain, gboolean dry_run, GError **error)
{
  g_autoptr (PinHost1) host = pin_cli_host1_new (cli, FALSE, error);
  g_autoptr (PinAgent) agent = NULL;
  g_autoptr (GVariant) answer = NULL;
  char *json = NULL;

  if (host == NULL)
    return NULL;
  agent = pin_agent_start ();
  answer = pin_cli_host1_change (host, "Repin", domain, dry_run ? "dry-run" : NULL, error);
  if (answer != NULL)
    g_variant_get (answer, "(s)", &json);
  return json;
}

static int
run (PinCli *cli, int argc, char **argv)
{
  gboolean dry_run = FALSE;
  const GOptionEntry entries[] = {
    { "dry-run", 0, 0, G_OPTION_ARG_NONE, &dry_run, "Change nothing, say what would be pinned", NULL },
    { NULL },
  };
  g_autofree char *json = NULL;
  g_autoptr (GError) error = NULL;
  int code = -1;

  if (!pin_cli_parse (cli, &pin_cli_repin, entries, &argc, &argv, 1, 1, &error))
    return pin_cli_fail (error);
  json = ask (cli, argv[1], dry_run, &error);
  if (json != NULL)
    code = tell (cli, json, dry_run, &error);
  return code >= 0 ? code : pin_cli_fail (error);
}

const PinCliVerb pin_cli_repin = {
  "repin",
  "DOMAIN",
  "Give a running guest the CPUs back that it can have",
  run,
  .example = "pinshift repin db1 --dry-run",
  .has_guest = TRUE,
  .asks_host = TRUE,
};
