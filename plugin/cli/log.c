/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pinshift log: what has happened to a guest, or on all hosts, as the services there tell it. */
#include "cli.h"

#include "cluster1-client.h"
#include "format/json-text.h"
#include "host1-client.h"
#include "log-text.h"
#include "service-error.h"
#include "since.h"

#include <stdio.h>

/* So many lines are shown where nobody says how many, and of whom. */
#define USUAL_LINES 100

typedef struct
{
  const char *what; /* "": all */
  gboolean all;
  int lines; /* 0: nobody has said */
  gint64 since_us;
} Wish;

/* (floating) */
static GVariant *
question (const Wish *wish)
{
  g_auto (GVariantDict) options = G_VARIANT_DICT_INIT (NULL);

  if (wish->since_us > 0)
    g_variant_dict_insert (&options, "since", "t", (guint64) wish->since_us);
  return g_variant_new ("(s@a{sv})", wish->what, g_variant_dict_end (&options));
}

/* The JSON of this host, or that of -H; NULL with an error that is explained.  (transfer full) */
static char *
ask_host (const PinCli *cli, const Wish *wish, GError **error)
{
  g_autoptr (PinHost1) host = pin_cli_host1_new (cli, FALSE, error);
  g_autoptr (GVariant) answer = NULL;
  char *json = NULL;

  if (host == NULL)
    return NULL;
  answer = g_dbus_proxy_call_sync (G_DBUS_PROXY (host), "Log", question (wish), G_DBUS_CALL_FLAGS_NONE, -1, NULL, error);
  if (answer != NULL)
    g_variant_get (answer, "(s)", &json);
  else
    pin_cli_host1_explain (host, error);
  return json;
}

static void
warn_of_others (const PinCli *cli, const Wish *wish)
{
  const char *what = *wish->what != '\0' ? wish->what : "";

  if (!cli->quiet)
    fprintf (stderr, "pinshift: there is no pinshift-policyd here, so no other host was asked; ask it by pinshift -H HOST log%s%s, or there "
             "journalctl PINSHIFT_MIGRATION=ID\n", *what != '\0' ? " " : "", what);
}

/* The JSON of the cluster, or, where there is nobody who knows it, of one host.  NULL with an error that is explained.  (transfer full) */
static char *
ask (const PinCli *cli, const Wish *wish, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (GVariant) answer = NULL;
  char *json = NULL;

  if (cli->host != NULL)
    return ask_host (cli, wish, error);
  answer = pin_cli_cluster1_call ("Log", question (wish), G_VARIANT_TYPE ("(s)"), &local);
  if (answer == NULL && pin_service_error_is_unknown (local))
    {
      json = ask_host (cli, wish, error);
      if (json != NULL)
        warn_of_others (cli, wish);
      return json;
    }
  if (answer != NULL)
    g_variant_get (answer, "(s)", &json);
  else
    pin_cli_cluster1_explain (&local);
  if (local != NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  return json;
}

/* Borrowed; NULL: there is none. */
static JsonArray *
unreachable_of (JsonNode *answer)
{
  JsonNode *member = json_object_get_member (json_node_get_object (answer), "unreachable");

  return member != NULL && JSON_NODE_HOLDS_ARRAY (member) ? json_node_get_array (member) : NULL;
}

static void
name_unreachable (JsonNode *answer)
{
  JsonArray *unreachable = unreachable_of (answer);

  for (guint i = 0; unreachable != NULL && i < json_array_get_length (unreachable); i++)
    {
      JsonNode *element = json_array_get_element (unreachable, i);
      const char *text = json_node_get_value_type (element) == G_TYPE_STRING ? json_node_get_string (element) : "";
      g_autofree char *line = pin_cli_one_line (text);

      fprintf (stderr, "pinshift: not asked: %s\n", line);
    }
}

/* Leaves of @lines those that are to be shown. */
static void
choose (const PinCli *cli, const Wish *wish, GPtrArray *lines)
{
  gboolean usual = !wish->all && wish->lines == 0 && wish->since_us == 0;

  pin_log_lines_divide (lines);
  if (usual && *wish->what != '\0')
    pin_log_lines_keep_last (lines);
  if (cli->quiet)
    pin_log_lines_keep_warnings (lines);
  if (wish->lines > 0 || (usual && *wish->what == '\0'))
    pin_log_lines_keep_newest (lines, wish->lines > 0 ? (guint) wish->lines : USUAL_LINES);
}

static void
print_json (const GPtrArray *lines, JsonNode *answer)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;
  JsonArray *unreachable = unreachable_of (answer);

  json_builder_begin_object (builder);
  json_builder_add_int_value (json_builder_set_member_name (builder, "version"), 1);
  json_builder_begin_array (json_builder_set_member_name (builder, "events"));
  for (guint i = 0; i < lines->len; i++)
    json_builder_add_value (builder, json_node_copy (((const PinLogLine *) g_ptr_array_index (lines, i))->event));
  json_builder_end_array (builder);
  json_builder_begin_array (json_builder_set_member_name (builder, "unreachable"));
  for (guint i = 0; unreachable != NULL && i < json_array_get_length (unreachable); i++)
    json_builder_add_value (builder, json_node_copy (json_array_get_element (unreachable, i)));
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  text = json_to_string (root, FALSE);
  pin_cli_print_json (text);
}

