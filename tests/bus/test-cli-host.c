/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pinshift -H: another host is asked as this one would be, over ssh; and whatever is in the way is one line that names it. */
#include "cli-world.h"

#include <glib/gstdio.h>
#include <string.h>

#define UUID "c7a5fdbd-edaf-9455-926a-d65c16db1809"

typedef struct
{
  PinCliWorld world; /* there is no bus here */
  PinCliService service;
} Away;

static void
put_program (const PinCliWorld *world, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (world->dir, name, NULL);

  pin_cli_world_put (world, name, text);
  g_assert_cmpint (g_chmod (path, 0755), ==, 0);
}

static gboolean
on_repin (PinHost1 *skeleton, GDBusMethodInvocation *call, const char *domain, GVariant *options, gpointer data)
{
  g_autofree char *text = g_strdup_printf ("no domain '%s' here", domain);

  if (strcmp (domain, UUID) != 0)
    g_dbus_method_invocation_return_dbus_error (call, "org.pinshift.Error.NotFound", text);
  else
    pin_host1_complete_repin (skeleton, call, ((Away *) data)->service.plan);
  return TRUE;
}

static gboolean
on_guest (PinHost1 *skeleton, GDBusMethodInvocation *call, const char *domain, GVariant *options, gpointer data)
{
  pin_host1_complete_guest (skeleton, call, PIN_CLI_GUEST);
  return TRUE;
}

static gboolean
on_maintenance (PinHost1 *skeleton, GDBusMethodInvocation *call, gboolean on, const char *reason, gpointer data)
{
  pin_host1_set_maintenance (skeleton, on);
  pin_host1_set_maintenance_reason (skeleton, reason);
  pin_host1_complete_set_maintenance (skeleton, call);
  return TRUE;
}

static void
away_init (Away *away)
{
  g_autofree char *path = NULL, *ssh = NULL;

  pin_cli_world_init (&away->world);
  pin_cli_service_init (&away->service, &away->world);
  away->service.domains = "[{\"name\":\"db1\",\"uuid\":\"" UUID "\",\"id\":7,\"state\":\"running\",\"home\":\"hosta\",\"actions\":{},"
                          "\"reasons\":{}}]";
  pin_host1_set_host_name (away->service.skeleton, "hostb");
  g_signal_connect (away->service.skeleton, "handle-repin", G_CALLBACK (on_repin), away);
  g_signal_connect (away->service.skeleton, "handle-guest", G_CALLBACK (on_guest), away);
  g_signal_connect (away->service.skeleton, "handle-set-maintenance", G_CALLBACK (on_maintenance), away);
  ssh = g_strdup_printf ("#!/bin/sh\ntest \"$*\" = '-o BatchMode=yes -- hostb pinshift relay' || { echo \"ssh: no way: $*\" >&2; exit 255; }\n"
                         "DBUS_SYSTEM_BUS_ADDRESS='%s' exec \"$PINSHIFT_CLI\" relay\n", away->world.address);
  put_program (&away->world, "ssh", ssh);
  path = g_strdup_printf ("%s:%s", away->world.dir, g_getenv ("PATH"));
  g_setenv ("PATH", path, TRUE);
  g_free (away->world.address);
  away->world.address = g_strdup_printf ("unix:path=%s/no-bus", away->world.dir);
}

static void
away_clear (Away *away)
{
  pin_cli_service_clear (&away->service);
  pin_cli_world_clear (&away->world);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Away, away_clear)

static void
test_answers (void)
{
  static const struct { const char *line; int code; const char *out; } rows[] = {
    { "-H hostb status", 0, " db1    running   hosta" },
    { "status --host=hostb -q", 0, "" },
    { "-H hostb snapshot", 0, "\"name\":\"here\"" },
    { "-H hostb repin db1 --dry-run", 1, "" },
    { "-H hostb repin 7", 0, "vcpu-pins" },
    { "-H hostb repin 8", 1, "" },
    { "-H hostb plan db1", 10, "vcpu-pins" },
    { "-H hostb plan db1.xml", 10, "vcpu-pins" },
    { "-H hostb plan db1.xml --policy keep.conf --json", 0, "\"host\":\"here\"" },
    { "-H hostb maintenance on 'new disks'", 0, "" },
    { "-H hostb maintenance", 0, " hostb   reachable   on: new disks" },
  };
  g_auto (Away) away = { { NULL } };

  away_init (&away);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      pin_cli_world_run (&away.world, rows[i].line, NULL);
      g_test_message ("%s%s", away.world.out, away.world.err);
      pin_cli_assert_has (away.world.out, rows[i].out);
      g_assert_cmpint (away.world.code, ==, rows[i].code);
    }
}

static void
test_in_the_way (void)
{
  static const struct { const char *line; int code; const char *err; } rows[] = {
    { "status", 1, "can't reach pinshiftd on the system bus" },
    { "-H hostc status", 1, "can't reach hostc: ssh -o BatchMode=yes -- 'hostc' pinshift relay: ssh: no way: -o BatchMode=yes -- hostc" },
    { "-H '-oProxyCommand=x' status", 1, "can't reach -oProxyCommand=x: " },
    { "-H hostb repin nobody", 1, "hostb: no domain 'nobody' here" },
    { "-H hostb rank db1", 2, "rank: -H HOST is for verbs that ask one host's pinshiftd" },
    { "-H hostb drain hosta", 2, "drain: -H HOST is for" },
    { "-H hostb adapt db1", 2, "adapt: -H HOST is for" },
    { "-H hostb relay", 2, "relay: -H HOST is for" },
    { "-H hostb plan db1 --on one.json", 2, "plan: both -H hostb and --on are a host" },
    { "-H hostb maintenance hostb on", 2, "maintenance: name the host once: -H hostb, or hostb" },
    { "-H", 2, "Missing argument for -H" },
  };
  g_auto (Away) away = { { NULL } };

  away_init (&away);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      pin_cli_world_run (&away.world, rows[i].line, NULL);
      g_assert_cmpstr (away.world.out, ==, "");
      pin_cli_assert_one_line (&away.world);
      pin_cli_assert_has (away.world.err, rows[i].err);
      g_assert_cmpint (away.world.code, ==, rows[i].code);
    }
}

/* The service there may be away while the host is not. */
static void
test_no_service (void)
{
  g_auto (Away) away = { { NULL } };
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;

  away_init (&away);
  reply = g_dbus_connection_call_sync (away.service.connection, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                       "org.freedesktop.DBus", "ReleaseName", g_variant_new ("(s)", "org.pinshift.Host1"), NULL, 0, -1,
                                       NULL, &error);
  g_assert_no_error (error);
  pin_cli_world_run (&away.world, "-H hostb status", NULL);
  pin_cli_assert_one_line (&away.world);
  pin_cli_assert_has (away.world.err, "hostb: can't reach pinshiftd on the system bus");
  g_assert_cmpint (away.world.code, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli-host/another-host-answers-as-this-one-would", test_answers);
  g_test_add_func ("/cli-host/what-is-in-the-way-is-one-line", test_in_the_way);
  g_test_add_func ("/cli-host/a-host-without-its-service-is-named", test_no_service);
  return g_test_run ();
}
