/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command line, the real program: exit codes, what it prints, and how it meets bad input and a missing service. */
#include "host1.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

#define GUEST \
  "<domain type='kvm'><name>db1</name><uuid>c7a5fdbd-edaf-9455-926a-d65c16db1809</uuid>" \
  "<memory unit='MiB'>512</memory><vcpu>2</vcpu>" \
  "<cputune><vcpupin vcpu='0' cpuset='1'/><vcpupin vcpu='1' cpuset='2'/></cputune>" \
  "<os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os><devices/></domain>\n"

#define SNAPSHOT(name, last) \
  "{\"version\":1,\"host\":{\"name\":\"" name "\"},\"nodes\":[{\"id\":0,\"cpus\":\"0-" last "\"," \
  "\"total_kib\":8388608,\"free_kib\":8000000}]}"

typedef struct
{
  char *dir;         /* the program's working directory */
  char *address;     /* of the bus that it takes for the system's */
  int code;
  char *out;
  char *err;
} World;

static void
put (const World *world, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (world->dir, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
world_init (World *world)
{
  world->dir = g_dir_make_tmp ("pinshift-cli-XXXXXX", NULL);
  g_assert_nonnull (world->dir);
  world->address = g_strdup_printf ("unix:path=%s/no-bus", world->dir);
  put (world, "db1.xml", GUEST);
  put (world, "keep.conf", "[fit]\nvcpu-pins = keep\n");
  put (world, "bad.conf", "[fit]\n\nvcpu-pin = keep\n");
  put (world, "reserve.conf", "[reserve]\ncpus = 1\n[fit]\nvcpu-pins = keep\n");
  put (world, "one.json", SNAPSHOT ("hosta", "3"));
  put (world, "two.jsonl", SNAPSHOT ("hosta", "3") "\n" SNAPSHOT ("hostb", "1") "\n");
  put (world, "broken.jsonl", SNAPSHOT ("hosta", "3") "\n{\"version\":1\n" SNAPSHOT ("hostb", "3") "\n");
  put (world, "future.json", "{\"version\":2}");
  put (world, "text.xml", "not XML\n");
  put (world, "empty.xml", "");
}

static void
world_clear (World *world)
{
  g_autoptr (GDir) dir = g_dir_open (world->dir, 0, NULL);
  const char *name;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (world->dir, name, NULL);

      g_remove (path);
    }
  g_rmdir (world->dir);
  g_free (world->dir);
  g_free (world->address);
  g_free (world->out);
  g_free (world->err);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (World, world_clear)

static void
ended (GObject *process, GAsyncResult *result, gpointer data)
{
  World *world = data;

  g_assert_true (g_subprocess_communicate_utf8_finish (G_SUBPROCESS (process), result, &world->out, &world->err, NULL));
  g_assert_true (g_subprocess_get_if_exited (G_SUBPROCESS (process)));
  world->code = g_subprocess_get_exit_status (G_SUBPROCESS (process));
}

/* Runs "pinshift @line" with @input, serving the main context meanwhile. */
static void
run (World *world, const char *line, const char *input)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_autofree char *command = g_strdup_printf ("pinshift %s", line);
  g_auto (GStrv) argv = NULL;
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;

  g_test_message ("%s", command);
  g_assert_true (g_shell_parse_argv (command, NULL, &argv, NULL));
  g_free (argv[0]);
  argv[0] = g_strdup (g_getenv ("PINSHIFT_CLI"));
  g_clear_pointer (&world->out, g_free);
  g_clear_pointer (&world->err, g_free);
  g_subprocess_launcher_set_cwd (launcher, world->dir);
  g_subprocess_launcher_setenv (launcher, "DBUS_SYSTEM_BUS_ADDRESS", world->address, TRUE);
  g_subprocess_launcher_setenv (launcher, "LC_ALL", "C.UTF-8", TRUE);
  process = g_subprocess_launcher_spawnv (launcher, (const char *const *) argv, &error);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8_async (process, input != NULL ? input : "", NULL, ended, world);
  while (world->out == NULL)
    g_main_context_iteration (NULL, TRUE);
}

static void
assert_one_line (const World *world)
{
  const char *newline = strchr (world->err, '\n');

  g_assert_true (g_str_has_prefix (world->err, "pinshift: "));
  g_assert_true (newline != NULL && newline[1] == '\0');
}

static void
assert_has (const char *text, const char *part)
{
  if (strstr (text, part) == NULL)
    g_error ("\"%s\" is not in:\n%s", part, text);
}

static void
test_plan_offline (void)
{
  static const struct { const char *line, *input; int code; const char *out; } rows[] = {
    { "plan ./db1.xml --on 'node:1 core:4 mem:8G'", NULL, 0, "Verdict: keep" },
    { "plan db1.xml --on one.json", NULL, 0, "db1 on hosta" },
    { "plan db1.xml --on ./one.json", NULL, 0, "vcpu-pins   keep     as written" },
    { "plan - --on one.json", GUEST, 0, "Verdict: keep" },
    { "plan --on 'node:1 core:2 mem:8G' db1.xml", NULL, 10, "Verdict: adapt, cost " },
    { "plan db1.xml --on 'node:1 core:2 mem:8G' --policy keep.conf", NULL, 1, "Verdict: refuse; to make it fit: " },
    { "plan db1.xml --on one.json --policy reserve.conf", NULL, 1, "CPU 1" },
    { "plan -q db1.xml --on one.json", NULL, 0, "" },
    { "-q plan db1.xml --on 'node:1 core:2 mem:8G'", NULL, 10, "vcpu-pins" },
    { "plan -v db1.xml --on one.json", NULL, 0, "\"vcpupin\":{\"0\":\"1\",\"1\":\"2\"}" },
    { "--json plan db1.xml --on one.json", NULL, 0, "\"verdict\":\"keep\"" },
    { "plan db1.xml --on 'node:1 core:2 mem:8G' --json", NULL, 10, "\"verdict\":\"adapt\"" },
    { "plan db1.xml --on 'node:1 core:2 mem:8G' --policy keep.conf --json", NULL, 1, "\"placement\":null" },
    { "-c test:///default plan test --on 'node:1 core:4 mem:64G'", NULL, 0, "test on " },
    { "plan 1 -c test:///default --on 'node:1 core:4 mem:64G'", NULL, 0, "test on " },
    { "plan 6695eb01-f6a4-8304-79aa-97f2502e193f -c test:///default --on 'node:1 core:4 mem:64G'", NULL, 0,
      "test on " },
  };
  g_auto (World) world = { NULL };

  world_init (&world);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      run (&world, rows[i].line, rows[i].input);
      g_assert_cmpstr (world.err, ==, "");
      assert_has (world.out, rows[i].out);
      g_assert_cmpint (world.code, ==, rows[i].code);
    }
}

