/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "status-text.h"

#include "columns.h"
#include "core/setting.h"
#include "guests.h"

#include <string.h>

/* How values stand below each other. */
#define HOST_COLUMNS 2
#define NAME_COLUMNS 9
#define VALUE_COLUMNS 13

/* @name of @setting in @guest, a text by setting; NULL: it has none; borrowed. */
static const char *
text_of (JsonObject *guest, const char *name, PinSetting setting)
{
  JsonObject *texts = pin_guest_object (guest, name);

  return texts != NULL ? json_object_get_string_member_with_default (texts, pin_setting_name (setting), NULL) : NULL;
}

static PinAction
action_of (JsonObject *guest, PinSetting setting)
{
  const char *name = text_of (guest, "actions", setting);
  PinAction action = PIN_ACTION_NONE;

  return name != NULL && pin_action_from_name (name, &action) ? action : PIN_ACTION_NONE;
}

char *
pin_status_text_losses (JsonObject *guest)
{
  g_autoptr (GString) losses = g_string_new (NULL);

  for (guint i = 0; i < PIN_SETTING_N; i++)
    if (pin_action_is_loss (action_of (guest, i)))
      g_string_append_printf (losses, "%s%s %s", losses->len > 0 ? ", " : "", pin_setting_name (i), text_of (guest, "actions", i));
  return g_string_free (g_steal_pointer (&losses), FALSE);
}

/* Why pinshiftd leaves @guest as it is, which it does with those whose record is another version's; NULL: it does not; borrowed. */
static const char *
why_left (JsonObject *guest)
{
  return json_object_get_string_member_with_default (guest, "left", NULL);
}

char *
pin_status_text_misses (JsonObject *guest)
{
  g_autofree char *losses = pin_status_text_losses (guest);

  if (why_left (guest) != NULL)
    return g_strdup ("not known: its record is of another version");
  return *losses != '\0' ? g_steal_pointer (&losses) : g_strdup ("-");
}

/* @text as RFC 3339 has it, for people here; what is no time stays as it is.  (transfer full) */
static char *
local_time (const char *text, const char *format)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (text, NULL);
  g_autoptr (GDateTime) here = time != NULL ? g_date_time_to_local (time) : NULL;

  return here != NULL ? g_date_time_format (here, format) : g_strdup (text);
}

char *
pin_status_text_since (JsonObject *guest)
{
  const char *first = NULL;

  for (guint i = 0; i < PIN_SETTING_N; i++)
    {
      const char *since = text_of (guest, "since", i);

      if (since != NULL && pin_action_is_loss (action_of (guest, i)) && (first == NULL || strcmp (since, first) < 0))
        first = since;
    }
  return first != NULL ? local_time (first, "%Y-%m-%d %H:%M") : g_strdup ("-");
}

/* @value (NULL: the line is left out) behind @name, which is padded to @indent. */
static void
add_line (GString *text, const char *name, const char *value, guint indent, guint columns)
{
  g_autofree char *line = value != NULL ? g_strdup_printf ("%-*s%s", (int) indent, name, value) : NULL;
  g_autofree char *wrapped = line != NULL ? pin_columns_wrap (line, columns, indent) : NULL;

  if (wrapped != NULL)
    g_string_append_printf (text, "%s\n", wrapped);
}

static void
add_head (GString *text, JsonObject *guest, guint columns)
{
  g_autofree char *id = json_object_get_int_member_with_default (guest, "id", -1) >= 0
                            ? g_strdup_printf ("%" G_GINT64_FORMAT, json_object_get_int_member (guest, "id")) : g_strdup ("-");
  g_autofree char *losses = pin_status_text_losses (guest);
  g_autofree char *left = why_left (guest) != NULL ? g_strdup_printf ("not known: %s", why_left (guest)) : NULL;

  add_line (text, "Name:", pin_guest_text (guest, "name"), NAME_COLUMNS, columns);
  add_line (text, "UUID:", pin_guest_text (guest, "uuid"), NAME_COLUMNS, columns);
  add_line (text, "Id:", id, NAME_COLUMNS, columns);
  add_line (text, "State:", pin_guest_text (guest, "state"), NAME_COLUMNS, columns);
  add_line (text, "Home:", pin_guest_text (guest, "home"), NAME_COLUMNS, columns);
  add_line (text, "Misses:", left != NULL ? left : *losses != '\0' ? losses : "nothing", NAME_COLUMNS, columns);
}

static void
add_setting (GString *text, JsonObject *guest, PinSetting setting, guint columns)
{
  const char *written = text_of (guest, "written", setting), *given = text_of (guest, "given", setting);
  const char *since = text_of (guest, "since", setting);
  g_autofree char *time = since != NULL ? local_time (since, "%Y-%m-%d %H:%M:%S") : NULL;

  g_string_append_printf (text, "\n%s: %s%s%s\n", pin_setting_name (setting), text_of (guest, "actions", setting), time != NULL ? ", since " : "",
                          time != NULL ? time : "");
  add_line (text, "  written", written, VALUE_COLUMNS, columns);
  if (g_strcmp0 (written, given) != 0)
    add_line (text, "  given", given, VALUE_COLUMNS, columns);
  add_line (text, "  why", text_of (guest, "reasons", setting), VALUE_COLUMNS, columns);
}

/* "hosta, its home: not now: because". */
static void
add_host (GString *text, JsonObject *host, guint columns)
{
  gboolean now = json_object_get_boolean_member_with_default (host, "now", FALSE);
  const char *why = json_object_get_string_member_with_default (host, "why", NULL);
  const char *command = json_object_get_string_member_with_default (host, "command", NULL);
  g_autofree char *line = g_strdup_printf ("%s%s: %s%s%s%s%s", pin_guest_text (host, "host"),
                                           json_object_get_boolean_member_with_default (host, "home", FALSE) ? ", its home" : "",
                                           now ? "now" : "not now", why != NULL ? (now ? ", " : ": ") : "", why != NULL ? why : "",
                                           command != NULL ? ": " : "", command != NULL ? command : "");

  add_line (text, "", line, HOST_COLUMNS, columns);
}

static void
add_back (GString *text, JsonObject *guest, guint columns)
{
  JsonNode *back = json_object_get_member (guest, "back");
  JsonArray *hosts = back != NULL && JSON_NODE_HOLDS_ARRAY (back) ? json_node_get_array (back) : NULL;
  g_autofree char *unknown = g_strdup_printf ("%s, its home; whether it could go there now, pinshift-policyd would know, which does not answer here",
                                              pin_guest_text (guest, "home"));

  g_string_append (text, "\nWhere it would have all of it back:\n");
  for (guint i = 0; hosts != NULL && i < json_array_get_length (hosts); i++)
    add_host (text, json_array_get_object_element (hosts, i), columns);
  if (hosts == NULL)
    add_line (text, "", unknown, HOST_COLUMNS, columns);
  else if (json_array_get_length (hosts) == 0)
    add_line (text, "", "nowhere now; pinshift rank tells why of each host", HOST_COLUMNS, columns);
}

char *
pin_status_text_whole (JsonObject *guest, guint columns)
{
  g_autoptr (GString) text = g_string_new (NULL);

  add_head (text, guest, columns);
  for (guint i = 0; i < PIN_SETTING_N; i++)
    if (action_of (guest, i) != PIN_ACTION_NONE)
      add_setting (text, guest, i, columns);
  if (json_object_has_member (guest, "back"))
    add_back (text, guest, columns);
  return g_string_free (g_steal_pointer (&text), FALSE);
}
