/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "way.h"

#include "core/error.h"
#include "rules/rules-file.h"
#include "service/dial.h"

#include <string.h>

/* Who has not led to a bus by then does not. */
#define ANSWER_MS 30000

struct _PinWay
{
  char *host;
  PinDial *dial;        /* NULL: the bus is the one here */
  GDBusConnection *bus; /* NULL: not yet */
  char *failure;        /* NULL: none yet */
};

static const PinHostRule *
find_rule (const PinRules *rules, const char *host)
{
  const GPtrArray *hosts = pin_rules_hosts (rules);

  for (guint i = 0; i < hosts->len; i++)
    {
      const PinHostRule *rule = g_ptr_array_index (hosts, i);

      if (strcmp (rule->name, host) == 0)
        return rule;
    }
  return NULL;
}

char *
pin_way_command (const PinRules *rules, const char *host, const char *own_name)
{
  const PinHostRule *rule = find_rule (rules, host);
  g_autofree char *quoted = g_shell_quote (host);

  /* All hosts may have the same policy, in which one is where pinshift-policyd runs. */
  if (rule != NULL && rule->link != NULL && (strcmp (rule->link, PIN_LINK_HERE) != 0 || strcmp (host, own_name) == 0))
    return g_strdup (rule->link);
  return g_strdup_printf ("ssh -o BatchMode=yes -- %s pinshift relay", quoted);
}

static void
on_connected (PinDial *dial, GDBusConnection *connection, gpointer data)
{
  PinWay *way = data;

  way->bus = g_object_ref (connection);
}

static void
on_ended (PinDial *dial, const char *why, gpointer data)
{
  PinWay *way = data;

  if (way->failure == NULL)
    way->failure = g_strdup (why);
}

static gboolean
go (PinWay *way, const char *command, GError **error)
{
  static const PinDialEvents events = { on_connected, on_ended };

  way->dial = pin_dial_new (command, ANSWER_MS, &pin_guard_limits, &events, way);
  while (way->bus == NULL && way->failure == NULL)
    g_main_context_iteration (NULL, TRUE);
  if (way->bus != NULL)
    return TRUE;
  g_set_error (error, PIN_ERROR, PIN_ERROR_FAILED, "can't reach %s: %s (see its link in pinshift config cat)", way->host, way->failure);
  return FALSE;
}

PinWay *
pin_way_new (const char *host, GError **error)
{
  g_autoptr (PinRules) rules = pin_rules_file_load ("/", error);
  g_autofree char *command = rules != NULL ? pin_way_command (rules, host, g_get_host_name ()) : NULL;
  g_autoptr (PinWay) way = g_new0 (PinWay, 1);

  way->host = g_strdup (host);
  if (command == NULL)
    return NULL;
  if (strcmp (command, PIN_LINK_HERE) != 0)
    return go (way, command, error) ? g_steal_pointer (&way) : NULL;
  way->bus = g_bus_get_sync (G_BUS_TYPE_SYSTEM, NULL, error);
  return way->bus != NULL ? g_steal_pointer (&way) : NULL;
}

void
pin_way_free (PinWay *way)
{
  if (way == NULL)
    return;
  g_clear_object (&way->bus);
  pin_dial_free (way->dial);
  g_free (way->failure);
  g_free (way->host);
  g_free (way);
}

const char *
pin_way_host (const PinWay *way)
{
  return way->host;
}

GDBusConnection *
pin_way_bus (const PinWay *way)
{
  return way->bus;
}