static void
test_json_is_an_object (void)
{
  g_auto (World) world = { NULL };
  g_autoptr (JsonNode) root = NULL;
  g_autoptr (GError) error = NULL;
  JsonObject *plan;

  world_init (&world);
  run (&world, "plan db1.xml --on one.json --json", NULL);
  root = json_from_string (world.out, &error);
  g_assert_no_error (error);
  plan = json_node_get_object (root);
  g_assert_cmpint (json_object_get_int_member (plan, "version"), ==, 1);
  g_assert_cmpstr (json_object_get_string_member (plan, "host"), ==, "hosta");
  g_assert_cmpstr (json_object_get_string_member (plan, "domain"), ==, "db1");
  g_assert_cmpint (json_object_get_int_member (plan, "cost"), ==, 0);
}

static void
test_many_hosts (void)
{
  g_auto (World) world = { NULL };
  g_auto (GStrv) lines = NULL;

  world_init (&world);
  run (&world, "plan db1.xml --on two.jsonl", NULL);
  g_assert_cmpstr (world.err, ==, "");
  g_assert_cmpint (world.code, ==, 0); /* though the second does not fit as written */
  lines = g_strsplit (world.out, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 3);
  assert_has (lines[0], "\"host\":\"hosta\"");
  assert_has (lines[0], "\"verdict\":\"keep\"");
  assert_has (lines[1], "\"host\":\"hostb\"");
  assert_has (lines[1], "\"verdict\":\"adapt\"");
  g_assert_cmpstr (lines[2], ==, "");

  run (&world, "plan db1.xml --on broken.jsonl", NULL);
  g_assert_cmpint (world.code, ==, 2);
  assert_one_line (&world);
  assert_has (world.err, "pinshift: broken.jsonl:2: ");
}

