/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "moves-text.h"

#include "amount.h"
#include "columns.h"
#include "core/setting.h"
#include "guests.h"
#include "moves-hosts.h"

#include <stdio.h>

static gint64
number (JsonObject *object, const char *member)
{
  return MAX (json_object_get_int_member_with_default (object, member, 0), 0);
}

static gboolean
is (JsonObject *object, const char *member)
{
  return json_object_get_boolean_member_with_default (object, member, FALSE);
}

static void
add_row (GPtrArray *rows, const char *const *row)
{
  g_ptr_array_add (rows, g_strdupv ((GStrv) row));
}

/* "whole", or "misses hugepages, vcpu-pins".  (transfer full) */
static char *
describe_gain (JsonObject *move)
{
  JsonObject *plan = pin_guest_object (move, "plan");
  g_autofree char *misses = NULL;
  g_autofree char *actions = plan != NULL ? pin_guest_actions (plan, &misses) : NULL;

  if (is (move, "whole"))
    return g_strdup ("whole");
  return misses != NULL && *misses != '\0' ? g_strdup_printf ("misses %s", misses) : g_strdup ("not whole");
}

/* "steps aside, after 1, 2".  (transfer full) */
static char *
describe_order (JsonObject *move)
{
  JsonNode *node = json_object_get_member (move, "after");
  JsonArray *after = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  g_autoptr (GString) text = g_string_new (is (move, "passing") ? "steps aside" : NULL);

  for (guint i = 0; after != NULL && i < json_array_get_length (after); i++)
    g_string_append_printf (text, "%s%s%" G_GINT64_FORMAT, text->len > 0 ? ", " : "", i == 0 ? "after " : "",
                            json_array_get_int_element (after, i) + 1);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
add_move (GPtrArray *rows, JsonObject *move, guint place)
{
  g_autofree char *no = g_strdup_printf ("%u", place);
  g_autofree char *gain = describe_gain (move);
  g_autofree char *time = pin_amount_ms ((guint64) number (move, "estimate_ms"));
  g_autofree char *order = describe_order (move);

  add_row (rows, (const char *const[]){ no, pin_guest_text (move, "guest"), pin_guest_text (move, "from"), pin_guest_text (move, "to"), gain, time,
                                        order, NULL });
}

static GPtrArray *
make_moves (const PinCli *cli, JsonArray *moves)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);

  add_row (rows, (const char *const[]){ "Move", "Guest", "From", "To", "Gets", "Time", "Order", NULL });
  for (guint i = 0; i < json_array_get_length (moves); i++)
    {
      JsonObject *move = json_array_get_object_element (moves, i);

      if (!cli->quiet || !is (move, "whole"))
        add_move (rows, move, i + 1);
    }
  return rows;
}

/* A row for each part of the reason; who it is stands in the first. */
static void
add_stay (GPtrArray *rows, JsonObject *stay)
{
  g_auto (GStrv) parts = g_strsplit (pin_guest_text (stay, "why"), "; ", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    add_row (rows, (const char *const[]){ i == 0 ? pin_guest_text (stay, "guest") : "", i == 0 ? pin_guest_text (stay, "on") : "", parts[i], NULL });
}

static GPtrArray *
make_stays (JsonArray *stays)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);

  add_row (rows, (const char *const[]){ "Stays", "On", "Why", NULL });
  for (guint i = 0; i < json_array_get_length (stays); i++)
    add_stay (rows, json_array_get_object_element (stays, i));
  return rows;
}

/* Takes @rows; a header alone is not worth a table. */
static void
print_table (const PinCli *cli, GPtrArray *rows)
{
  if (rows->len > 1)
    pin_cli_print_table (rows, cli->quiet);
  if (rows->len > 1 && !cli->quiet)
    putchar ('\n');
  g_ptr_array_unref (rows);
}

/* Why the guest goes there, and what of its settings is not kept. */
static void
print_reasons (JsonObject *move, guint place)
{
  JsonObject *plan = pin_guest_object (move, "plan");
  JsonNode *node = plan != NULL ? json_object_get_member (plan, "reasons") : NULL;
  JsonArray *reasons = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  pin_columns_say (3, "%u: %s to %s: %s", place, pin_guest_text (move, "guest"), pin_guest_text (move, "to"), pin_guest_text (move, "why"));
  for (guint i = 0; reasons != NULL && i < json_array_get_length (reasons); i++)
    {
      JsonNode *reason = json_array_get_element (reasons, i);
      JsonObject *object = JSON_NODE_HOLDS_OBJECT (reason) ? json_node_get_object (reason) : NULL;

      if (object != NULL && !g_str_equal (pin_guest_text (object, "action"), pin_action_name (PIN_ACTION_KEEP)))
        pin_columns_say (5, "   %s: %s: %s", pin_guest_text (object, "setting"), pin_guest_text (object, "action"), pin_guest_text (object, "text"));
    }
}

static void
print_all_reasons (JsonObject *plan, JsonArray *moves)
{
  for (guint i = 0; i < json_array_get_length (moves); i++)
    print_reasons (json_array_get_object_element (moves, i), i + 1);
  if (!json_object_get_boolean_member_with_default (plan, "exact", TRUE))
    puts ("The search ended at its budget: there may be a better plan.");
  if (json_array_get_length (moves) > 0)
    putchar ('\n');
}

