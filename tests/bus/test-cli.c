/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command line, the real program: exit codes, what it prints, and how it meets bad input and a missing service. */
#include "cli-world.h"

#include <json-glib/json-glib.h>
#include <string.h>

static void
test_plan_offline (void)
{
  static const struct { const char *line, *input; int code; const char *out; } rows[] = {
    { "plan ./db1.xml --on 'node:1 core:4 mem:8G'", NULL, 0, "Verdict: keep" },
    { "plan db1.xml --on one.json", NULL, 0, "db1 on hosta" },
    { "plan db1.xml --on ./one.json", NULL, 0, "vcpu-pins   keep     as written" },
    { "plan - --on one.json", PIN_CLI_GUEST, 0, "Verdict: keep" },
    { "plan --on 'node:1 core:2 mem:8G' db1.xml", NULL, 10, "Verdict: adapt, cost " },
    { "plan db1.xml --on 'node:1 core:2 mem:8G' --policy keep.conf", NULL, 1, "Verdict: refuse; to make it fit: " },
    { "plan db1.xml --on one.json --policy reserve.conf", NULL, 1, "CPU 1" },
    { "plan db1.xml --on one.json --policy assigned.conf --json", NULL, 0, "\"vcpupin\":{\"0\":\"3\",\"1\":\"2\"}" },
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
  g_auto (PinCliWorld) world = { NULL };

  pin_cli_world_init (&world);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      pin_cli_world_run (&world, rows[i].line, rows[i].input);
      g_assert_cmpstr (world.err, ==, "");
      pin_cli_assert_has (world.out, rows[i].out);
      g_assert_cmpint (world.code, ==, rows[i].code);
    }
}

static void
test_json_is_an_object (void)
{
  g_auto (PinCliWorld) world = { NULL };
  g_autoptr (JsonNode) root = NULL;
  g_autoptr (GError) error = NULL;
  JsonObject *plan;

  pin_cli_world_init (&world);
  pin_cli_world_run (&world, "plan db1.xml --on one.json --json", NULL);
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
  g_auto (PinCliWorld) world = { NULL };
  g_auto (GStrv) lines = NULL;

  pin_cli_world_init (&world);
  pin_cli_world_run (&world, "plan db1.xml --on two.jsonl", NULL);
  g_assert_cmpstr (world.err, ==, "");
  g_assert_cmpint (world.code, ==, 0); /* though the second does not fit as written */
  lines = g_strsplit (world.out, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 3);
  pin_cli_assert_has (lines[0], "\"host\":\"hosta\"");
  pin_cli_assert_has (lines[0], "\"verdict\":\"keep\"");
  pin_cli_assert_has (lines[1], "\"host\":\"hostb\"");
  pin_cli_assert_has (lines[1], "\"verdict\":\"adapt\"");
  g_assert_cmpstr (lines[2], ==, "");

  pin_cli_world_run (&world, "plan db1.xml --on broken.jsonl", NULL);
  g_assert_cmpint (world.code, ==, 2);
  pin_cli_assert_one_line (&world);
  pin_cli_assert_has (world.err, "pinshift: broken.jsonl:2: ");
}

static void
test_bad_input (void)
{
  static const struct { const char *line; int code; const char *err; } rows[] = {
    { "", 2, "no command; known are: adapt, adopt, balance, config, drain, forget, maintenance, migrate, migrate-home, plan, rank, relay, repin, snapshot, status" },
    { "help plann", 2, "unknown command \"plann\"" },
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
    { "rank db1", 1, "can't reach pinshift-policyd on the system bus" },
    { "migrate db1", 1, "can't reach pinshift-policyd on the system bus" },
    { "maintenance", 1, "can't reach pinshift-policyd on the system bus" },
    { "migrate", 2, "too few arguments; usage: pinshift migrate DOMAIN [HOST]" },
    { "rank a b", 2, "too many arguments" },
    { "status too many", 2, "too many arguments" },
    { "snapshot", 1, "can't reach pinshiftd on the system bus" },
    { "snapshot --sysroot none", 2, "none" },
    { "config", 2, "too few arguments; usage: pinshift config check|cat [FILE]" },
    { "config show", 2, "unknown word \"show\"; known are: check, cat" },
    { "config check bad.conf", 2, "bad.conf:3: unknown key" },
    { "config cat bad.conf", 2, "bad.conf:3: unknown key" },
    { "config check none.conf", 2, "none.conf: can't open: No such file or directory" },
  };
  g_auto (PinCliWorld) world = { NULL };

  pin_cli_world_init (&world);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      pin_cli_world_run (&world, rows[i].line, NULL);
      g_assert_cmpstr (world.out, ==, "");
      pin_cli_assert_one_line (&world);
      pin_cli_assert_has (world.err, rows[i].err);
      g_assert_cmpint (world.code, ==, rows[i].code);
    }
}