static void
test_bad_input (void)
{
  static const struct { const char *line; int code; const char *err; } rows[] = {
    { "", 2, "no command; known are: config, plan, snapshot, status" },
    { "plann db1.xml", 2, "unknown command \"plann\"" },
    { "--nonsense", 2, "--nonsense" },
    { "plan --nonsense", 2, "--nonsense" },
    { "plan", 2, "too few arguments; usage: pinshift plan DOMAIN|FILE|-" },
    { "plan a.xml b.xml", 2, "too many arguments" },
    { "plan none.xml --on one.json", 2, "none.xml: can't open: No such file or directory" },
    { "plan text.xml --on one.json", 2, "text.xml: " },
    { "plan empty.xml --on one.json", 2, "empty.xml: " },
    { "plan /dev/zero --on one.json", 2, "/dev/zero: longer than 4 MiB" },
    { "plan ./ --on one.json", 2, "./: can't read: Is a directory" },
    { "plan - --on one.json", 2, "standard input: " },
    { "plan db1.xml --on none.json", 2, "none.json: can't open" },
    { "plan db1.xml --on none.jsonl", 2, "none.jsonl: can't read" },
    { "plan db1.xml --on future.json", 2, "future.json: " },
    { "plan db1.xml --on text.xml/", 2, "text.xml/: can't" },
    { "plan db1.xml --on hostb", 2, "--on hostb: neither a snapshot" },
    { "plan db1.xml --on 'node:2 kore:4'", 2, "--on \"node:2 kore:4\": " },
    { "plan db1.xml --on one.json --policy none.conf", 2, "none.conf: can't open" },
    { "plan db1.xml --on one.json --policy bad.conf", 2,
      "bad.conf:3: unknown key \"vcpu-pin\" in [fit]; did you mean \"vcpu-pins\"?" },
    { "-c test:///default plan nobody --on one.json", 1, "nobody: " },
    { "-c nonsense:///x plan nobody --on one.json", 1, "nonsense:///x: " },
    { "plan db1.xml", 1, "can't reach pinshiftd on the system bus" },
    { "status", 1, "can't reach pinshiftd on the system bus" },
    { "status too many", 2, "too many arguments" },
    { "snapshot", 1, "can't reach pinshiftd on the system bus" },
    { "snapshot --sysroot none", 2, "none" },
    { "config", 2, "too few arguments; usage: pinshift config check|cat [FILE]" },
    { "config show", 2, "unknown word \"show\"; known are: check, cat" },
    { "config check bad.conf", 2, "bad.conf:3: unknown key" },
    { "config cat bad.conf", 2, "bad.conf:3: unknown key" },
    { "config check none.conf", 2, "none.conf: can't open: No such file or directory" },
  };
  g_auto (World) world = { NULL };

  world_init (&world);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      run (&world, rows[i].line, NULL);
      g_assert_cmpstr (world.out, ==, "");
      assert_one_line (&world);
      assert_has (world.err, rows[i].err);
      g_assert_cmpint (world.code, ==, rows[i].code);
    }
}