static void
print (const PinCli *cli, const Wish *wish, const GPtrArray *lines, JsonNode *answer)
{
  if (cli->json)
    print_json (lines, answer);
  else if (*wish->what == '\0' || cli->quiet)
    pin_log_text_print (cli, lines);
  else
    pin_log_text_print_parts (cli, lines);
}

static int
show (const PinCli *cli, const Wish *wish, GError **error)
{
  g_autofree char *json = ask (cli, wish, error);
  g_autoptr (JsonNode) answer = json != NULL ? pin_json_parse (json, -1, NULL) : NULL;
  g_autoptr (GPtrArray) lines = json != NULL ? pin_log_lines_read (answer, cli->host != NULL ? "pinshiftd" : "the service", error) : NULL;
  gboolean found = lines != NULL && lines->len > 0;

  if (lines == NULL)
    return pin_cli_fail (*error);
  choose (cli, wish, lines);
  name_unreachable (answer);
  if (found || cli->json)
    print (cli, wish, lines, answer);
  if (found)
    return PIN_CLI_DONE;
  g_set_error (error, PIN_ERROR, PIN_ERROR_NOT_FOUND, "%s%s%s; see pinshift log --all", *wish->what != '\0' ? "no line is about '" : "no line is there",
               wish->what, *wish->what != '\0' ? "'" : "");
  return pin_cli_fail (*error);
}

static int
run (PinCli *cli, int argc, char **argv)
{
  g_autofree char *since = NULL;
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  Wish wish = { 0 };
  const GOptionEntry own[] = {
    { "all", 0, 0, G_OPTION_ARG_NONE, &wish.all, "Show all that is kept, not just the last migration", NULL },
    { "lines", 'n', 0, G_OPTION_ARG_INT, &wish.lines, "Show the last N lines", "N" },
    { "since", 0, 0, G_OPTION_ARG_STRING, &since, "Show what is not older: 2h, 21:10, 2026-11-21", "TIME" },
    { NULL },
  };
  g_autoptr (GError) error = NULL;

  if (!pin_cli_parse (cli, &pin_cli_log, own, &argc, &argv, 0, 1, &error))
    return pin_cli_fail (error);
  wish.what = argc > 1 ? argv[1] : "";
  if (wish.lines < 0)
    g_set_error (&error, PIN_ERROR, PIN_ERROR_INVALID, "--lines: %d is no number of lines; write one as 20", wish.lines);
  else if (since != NULL && !pin_since_parse (since, now, &wish.since_us, &error))
    g_prefix_error (&error, "--since: ");
  return error != NULL ? pin_cli_fail (error) : show (cli, &wish, &error);
}

const PinCliVerb pin_cli_log = {
  "log",
  "[DOMAIN|ID]",
  "Show what has happened to a guest, on all hosts",
  run,
  .example = "pinshift log db1 --since 2h",
  .has_guest = TRUE,
  .asks_host = TRUE,
};