static void
test_help_and_version (void)
{
  static const struct { const char *line, *out; } rows[] = {
    { "--version", "pinshift " },
    { "--help", "  plan         Show what a domain would get on this host, or on another" },
    { "plan --help", "--on=HOST" },
    { "--help", "  forget       Give stored definitions" },
    { "repin --help", "--dry-run" },
    { "adopt --help", "Make what a guest has now its original" },
    { "forget --help", "--force" },
    { "adapt --help", "DOMAIN|FILE|-" },
    { "rank --help", "rank DOMAIN" },
    { "migrate --help", "--dry-run" },
    { "maintenance --help", "[HOST] [on|off [REASON]]" },
    { "status --help", "List the guests of this host" },
    { "config --help", "--root=DIR" },
    { "snapshot --help", "--sysroot=DIR" },
  };
  g_auto (PinCliWorld) world = { NULL };

  pin_cli_world_init (&world);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      pin_cli_world_run (&world, rows[i].line, NULL);
      g_assert_cmpint (world.code, ==, 0);
      g_assert_cmpstr (world.err, ==, "");
      pin_cli_assert_has (world.out, rows[i].out);
    }
}

/* Each command shows a line to type, and all of its help on one screen. */
static void
test_help_of_each (void)
{
  g_auto (PinCliWorld) world = { NULL };
  g_auto (GStrv) lines = NULL;
  gboolean commands = FALSE;
  guint n = 0;

  pin_cli_world_init (&world);
  pin_cli_world_run (&world, "help", NULL);
  lines = g_strsplit (world.out, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), <, 40);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) words = g_strsplit (g_strstrip (lines[i]), " ", 2);
      g_autofree char *line = g_strdup_printf ("help %s", words[0] != NULL ? words[0] : "");
      g_auto (GStrv) shown = NULL;

      commands = strcmp (lines[i], "Commands:") == 0 || (commands && *lines[i] != '\0');
      if (!commands || strcmp (lines[i], "Commands:") == 0)
        continue;
      pin_cli_world_run (&world, line, NULL);
      g_assert_cmpint (world.code, ==, 0);
      pin_cli_assert_has (world.out, "\nExample:\n  ");
      pin_cli_assert_has (world.out, words[0]);
      shown = g_strsplit (world.out, "\n", -1);
      g_assert_cmpuint (g_strv_length (shown), <, 40);
      g_assert_null (strstr (world.out, "(null)"));
      n++;
    }
  g_assert_cmpuint (n, >, 10);
}

static void
test_config (void)
{
  g_auto (PinCliWorld) world = { NULL };
  g_autofree char *again = NULL;

  pin_cli_world_init (&world);
  pin_cli_world_run (&world, "config check keep.conf", NULL);
  g_assert_cmpint (world.code, ==, 0);
  g_assert_cmpstr (world.out, ==, "The policy is right\n");
  pin_cli_world_run (&world, "config check -q keep.conf", NULL);
  g_assert_cmpstr (world.out, ==, "");
  pin_cli_world_run (&world, "config check --root .", NULL);
  g_assert_cmpint (world.code, ==, 0);
  pin_cli_world_run (&world, "config cat reserve.conf", NULL);
  g_assert_cmpint (world.code, ==, 0);
  pin_cli_assert_has (world.out, "[reserve]\n# default\nmemory = 0\n# reserve.conf:2\ncpus = 1\n");
  /* What it prints is a policy, and the same one. */
  pin_cli_world_put (&world, "again.conf", world.out);
  pin_cli_world_run (&world, "config check --json reserve.conf", NULL);
  again = g_strdup (world.out);
  pin_cli_world_run (&world, "config check --json again.conf", NULL);
  g_assert_cmpstr (world.out, ==, again);
  pin_cli_world_run (&world, "config cat --json reserve.conf", NULL);
  pin_cli_assert_has (world.out, "{\"section\":\"reserve\",\"key\":\"cpus\",\"value\":\"1\","
                         "\"file\":\"reserve.conf\",\"line\":2}");
  pin_cli_assert_has (world.out, "{\"section\":\"fit\",\"key\":\"threads\",\"value\":\"home\",\"file\":null}");
}