static void
test_help_and_version (void)
{
  static const struct { const char *line, *out; } rows[] = {
    { "--version", "pinshift " },
    { "--help", "  plan       Show what a domain would get on this host, or on another" },
    { "plan --help", "--on=HOST" },
    { "status --help", "List the guests of this host" },
    { "config --help", "--root=DIR" },
    { "snapshot --help", "--sysroot=DIR" },
  };
  g_auto (World) world = { NULL };

  world_init (&world);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      run (&world, rows[i].line, NULL);
      g_assert_cmpint (world.code, ==, 0);
      g_assert_cmpstr (world.err, ==, "");
      assert_has (world.out, rows[i].out);
    }
}

static void
test_config (void)
{
  g_auto (World) world = { NULL };
  g_autofree char *again = NULL;

  world_init (&world);
  run (&world, "config check keep.conf", NULL);
  g_assert_cmpint (world.code, ==, 0);
  g_assert_cmpstr (world.out, ==, "The policy is right\n");
  run (&world, "config check -q keep.conf", NULL);
  g_assert_cmpstr (world.out, ==, "");
  run (&world, "config check --root .", NULL);
  g_assert_cmpint (world.code, ==, 0);
  run (&world, "config cat reserve.conf", NULL);
  g_assert_cmpint (world.code, ==, 0);
  assert_has (world.out, "[reserve]\n# default\nmemory = 0\n# reserve.conf:2\ncpus = 1\n");
  /* What it prints is a policy, and the same one. */
  put (&world, "again.conf", world.out);
  run (&world, "config check --json reserve.conf", NULL);
  again = g_strdup (world.out);
  run (&world, "config check --json again.conf", NULL);
  g_assert_cmpstr (world.out, ==, again);
  run (&world, "config cat --json reserve.conf", NULL);
  assert_has (world.out, "{\"section\":\"reserve\",\"key\":\"cpus\",\"value\":\"1\","
                         "\"file\":\"reserve.conf\",\"line\":2}");
  assert_has (world.out, "{\"section\":\"fit\",\"key\":\"threads\",\"value\":\"home\",\"file\":null}");
}

/* A service on a bus of its own that gives canned answers. */
typedef struct
{
  GSubprocess *bus;
  GDBusConnection *connection;
  PinHost1 *skeleton;
  const char *domains;
} Service;

static gboolean
on_domains (PinHost1 *skeleton, GDBusMethodInvocation *call, GVariant *options, gpointer data)
{
  pin_host1_complete_domains (skeleton, call, ((Service *) data)->domains);
  return TRUE;
}

static gboolean
on_snapshot (PinHost1 *skeleton, GDBusMethodInvocation *call, gpointer data)
{
  pin_host1_complete_snapshot (skeleton, call, SNAPSHOT ("here", "3"));
  return TRUE;
}

static gboolean
on_plan (PinHost1 *skeleton, GDBusMethodInvocation *call, const char *xml, GVariant *options, gpointer data)
{
  if (strstr (xml, "<name>db1</name>") == NULL)
    g_dbus_method_invocation_return_dbus_error (call, "org.pinshift.Error.Invalid", "no such guest");
  else
    pin_host1_complete_plan (skeleton, call,
                             "{\"version\":1,\"host\":\"here\",\"domain\":\"db1\",\"verdict\":\"adapt\",\"cost\":16,"
                             "\"actions\":{\"vcpu-pins\":\"remap\"},\"reasons\":[{\"setting\":\"vcpu-pins\","
                             "\"action\":\"remap\",\"code\":\"cpu-missing\",\"text\":\"because\"}]}");
  return TRUE;
}

