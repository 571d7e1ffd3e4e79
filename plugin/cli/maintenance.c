/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pinshift maintenance: keeps guests from coming to a host, and shows which hosts are kept so. */
#include "cli.h"

#include "agent.h"
#include "cluster1-client.h"
#include "host1-client.h"
#include "hosts.h"
#include "service-error.h"

#include <json-glib/json-glib.h>
#include <string.h>

typedef struct
{
  const char *host; /* NULL: this one to set, all to show */
  gboolean set;
  gboolean on;
  const char *reason;
} Request;

static gboolean
is_switch (const char *word)
{
  return strcmp (word, "on") == 0 || strcmp (word, "off") == 0;
}

/* "[HOST] [on|off [REASON]]"; a word of the two is the switch where it can be.  Returns: FALSE with PIN_ERROR_INVALID.
 */
static gboolean
read_request (int argc, char **argv, Request *request, GError **error)
{
  int at = 1;

  if (argc > 1 && (!is_switch (argv[1]) || (argc > 2 && is_switch (argv[2]))))
    request->host = argv[at++];
  if (at < argc && is_switch (argv[at]))
    {
      request->set = TRUE;
      request->on = strcmp (argv[at++], "on") == 0;
      request->reason = at < argc ? argv[at++] : "";
    }
  if (at == argc)
    return TRUE;
  g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "maintenance: unknown word \"%s\"; usage: pinshift maintenance %s",
               argv[at], pin_cli_maintenance.parameters);
  return FALSE;
}

/* Whether it is this host that goes by @name. */
static gboolean
is_here (PinHost1 *host, const char *name)
{
  return strcmp (name, g_get_host_name ()) == 0 || g_strcmp0 (name, pin_host1_get_host_name (host)) == 0;
}

/* pinshiftd of this host, if @name (NULL: whatever it is called) is this host.  @missing: why pinshift-policyd can't be
 * asked, or NULL.  (transfer full) */
static PinHost1 *
find_here (const PinCli *cli, const char *name, const GError *missing, GError **error)
{
  g_autoptr (PinHost1) host = pin_cli_host1_new (cli, TRUE, error);

  if (host == NULL || name == NULL || is_here (host, name))
    return g_steal_pointer (&host);
  g_propagate_error (error, g_error_copy (missing));
  pin_cli_cluster1_explain (error);
  return NULL;
}

/* What this host goes by.  (transfer full) */
static char *
name_of (const Request *request, PinHost1 *host)
{
  const char *own = pin_host1_get_host_name (host);

  if (request->host != NULL)
    return g_strdup (request->host);
  return g_strdup (own != NULL ? own : g_get_host_name ());
}

/* Returns: the name of this host (transfer full), or NULL. */
static char *
set_here (const PinCli *cli, const Request *request, const GError *missing, GError **error)
{
  g_autoptr (PinHost1) host = find_here (cli, request->host, missing, error);
  g_autoptr (GVariant) answer = NULL;

  if (host == NULL)
    return NULL;
  answer = g_dbus_proxy_call_sync (G_DBUS_PROXY (host), "SetMaintenance",
                                   g_variant_new ("(bs)", request->on, request->reason),
                                   G_DBUS_CALL_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION, G_MAXINT, NULL, error);
  if (answer != NULL)
    return name_of (request, host);
  pin_cli_host1_explain (host, error);
  return NULL;
}

/*
 * The cluster knows its hosts; a host that belongs to none, or whose cluster has no service here, knows itself.
 * Returns: the name of the host that was set (transfer full), or NULL.
 */
static char *
set (const PinCli *cli, const Request *request, GError **error)
{
  g_autoptr (PinAgent) agent = pin_agent_start ();
  g_autoptr (GVariant) answer = NULL;
  g_autoptr (GError) local = NULL;

  if (request->host == NULL || cli->way != NULL)
    return set_here (cli, request, NULL, error);
  answer = pin_cli_cluster1_call ("SetMaintenance",
                                  g_variant_new ("(sbs)", request->host, request->on, request->reason), NULL, &local);
  if (answer != NULL)
    return g_strdup (request->host);
  if (pin_service_error_is_unknown (local))
    return set_here (cli, request, local, error);
  pin_cli_cluster1_explain (&local);
  g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}

