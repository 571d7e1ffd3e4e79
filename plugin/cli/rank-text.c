/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rank-text.h"

#include "format/json-text.h"

#include <stdio.h>

/* So many names are told of what is known. */
#define FEW_HOSTS 8

static JsonArray *
hosts_of (JsonNode *rank)
{
  return json_object_get_array_member (json_node_get_object (rank), "hosts");
}

static gboolean
has_hosts (JsonNode *root)
{
  JsonObject *rank = root != NULL && JSON_NODE_HOLDS_OBJECT (root) ? json_node_get_object (root) : NULL;
  JsonNode *hosts = rank != NULL ? json_object_get_member (rank, "hosts") : NULL;

  if (hosts == NULL || !JSON_NODE_HOLDS_ARRAY (hosts))
    return FALSE;
  for (guint i = 0; i < json_array_get_length (hosts_of (root)); i++)
    if (!JSON_NODE_HOLDS_OBJECT (json_array_get_element (hosts_of (root), i)))
      return FALSE;
  return TRUE;
}

JsonNode *
pin_rank_text_parse (const char *json, GError **error)
{
  g_autoptr (JsonNode) root = pin_json_parse (json, -1, NULL);

  if (has_hosts (root))
    return g_steal_pointer (&root);
  g_set_error (error, PIN_ERROR, PIN_ERROR_FAILED, "the answer of pinshift-policyd is no list of hosts" PIN_CLI_RESTART ("pinshift-policyd"));
  return NULL;
}

static const char *
get (JsonObject *host, const char *member)
{
  return json_object_get_string_member_with_default (host, member, "-");
}

JsonObject *
pin_rank_text_host (JsonNode *rank, const char *name)
{
  for (guint i = 0; i < json_array_get_length (hosts_of (rank)); i++)
    {
      JsonObject *host = json_array_get_object_element (hosts_of (rank), i);

      if (name != NULL ? g_str_equal (get (host, "host"), name) : pin_rank_text_place (host) == 1)
        return host;
    }
  return NULL;
}

guint
pin_rank_text_place (JsonObject *host)
{
  return (guint) MAX (json_object_get_int_member_with_default (host, "place", 0), 0);
}

char *
pin_rank_text_names (JsonNode *rank)
{
  JsonArray *hosts = hosts_of (rank);
  g_autoptr (GString) names = g_string_new (NULL);

  if (json_array_get_length (hosts) > FEW_HOSTS)
    return g_strdup_printf ("%u hosts, see pinshift maintenance", json_array_get_length (hosts));
  for (guint i = 0; i < json_array_get_length (hosts); i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", get (json_array_get_object_element (hosts, i), "host"));
  return g_string_free (g_steal_pointer (&names), FALSE);
}

/* @member of @object, a number; "-" where it is absent or null.  (transfer full) */
static char *
number (JsonObject *object, const char *member)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, member) : NULL;

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node))
    return g_strdup ("-");
  return g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));
}

/* Member "parts" of @host, NULL if it has none; borrowed. */
static JsonObject *
parts_of (JsonObject *host)
{
  JsonNode *node = host != NULL ? json_object_get_member (host, "parts") : NULL;

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

/* @parts: names of what a score is made of.  (transfer full) */
static GStrv
make_header (GList *parts)
{
  g_autoptr (GStrvBuilder) cells = g_strv_builder_new ();

  g_strv_builder_add_many (cells, "Place", "Host", "Verdict", "Score", "Cost", NULL);
  for (GList *at = parts; at != NULL; at = at->next)
    {
      g_autofree char *title = g_strdup (at->data);

      title[0] = g_ascii_toupper (title[0]);
      g_strv_builder_add (cells, title);
    }
  g_strv_builder_add (cells, "Why");
  return g_strv_builder_end (cells);
}

/* (transfer full) */
static GStrv
make_row (JsonObject *host, GList *parts)
{
  g_autoptr (GStrvBuilder) cells = g_strv_builder_new ();
  g_autofree char *place = number (host, "place");
  g_autofree char *score = number (host, "score");
  g_autofree char *cost = number (host, "cost");

  g_strv_builder_add_many (cells, place, get (host, "host"),
                           get (host, pin_rank_text_place (host) > 0 ? "verdict" : "filter"), score, cost, NULL);
  for (GList *at = parts; at != NULL; at = at->next)
    {
      g_autofree char *part = number (parts_of (host), at->data);

      g_strv_builder_add (cells, part);
    }
  g_strv_builder_add (cells, get (host, "why"));
  return g_strv_builder_end (cells);
}

void
pin_rank_text_print (const PinCli *cli, JsonNode *rank)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
  JsonObject *best = cli->verbose ? parts_of (pin_rank_text_host (rank, NULL)) : NULL;
  gint64 omitted = json_object_get_int_member_with_default (json_node_get_object (rank), "omitted", 0);
  g_autoptr (GList) parts = best != NULL ? json_object_get_members (best) : NULL;

  g_ptr_array_add (rows, make_header (parts));
  for (guint i = 0; i < json_array_get_length (hosts_of (rank)); i++)
    {
      JsonObject *host = json_array_get_object_element (hosts_of (rank), i);

      if (!cli->quiet || pin_rank_text_place (host) > 0)
        g_ptr_array_add (rows, make_row (host, parts));
    }
  pin_cli_print_table (rows, cli->quiet);
  if (omitted > 0 && !cli->quiet)
    printf (" ... and %" G_GINT64_FORMAT " more\n", omitted);
}
