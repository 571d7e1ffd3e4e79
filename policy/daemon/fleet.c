/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fleet.h"

#include "core/error.h"
#include "freshening.h"

#include <string.h>

/* All hosts together are read so often a second at most, however much changes: who wants to know it now freshens. */
#define READS_A_SECOND 50
#define LOCAL_URI "qemu:///system"

struct _PinFleet
{
  guint calm_ms;          /* of few hosts; that of many is longer */
  PinFleetHostWorld world;
  PinFleetChanged changed;
  gpointer data;
  GTree *hosts;           /* name -> PinFleetHost, by name */
  GArray *rows;           /* of PinHostRow */
  gboolean rows_are_old;
  GPtrArray *wishes;      /* of Wish */
  gboolean started;
};

/* Somebody wants all that is known to be fresh. */
typedef struct
{
  PinFleet *fleet;
  PinFreshening *freshening;
  PinFleetFresh fresh;
  gpointer data;
} Wish;

static void
on_heard (PinFleetHost *host, gpointer data)
{
  PinFleet *fleet = data;

  fleet->rows_are_old = TRUE;
  fleet->changed (pin_fleet_host_name (host), fleet->data);
  for (guint i = 0; i < fleet->wishes->len; i++)
    pin_freshening_look (((Wish *) g_ptr_array_index (fleet->wishes, i))->freshening, host);
}

static gint
compare_names (gconstpointer a, gconstpointer b, gpointer unused)
{
  return strcmp (a, b);
}

static void
free_host (gpointer host)
{
  pin_fleet_host_free (host);
}

static void
free_wish (gpointer data)
{
  Wish *wish = data;

  pin_freshening_free (wish->freshening);
  g_free (wish);
}

PinFleet *
pin_fleet_new (const PinLinkTimes *times, PinFleetChanged changed, gpointer data)
{
  PinFleet *fleet = g_new0 (PinFleet, 1);

  fleet->calm_ms = times->calm_ms;
  fleet->world.times = *times;
  fleet->world.makes = pin_makes_new ();
  fleet->world.heard = on_heard;
  fleet->world.data = fleet;
  fleet->changed = changed;
  fleet->data = data;
  fleet->hosts = g_tree_new_full (compare_names, NULL, g_free, free_host);
  fleet->rows = g_array_new (FALSE, FALSE, sizeof (PinHostRow));
  fleet->wishes = g_ptr_array_new_with_free_func (free_wish);
  return fleet;
}

void
pin_fleet_free (PinFleet *fleet)
{
  if (fleet == NULL)
    return;
  g_ptr_array_unref (fleet->wishes);
  g_tree_unref (fleet->hosts);
  g_array_unref (fleet->rows);
  pin_makes_free (fleet->world.makes);
  g_free (fleet);
}

static const PinHostRule *
find_rule (const GPtrArray *rules, const char *name)
{
  for (guint i = 0; i < rules->len; i++)
    if (strcmp (((const PinHostRule *) g_ptr_array_index (rules, i))->name, name) == 0)
      return g_ptr_array_index (rules, i);
  return NULL;
}

static gboolean
add_name (gpointer name, gpointer host, gpointer names)
{
  g_ptr_array_add (names, g_strdup (name));
  return FALSE;
}

static void
forget_host (PinFleet *fleet, const char *name)
{
  for (guint i = 0; i < fleet->wishes->len; i++)
    pin_freshening_forget (((Wish *) g_ptr_array_index (fleet->wishes, i))->freshening, name);
  g_tree_remove (fleet->hosts, name);
  fleet->rows_are_old = TRUE;
}

static void
drop_hosts_without (PinFleet *fleet, const GPtrArray *rules)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  g_tree_foreach (fleet->hosts, add_name, names);
  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);

      if (find_rule (rules, name) != NULL)
        continue;
      forget_host (fleet, name);
      g_message ("host %s: no more one of the cluster", name);
      fleet->changed (name, fleet->data);
    }
}

static gboolean
start_host (gpointer name, gpointer host, gpointer unused)
{
  PinLink *link = pin_fleet_host_link (host);

  if (link != NULL)
    pin_link_start (link);
  return FALSE;
}

/* How @rule's host is reached where the policy does not say.  (transfer full) */
static char *
usual_link (const PinHostRule *rule, const char *own_name)
{
  g_autofree char *quoted = g_shell_quote (rule->name);

  return strcmp (rule->name, own_name) == 0 ? g_strdup (PIN_FLEET_LINK_HERE) : g_strdup_printf ("ssh -- %s pinshift relay", quoted);
}

static void
take_rule (PinFleet *fleet, const PinHostRule *rule, GDBusConnection *local)
{
  PinFleetHost *host = g_tree_lookup (fleet->hosts, rule->name);

  if (host != NULL && !pin_fleet_host_take_rule (host, rule, local))
    {
      forget_host (fleet, rule->name);
      host = NULL;
    }
  if (host == NULL)
    {
      host = pin_fleet_host_new (rule, local, &fleet->world);
      g_tree_insert (fleet->hosts, g_strdup (rule->name), host);
      if (fleet->started)
        start_host (NULL, host, NULL);
    }
  fleet->rows_are_old = TRUE;
  fleet->changed (rule->name, fleet->data);
}