static void
end_with_parent (gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

/* A bus of its own: GTestDBus forks without exec, which hangs now and then in a process that has threads. */
static void
start_bus (Service *service, World *world)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autofree char *config = g_strdup_printf ("<busconfig><type>session</type><listen>unix:dir=%s</listen>"
                                             "<policy context='default'><allow send_destination='*'/>"
                                             "<allow receive_sender='*'/><allow own='*'/>"
                                             "</policy></busconfig>", world->dir);
  g_autoptr (GDataInputStream) output = NULL;
  g_autoptr (GError) error = NULL;

  put (world, "bus.conf", config);
  g_subprocess_launcher_set_cwd (launcher, world->dir);
  g_subprocess_launcher_set_child_setup (launcher, end_with_parent, NULL, NULL);
  service->bus = g_subprocess_launcher_spawn (launcher, &error, "dbus-daemon", "--config-file=bus.conf", "--nofork",
                                              "--nopidfile", "--print-address=1", NULL);
  g_assert_no_error (error);
  output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (service->bus));
  g_free (world->address);
  world->address = g_data_input_stream_read_line (output, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (world->address);
}

static void
service_init (Service *service, World *world)
{
  const char *const claims[] = { "c7a5fdbd-edaf-9455-926a-d65c16db1809", NULL };
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;

  start_bus (service, world);
  service->connection = g_dbus_connection_new_for_address_sync (
      world->address, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
      NULL, NULL, &error);
  g_assert_no_error (error);
  service->skeleton = pin_host1_skeleton_new ();
  pin_host1_set_claims (service->skeleton, claims);
  g_signal_connect (service->skeleton, "handle-domains", G_CALLBACK (on_domains), service);
  g_signal_connect (service->skeleton, "handle-snapshot", G_CALLBACK (on_snapshot), service);
  g_signal_connect (service->skeleton, "handle-plan", G_CALLBACK (on_plan), service);
  g_assert_true (g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (service->skeleton), service->connection,
                                                   "/org/pinshift/Host1", NULL));
  reply = g_dbus_connection_call_sync (service->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                       "org.freedesktop.DBus", "RequestName",
                                       g_variant_new ("(su)", "org.pinshift.Host1", 4), NULL, 0, -1, NULL, &error);
  g_assert_no_error (error);
}

static void
service_clear (Service *service)
{
  g_dbus_interface_skeleton_unexport (G_DBUS_INTERFACE_SKELETON (service->skeleton));
  g_object_unref (service->skeleton);
  g_dbus_connection_close_sync (service->connection, NULL, NULL);
  g_object_unref (service->connection);
  g_subprocess_force_exit (service->bus);
  g_subprocess_wait (service->bus, NULL, NULL);
  g_object_unref (service->bus);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Service, service_clear)

static void
test_status (void)
{
  static const char domains[]
      = "[{\"name\":\"db1\",\"uuid\":\"c7a5fdbd-edaf-9455-926a-d65c16db1809\",\"state\":\"running\",\"home\":\"hosta\","
        "\"actions\":{\"vcpu-pins\":\"remap\",\"hugepages\":\"strip\",\"cpu-model\":\"keep\"},"
        "\"reasons\":{\"hugepages\":\"no pages\"}},"
        "{\"name\":\"plain-guest\",\"uuid\":\"u\",\"state\":\"defined\",\"home\":null,\"actions\":{},\"reasons\":{}}]";
  g_auto (World) world = { NULL };
  g_auto (Service) service = { NULL };

  world_init (&world);
  service_init (&service, &world);
  service.domains = domains;
  run (&world, "status", NULL);
  g_assert_cmpstr (world.err, ==, "");
  g_assert_cmpstr (world.out, ==,
                   " Name          State     Home    Actions                              Misses\n"
                   "---------------------------------------------------------------------------------\n"
                   " db1           running   hosta   hugepages: strip, vcpu-pins: remap   hugepages\n"
                   " plain-guest   defined   -       -                                    -\n"
                   "\nClaims: c7a5fdbd-edaf-9455-926a-d65c16db1809\n");
  g_assert_cmpint (world.code, ==, 10);
  run (&world, "status -q", NULL);
  g_assert_cmpint (world.code, ==, 10);
  g_assert_null (strstr (world.out, "plain-guest"));
  run (&world, "status -v", NULL);
  assert_has (world.out, "\ndb1: hugepages: no pages\n");
  run (&world, "status --json", NULL);
  g_assert_cmpint (world.code, ==, 10);
  assert_has (world.out, "{\"version\":1,\"domains\":[{\"name\":\"db1\",");
  assert_has (world.out, "\"claims\":[\"c7a5fdbd-edaf-9455-926a-d65c16db1809\"]}");
  service.domains = "[]";
  run (&world, "status", NULL);
  g_assert_cmpint (world.code, ==, 0);
  service.domains = "[1]";
  run (&world, "status", NULL);
  g_assert_cmpint (world.code, ==, 1);
  assert_one_line (&world);
}

