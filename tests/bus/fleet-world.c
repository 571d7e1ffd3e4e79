/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fleet-world.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sys/prctl.h>

static void
die_with_test (gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static void
start_hosts (FleetWorld *world, const char *const *manners)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr (GPtrArray) argv = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  char ready[6] = "";

  g_ptr_array_add (argv, g_strdup (g_getenv ("PINSHIFT_FAKE_FLEET")));
  g_ptr_array_add (argv, g_strdup (world->dir));
  g_ptr_array_add (argv, g_strdup ("100"));
  for (; manners[world->n_hosts] != NULL; world->n_hosts++)
    g_ptr_array_add (argv, g_strdup_printf ("1:%s", manners[world->n_hosts]));
  g_ptr_array_add (argv, NULL);
  g_subprocess_launcher_set_child_setup (launcher, die_with_test, NULL, NULL);
  world->hosts = g_subprocess_launcher_spawnv (launcher, (const char *const *) argv->pdata, &error);
  g_assert_no_error (error);
  g_assert_true (g_input_stream_read_all (g_subprocess_get_stdout_pipe (world->hosts), ready, 5, NULL, NULL, NULL));
  g_assert_cmpstr (ready, ==, "ready");
}

static void
free_rule (gpointer data)
{
  PinHostRule *rule = data;

  g_free (rule->name);
  g_free (rule->link);
  g_free (rule);
}

void
fleet_world_init (FleetWorld *world, const char *const *manners, guint answer_ms, PinFleetChanged changed, gpointer data)
{
  const PinLinkTimes times = { answer_ms, 500, 300 };

  world->dir = g_dir_make_tmp ("pinshift-hosts-XXXXXX", NULL);
  start_hosts (world, manners);
  world->rules = g_ptr_array_new_with_free_func (free_rule);
  for (guint i = 0; i < world->n_hosts; i++)
    {
      PinHostRule *rule = g_new0 (PinHostRule, 1);

      rule->name = g_strdup_printf ("host%u", i);
      rule->link = g_strdup_printf ("env DBUS_SYSTEM_BUS_ADDRESS=unix:path=%s/host%u %s relay", world->dir, i, g_getenv ("PINSHIFT_CLI"));
      g_ptr_array_add (world->rules, rule);
    }
  world->fleet = pin_fleet_new (&times, changed, data);
  pin_fleet_set_hosts (world->fleet, world->rules, NULL, "here");
}

void
fleet_world_clear (FleetWorld *world)
{
  pin_fleet_free (world->fleet);
  g_subprocess_force_exit (world->hosts);
  g_subprocess_wait (world->hosts, NULL, NULL);
  g_object_unref (world->hosts);
  for (guint i = 0; i < world->n_hosts; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/host%u", world->dir, i);

      g_unlink (path);
    }
  g_rmdir (world->dir);
  g_free (world->dir);
  g_ptr_array_unref (world->rules);
}

gboolean
fleet_world_is_read (const FleetWorld *world, guint number)
{
  g_autofree char *name = g_strdup_printf ("host%u", number);
  PinHostRow row;

  return pin_fleet_row (world->fleet, name, &row) && row.presence == PIN_PRESENCE_REACHABLE && row.site != NULL;
}