void
pin_fleet_set_hosts (PinFleet *fleet, const GPtrArray *hosts, GDBusConnection *local, const char *own_name)
{
  PinHostRule own = { .name = (char *) own_name, .uri = (char *) LOCAL_URI, .link = (char *) PIN_FLEET_LINK_HERE };
  g_autoptr (GPtrArray) alone = g_ptr_array_new ();
  const GPtrArray *rules = hosts != NULL && hosts->len > 0 ? hosts : alone;

  g_ptr_array_add (alone, &own);
  /* For ways that are made from now on. */
  fleet->world.times.calm_ms = MAX (fleet->calm_ms, rules->len * 1000 / READS_A_SECOND);
  drop_hosts_without (fleet, rules);
  for (guint i = 0; i < rules->len; i++)
    {
      PinHostRule rule = *(const PinHostRule *) g_ptr_array_index (rules, i);
      g_autofree char *link = usual_link (&rule, own_name);

      rule.link = rule.link != NULL ? rule.link : link;
      take_rule (fleet, &rule, local);
    }
}

void
pin_fleet_start (PinFleet *fleet)
{
  fleet->started = TRUE;
  g_tree_foreach (fleet->hosts, start_host, NULL);
}

static gboolean
add_row (gpointer name, gpointer host, gpointer rows)
{
  PinHostRow row = pin_fleet_host_row (host);

  g_array_append_val (rows, row);
  return FALSE;
}

const PinHostRow *
pin_fleet_rows (PinFleet *fleet, guint *ret_n)
{
  if (fleet->rows_are_old)
    {
      g_array_set_size (fleet->rows, 0);
      g_tree_foreach (fleet->hosts, add_row, fleet->rows);
      fleet->rows_are_old = FALSE;
    }
  *ret_n = fleet->rows->len;
  return (const PinHostRow *) fleet->rows->data;
}

gboolean
pin_fleet_row (const PinFleet *fleet, const char *name, PinHostRow *ret_row)
{
  const PinFleetHost *host = g_tree_lookup (fleet->hosts, name);

  if (host != NULL)
    *ret_row = pin_fleet_host_row (host);
  return host != NULL;
}

const PinHostFacts *
pin_fleet_facts (const PinFleet *fleet, const char *name)
{
  const PinFleetHost *host = g_tree_lookup (fleet->hosts, name);

  return host != NULL ? pin_fleet_host_facts (host) : NULL;
}

void
pin_fleet_mark (PinFleet *fleet, const char *name)
{
  const PinFleetHost *host = g_tree_lookup (fleet->hosts, name);
  PinLink *link = host != NULL ? pin_fleet_host_link (host) : NULL;

  if (link != NULL)
    pin_link_mark (link);
}

gboolean
pin_fleet_is_here (const PinFleet *fleet, const char *name)
{
  const PinFleetHost *host = g_tree_lookup (fleet->hosts, name);

  return host != NULL && pin_fleet_host_is_here (host);
}

const char *
pin_fleet_uri (const PinFleet *fleet, const char *name)
{
  const PinFleetHost *host = g_tree_lookup (fleet->hosts, name);

  return host != NULL ? pin_fleet_host_uri (host) : NULL;
}

static void
on_answer (GObject *connection, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;
  GVariant *reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (connection), result, &error);

  if (reply != NULL)
    {
      g_task_return_pointer (task, reply, (GDestroyNotify) g_variant_unref);
      return;
    }
  g_dbus_error_strip_remote_error (error);
  g_prefix_error (&error, "%s: ", (const char *) g_task_get_task_data (task));
  g_task_return_error (task, error);
}

void
pin_fleet_call (PinFleet *fleet, const char *name, const char *method, GVariant *parameters, const GVariantType *reply,
                GCancellable *cancellable, GAsyncReadyCallback answered, gpointer data)
{
  g_autoptr (GVariant) sunk = parameters != NULL ? g_variant_ref_sink (parameters) : NULL;
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, answered, data);
  PinFleetHost *host = g_tree_lookup (fleet->hosts, name);
  PinHostRow row = host != NULL ? pin_fleet_host_row (host) : (PinHostRow) { 0 };
  PinLink *link = host != NULL ? pin_fleet_host_link (host) : NULL;

  g_task_set_task_data (task, g_strdup (name), g_free);
  if (host == NULL)
    g_task_return_new_error (task, PIN_ERROR, PIN_ERROR_NOT_FOUND, "no host '%s' in the cluster; see pinshift maintenance", name);
  else if (link == NULL || pin_link_facts (link) == NULL || row.presence != PIN_PRESENCE_REACHABLE)
    g_task_return_new_error (task, PIN_ERROR, PIN_ERROR_FAILED, "%s can't be reached: %s (see its link in pinshift config cat)", name,
                             row.failure != NULL ? row.failure : "it was not heard yet");
  else
    g_dbus_connection_call (pin_link_connection (link), pin_link_destination (link), PIN_HOST1_PATH, PIN_HOST1_NAME, method, sunk,
                            reply, G_DBUS_CALL_FLAGS_NO_AUTO_START, (gint) fleet->world.times.answer_ms, cancellable, on_answer,
                            g_steal_pointer (&task));
}

GVariant *
pin_fleet_call_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
on_fresh (PinFreshening *freshening, gpointer data)
{
  Wish *wish = data;
  PinFleetFresh fresh = wish->fresh;
  gpointer fresh_data = wish->data;

  g_ptr_array_remove (wish->fleet->wishes, wish);
  fresh (fresh_data);
}

static gboolean
add_to_freshening (gpointer name, gpointer host, gpointer freshening)
{
  pin_freshening_add (freshening, host);
  return FALSE;
}

void
pin_fleet_freshen (PinFleet *fleet, guint deadline_ms, PinFleetFresh fresh, gpointer data)
{
  Wish *wish = g_new0 (Wish, 1);

  wish->fleet = fleet;
  wish->fresh = fresh;
  wish->data = data;
  wish->freshening = pin_freshening_new (deadline_ms, on_fresh, wish);
  g_ptr_array_add (fleet->wishes, wish);
  g_tree_foreach (fleet->hosts, add_to_freshening, wish->freshening);
}