/* "on: disks are replaced".  (transfer full) */
static char *
describe (const PinHost *host)
{
  const char *word = host->maintenance ? "on" : "off";

  return *host->reason != '\0' ? g_strdup_printf ("%s: %s", word, host->reason) : g_strdup (word);
}

static void
print_text (const PinCli *cli, const GPtrArray *hosts)
{
  const char *const header[] = { "Host", "State", "Maintenance", NULL };
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);

  g_ptr_array_add (rows, g_strdupv ((GStrv) header));
  for (guint i = 0; i < hosts->len; i++)
    {
      const PinHost *host = g_ptr_array_index (hosts, i);
      g_autofree char *maintenance = describe (host);
      const char *const row[] = { host->name, host->state, maintenance, NULL };

      if (!cli->quiet || host->maintenance)
        g_ptr_array_add (rows, g_strdupv ((GStrv) row));
    }
  pin_cli_print_table (rows, cli->quiet);
}

static void
print_json (const GPtrArray *hosts)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;

  json_builder_begin_object (builder);
  json_builder_add_int_value (json_builder_set_member_name (builder, "version"), 1);
  json_builder_begin_array (json_builder_set_member_name (builder, "hosts"));
  for (guint i = 0; i < hosts->len; i++)
    {
      const PinHost *host = g_ptr_array_index (hosts, i);

      json_builder_begin_object (builder);
      json_builder_add_string_value (json_builder_set_member_name (builder, "host"), host->name);
      json_builder_add_string_value (json_builder_set_member_name (builder, "state"), host->state);
      json_builder_add_boolean_value (json_builder_set_member_name (builder, "maintenance"), host->maintenance);
      json_builder_add_string_value (json_builder_set_member_name (builder, "reason"), host->reason);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  text = json_to_string (root, FALSE);
  pin_cli_print_json (text);
}

/* Shows the host @name, NULL: all of them. */
static gboolean
show (const PinCli *cli, const char *name, GError **error)
{
  g_autoptr (GPtrArray) all = pin_hosts_ask (cli, error);
  g_autoptr (GPtrArray) one = g_ptr_array_new ();
  const PinHost *host = all != NULL && name != NULL ? pin_hosts_find (all, name, error) : NULL;

  if (all == NULL || (name != NULL && host == NULL))
    return FALSE;
  g_ptr_array_add (one, (gpointer) host);
  if (cli->json)
    print_json (name != NULL ? one : all);
  else
    print_text (cli, name != NULL ? one : all);
  return TRUE;
}

/* Sets the host, which says so by itself; a program is told which one it was. */
static gboolean
change (const PinCli *cli, const Request *request, GError **error)
{
  g_autofree char *name = set (cli, request, error);
  g_autofree char *reason = g_strdup (request->on ? request->reason : "");
  PinHost host = { name, (char *) "reachable", request->on, reason };
  g_autoptr (GPtrArray) one = g_ptr_array_new ();

  g_ptr_array_add (one, &host);
  if (name != NULL && cli->json)
    print_json (one);
  return name != NULL;
}

static int
run (PinCli *cli, int argc, char **argv)
{
  Request request = { NULL };
  g_autoptr (GError) error = NULL;

  if (!pin_cli_parse (cli, &pin_cli_maintenance, NULL, &argc, &argv, 0, 3, &error)
      || !read_request (argc, argv, &request, &error))
    return pin_cli_fail (error);
  if (cli->way != NULL && request.host != NULL)
    {
      error = g_error_new (PIN_ERROR, PIN_ERROR_INVALID, "maintenance: name the host once: -H %s, or %s", cli->host, request.host);
      return pin_cli_fail (error);
    }
  if (request.set ? !change (cli, &request, &error) : !show (cli, request.host, &error))
    return pin_cli_fail (error);
  return PIN_CLI_DONE;
}

const PinCliVerb pin_cli_maintenance = {
  "maintenance",
  "[HOST] [on|off [REASON]]",
  "Keep guests from coming to a host, or show where that is so",
  run,
  .example = "pinshift maintenance hosta on \"new disks\"",
  .asks_host = TRUE,
};