static void
test_plan_by_service (void)
{
  g_auto (World) world = { NULL };
  g_auto (Service) service = { NULL };

  world_init (&world);
  service_init (&service, &world);
  run (&world, "plan db1.xml", NULL);
  g_assert_cmpint (world.code, ==, 10);
  g_assert_cmpstr (world.out, ==,
                   "db1 on here\n"
                   " Setting     Action   What and why\n"
                   "------------------------------------\n"
                   " vcpu-pins   remap    because\n"
                   "Verdict: adapt, cost 16\n");
  run (&world, "plan --json db1.xml", NULL);
  g_assert_cmpint (world.code, ==, 10);
  assert_has (world.out, "\"verdict\":\"adapt\"");
  run (&world, "-c test:///default plan test", NULL);
  g_assert_cmpint (world.code, ==, 2);
  g_assert_cmpstr (world.err, ==, "pinshift: no such guest\n");
  /* Another policy than the service's is planned here, on the service's snapshot. */
  run (&world, "plan db1.xml --policy reserve.conf", NULL);
  g_assert_cmpint (world.code, ==, 1);
  assert_has (world.out, "db1 on here");
}

static void
test_snapshot_by_service (void)
{
  g_auto (World) world = { NULL };
  g_auto (Service) service = { NULL };

  world_init (&world);
  service_init (&service, &world);
  run (&world, "snapshot", NULL);
  g_assert_cmpint (world.code, ==, 0);
  g_assert_cmpstr (world.out, ==, SNAPSHOT ("here", "3") "\n");
}

/* The snapshot of this machine is one that plan takes. */
static void
test_snapshot_of_a_root (void)
{
  g_auto (World) world = { NULL };

  world_init (&world);
  run (&world, "snapshot --sysroot /", NULL);
  g_assert_cmpstr (world.err, ==, "");
  g_assert_cmpint (world.code, ==, 0);
  put (&world, "here.json", world.out);
  run (&world, "plan db1.xml --on here.json --json", NULL);
  g_assert_cmpstr (world.err, ==, "");
  assert_has (world.out, "\"domain\":\"db1\"");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/plan-asks-nobody-with-a-file-and-a-snapshot", test_plan_offline);
  g_test_add_func ("/cli/plan-as-json-is-one-object", test_json_is_an_object);
  g_test_add_func ("/cli/plan-on-many-hosts-is-a-line-each", test_many_hosts);
  g_test_add_func ("/cli/bad-input-is-one-line-and-a-code", test_bad_input);
  g_test_add_func ("/cli/help-and-version", test_help_and_version);
  g_test_add_func ("/cli/config-says-what-holds", test_config);
  g_test_add_func ("/cli/status-is-a-table", test_status);
  g_test_add_func ("/cli/plan-by-the-service", test_plan_by_service);
  g_test_add_func ("/cli/snapshot-by-the-service", test_snapshot_by_service);
  g_test_add_func ("/cli/snapshot-of-a-directory-can-be-planned-on", test_snapshot_of_a_root);
  return g_test_run ();
}