static void
print_gap (JsonObject *gap)
{
  const char *host = pin_guest_text (gap, "host");
  const char *why = pin_guest_text (gap, "why");
  g_autofree char *prefix = g_strdup_printf ("%s: ", host);

  pin_columns_say (2, "Planned without %s%s", g_str_has_prefix (why, prefix) ? "" : prefix, why);
}

/* Hosts that could not be asked, and guests that could not be read. */
static void
print_gaps (JsonObject *plan)
{
  JsonNode *node = json_object_get_member (plan, "gaps");
  JsonArray *gaps = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  for (guint i = 0; gaps != NULL && i < json_array_get_length (gaps); i++)
    {
      JsonNode *gap = json_array_get_element (gaps, i);

      if (JSON_NODE_HOLDS_OBJECT (gap))
        print_gap (json_node_get_object (gap));
    }
}

/* "5 moves in about 1 min 21 s, 2 at once".  (transfer full) */
static char *
describe_sum (JsonObject *plan, guint n_moves)
{
  g_autofree char *time = pin_amount_ms ((guint64) number (plan, "estimate_ms"));

  if (n_moves == 1)
    return g_strdup_printf ("1 move in about %s", time);
  return g_strdup_printf ("%u moves in about %s, %" G_GINT64_FORMAT " at once", n_moves, time, number (plan, "parallel"));
}

/* What it comes to where nobody would be moved.  (transfer full) */
static char *
describe_nothing (JsonObject *plan, const char *kind, const char *guest)
{
  if (g_str_equal (kind, "drain"))
    return g_strdup_printf ("No guest runs on %s: there is nothing to move", pin_guest_text (plan, "host"));
  if (g_str_equal (kind, "balance"))
    return g_strdup ("Nothing is worth being moved");
  if (guest != NULL)
    return g_strdup_printf ("%s is where it belongs: there is nothing to move", guest);
  return g_strdup ("Nobody is away from home, or misses something that is there for it: there is nothing to move");
}

/* What it comes to where @n_stays guests would stay.  (transfer full) */
static char *
describe_leftovers (JsonObject *plan, const char *kind, const char *guest, guint n_moves, guint n_stays)
{
  g_autofree char *sum = describe_sum (plan, n_moves);
  const char *guests = n_stays == 1 ? "guest" : "guests";

  if (g_str_equal (kind, "drain"))
    return g_strdup_printf ("%s can't be emptied, so nobody would be moved: %u %s can't leave", pin_guest_text (plan, "host"), n_stays, guests);
  if (guest != NULL)
    return g_strdup_printf ("%s can't be %s", guest, g_str_equal (kind, "home") ? "brought home" : "moved");
  if (n_moves == 0)
    return g_strdup_printf ("Nobody can be brought home: %u %s would have to stay", n_stays, guests);
  return g_strdup_printf ("%s; %u %s would have to stay", sum, n_stays, guests);
}

/* (transfer full) */
static char *
describe_end (JsonObject *plan, guint n_moves, guint n_stays)
{
  const char *kind = pin_guest_text (plan, "kind");
  const char *guest = json_object_get_string_member_with_default (plan, "guest", NULL);
  g_autofree char *sum = describe_sum (plan, n_moves);

  if (n_stays > 0)
    return describe_leftovers (plan, kind, guest, n_moves, n_stays);
  if (n_moves == 0)
    return describe_nothing (plan, kind, guest);
  if (g_str_equal (kind, "drain"))
    return g_strdup_printf ("%s can be emptied: %s", pin_guest_text (plan, "host"), sum);
  return g_steal_pointer (&sum);
}

static void
print_end (const PinCli *cli, JsonObject *plan, const char *end, int code)
{
  const char *colour = code == PIN_CLI_DONE ? "32" : code == PIN_CLI_CHANGES ? "33" : "31";
  g_autofree char *painted = pin_cli_paint (cli, colour, end);
  JsonObject *imbalance = pin_guest_object (plan, "imbalance");
  g_autofree char *change = imbalance != NULL ? pin_moves_hosts_change (number (imbalance, "before"), number (imbalance, "after"), " %") : NULL;

  if (!cli->quiet || code == PIN_CLI_FAILED)
    pin_columns_say (2, "%s", painted);
  if (change != NULL && !cli->quiet)
    printf ("Imbalance: %s\n", change);
}

void
pin_moves_text_print (const PinCli *cli, JsonObject *plan, int code)
{
  JsonArray *moves = json_object_get_array_member (plan, "moves");
  JsonArray *stays = json_object_get_array_member (plan, "stays");
  g_autofree char *end = describe_end (plan, json_array_get_length (moves), json_array_get_length (stays));

  print_table (cli, make_moves (cli, moves));
  if (cli->verbose)
    print_all_reasons (plan, moves);
  print_table (cli, make_stays (stays));
  if (!cli->quiet)
    {
      print_table (cli, pin_moves_hosts_make (json_object_get_array_member (plan, "hosts")));
      print_gaps (plan);
    }
  print_end (cli, plan, end, code);
}
