/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guests.h"

#include "cli.h"
#include "core/number.h"
#include "core/setting.h"
#include "format/json-text.h"

static gboolean
is_list_of_objects (JsonNode *node)
{
  JsonArray *array = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    if (!JSON_NODE_HOLDS_OBJECT (json_array_get_element (array, i)))
      return FALSE;
  return array != NULL;
}

JsonNode *
pin_guests_ask (PinHost1 *host, GError **error)
{
  g_autofree char *text = NULL;

  if (!pin_host1_call_domains_sync (host, g_variant_new ("a{sv}", NULL), &text, NULL, error))
    {
      pin_cli_host1_explain (host, error);
      return NULL;
    }
  return pin_guests_parse (text, error);
}

JsonNode *
pin_guests_parse (const char *text, GError **error)
{
  g_autoptr (JsonNode) guests = pin_json_parse (text, -1, NULL);

  if (is_list_of_objects (guests))
    return g_steal_pointer (&guests);
  g_set_error (error, PIN_ERROR, PIN_ERROR_FAILED, "the answer of pinshiftd is no list of domains" PIN_CLI_RESTART ("pinshiftd"));
  return NULL;
}

/* UUIDs go by their value: as libvirt, whatever the case. */
static gboolean
is_called (JsonObject *guest, const char *domain, gboolean by_uuid)
{
  if (by_uuid)
    return g_ascii_strcasecmp (pin_guest_text (guest, "uuid"), domain) == 0;
  return g_str_equal (pin_guest_text (guest, "name"), domain);
}

JsonObject *
pin_guests_find (JsonNode *guests, const char *domain, GError **error)
{
  JsonArray *array = json_node_get_array (guests);

  for (guint by_uuid = 0; by_uuid < 2; by_uuid++)
    for (guint i = 0; i < json_array_get_length (array); i++)
      if (is_called (json_array_get_object_element (array, i), domain, by_uuid == 1))
        return json_array_get_object_element (array, i);
  g_set_error (error, PIN_ERROR, PIN_ERROR_NOT_FOUND, "no domain '%s' here; see virsh list --all", domain);
  return NULL;
}

static gboolean
has_id (JsonObject *guest, gint64 id)
{
  JsonNode *node = json_object_get_member (guest, "id");

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_int (node) == id;
}

char *
pin_guests_uuid_of_id (const PinCli *cli, const char *domain)
{
  g_autoptr (PinHost1) host = NULL;
  g_autoptr (JsonNode) guests = NULL;
  g_autoptr (GError) unsaid = NULL; /* the verb will meet it again */
  guint64 id;

  if (!pin_number_parse (domain, 10, 0, G_MAXINT, &id))
    return NULL;
  host = pin_cli_host1_new (cli, FALSE, &unsaid);
  guests = host != NULL ? pin_guests_ask (host, &unsaid) : NULL;
  for (guint i = 0; guests != NULL && i < json_array_get_length (json_node_get_array (guests)); i++)
    {
      JsonObject *guest = json_array_get_object_element (json_node_get_array (guests), i);

      if (has_id (guest, (gint64) id))
        return g_strdup (pin_guest_text (guest, "uuid"));
    }
  return NULL;
}

const char *
pin_guest_text (JsonObject *guest, const char *member)
{
  const char *text = json_object_get_string_member_with_default (guest, member, NULL);

  return text != NULL && *text != '\0' ? text : "-";
}

JsonObject *
pin_guest_object (JsonObject *guest, const char *member)
{
  JsonNode *node = json_object_get_member (guest, member);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

char *
pin_guest_actions (JsonObject *guest, char **ret_misses)
{
  JsonObject *actions = pin_guest_object (guest, "actions");
  g_autoptr (GString) changes = g_string_new (NULL);
  g_autoptr (GString) misses = g_string_new (NULL);

  for (guint i = 0; actions != NULL && i < PIN_SETTING_N; i++)
    {
      const char *setting = pin_setting_name (i);
      PinAction action;

      if (!pin_action_from_name (pin_guest_text (actions, setting), &action) || action <= PIN_ACTION_KEEP)
        continue;
      g_string_append_printf (changes, "%s%s: %s", changes->len > 0 ? ", " : "", setting, pin_action_name (action));
      if (pin_action_is_loss (action))
        g_string_append_printf (misses, "%s%s", misses->len > 0 ? ", " : "", setting);
    }
  *ret_misses = g_string_free (g_steal_pointer (&misses), FALSE);
  if (changes->len == 0 && actions != NULL && json_object_get_size (actions) > 0)
    g_string_assign (changes, pin_action_name (PIN_ACTION_KEEP));
  return g_string_free (g_steal_pointer (&changes), FALSE);
}