static void
test_status (void)
{
  static const char domains[]
      = "[{\"name\":\"db1\",\"uuid\":\"c7a5fdbd-edaf-9455-926a-d65c16db1809\",\"state\":\"running\",\"home\":\"hosta\","
        "\"actions\":{\"vcpu-pins\":\"remap\",\"hugepages\":\"strip\",\"cpu-model\":\"keep\"},"
        "\"reasons\":{\"hugepages\":\"no pages\"}},"
        "{\"name\":\"plain-guest\",\"uuid\":\"u\",\"state\":\"defined\",\"home\":null,\"actions\":{},\"reasons\":{}}]";
  g_auto (PinCliWorld) world = { NULL };
  g_auto (PinCliService) service = { NULL };

  pin_cli_world_init (&world);
  pin_cli_service_init (&service, &world);
  service.domains = domains;
  pin_cli_world_run (&world, "status", NULL);
  g_assert_cmpstr (world.err, ==, "");
  g_assert_cmpstr (world.out, ==,
                   " Name          State     Home    Actions                              Misses\n"
                   "---------------------------------------------------------------------------------\n"
                   " db1           running   hosta   hugepages: strip, vcpu-pins: remap   hugepages\n"
                   " plain-guest   defined   -       -                                    -\n"
                   "\nClaims: c7a5fdbd-edaf-9455-926a-d65c16db1809\n");
  g_assert_cmpint (world.code, ==, 10);
  pin_cli_world_run (&world, "status -q", NULL);
  g_assert_cmpint (world.code, ==, 10);
  g_assert_null (strstr (world.out, "plain-guest"));
  pin_cli_world_run (&world, "status -v", NULL);
  pin_cli_assert_has (world.out, "\ndb1: hugepages: no pages\n");
  pin_cli_world_run (&world, "status --json", NULL);
  g_assert_cmpint (world.code, ==, 10);
  pin_cli_assert_has (world.out, "{\"version\":1,\"domains\":[{\"name\":\"db1\",");
  pin_cli_assert_has (world.out, "\"claims\":[\"c7a5fdbd-edaf-9455-926a-d65c16db1809\"]}");
  service.domains = "[]";
  pin_cli_world_run (&world, "status", NULL);
  g_assert_cmpint (world.code, ==, 0);
  service.domains = "[1]";
  pin_cli_world_run (&world, "status", NULL);
  g_assert_cmpint (world.code, ==, 1);
  pin_cli_assert_one_line (&world);
}

static void
test_plan_by_service (void)
{
  g_auto (PinCliWorld) world = { NULL };
  g_auto (PinCliService) service = { NULL };

  pin_cli_world_init (&world);
  pin_cli_service_init (&service, &world);
  pin_cli_world_run (&world, "plan db1.xml", NULL);
  g_assert_cmpint (world.code, ==, 10);
  g_assert_cmpstr (world.out, ==,
                   "db1 on here\n"
                   " Setting     Action   What and why\n"
                   "------------------------------------\n"
                   " vcpu-pins   remap    because\n"
                   "Verdict: adapt, cost 16\n");
  pin_cli_world_run (&world, "plan --json db1.xml", NULL);
  g_assert_cmpint (world.code, ==, 10);
  pin_cli_assert_has (world.out, "\"verdict\":\"adapt\"");
  pin_cli_world_run (&world, "-c test:///default plan test", NULL);
  g_assert_cmpint (world.code, ==, 2);
  g_assert_cmpstr (world.err, ==, "pinshift: no such guest\n");
  /* Another policy than the service's is planned here, on the service's snapshot. */
  pin_cli_world_run (&world, "plan db1.xml --policy reserve.conf", NULL);
  g_assert_cmpint (world.code, ==, 1);
  pin_cli_assert_has (world.out, "db1 on here");
}

static void
test_snapshot_by_service (void)
{
  g_auto (PinCliWorld) world = { NULL };
  g_auto (PinCliService) service = { NULL };

  pin_cli_world_init (&world);
  pin_cli_service_init (&service, &world);
  pin_cli_world_run (&world, "snapshot", NULL);
  g_assert_cmpint (world.code, ==, 0);
  g_assert_cmpstr (world.out, ==, PIN_CLI_SNAPSHOT ("here", "3") "\n");
}

/* The snapshot of this machine is one that plan takes. */
static void
test_snapshot_of_a_root (void)
{
  g_auto (PinCliWorld) world = { NULL };

  pin_cli_world_init (&world);
  pin_cli_world_run (&world, "snapshot --sysroot /", NULL);
  g_assert_cmpstr (world.err, ==, "");
  g_assert_cmpint (world.code, ==, 0);
  pin_cli_world_put (&world, "here.json", world.out);
  pin_cli_world_run (&world, "plan db1.xml --on here.json --json", NULL);
  g_assert_cmpstr (world.err, ==, "");
  pin_cli_assert_has (world.out, "\"domain\":\"db1\"");
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
  g_test_add_func ("/cli/help-of-each-command-has-an-example", test_help_of_each);
  g_test_add_func ("/cli/config-says-what-holds", test_config);
  g_test_add_func ("/cli/status-is-a-table", test_status);
  g_test_add_func ("/cli/plan-by-the-service", test_plan_by_service);
  g_test_add_func ("/cli/snapshot-by-the-service", test_snapshot_by_service);
  g_test_add_func ("/cli/snapshot-of-a-directory-can-be-planned-on", test_snapshot_of_a_root);
  return g_test_run ();
}
