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
    { "", 2, "no command; known are: adapt, adopt, balance, config, doctor, drain, forget, " },
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
    { "status far too many", 2, "too many arguments" },
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

#define STATUS_LOSER \
  "{\"name\":\"db1\",\"uuid\":\"c7a5fdbd-edaf-9455-926a-d65c16db1809\",\"id\":3,\"state\":\"running\",\"home\":\"hosta\"," \
  "\"actions\":{\"vcpu-pins\":\"remap\",\"hugepages\":\"strip\",\"numa-memory\":\"weaken\",\"cpu-model\":\"keep\"}," \
  "\"reasons\":{\"hugepages\":\"no pages\",\"vcpu-pins\":\"CPU 4 is another guest's own\"}," \
  "\"since\":{\"hugepages\":\"2026-11-21T21:10:06Z\",\"numa-memory\":\"2026-11-20T21:10:06Z\",\"vcpu-pins\":\"2026-11-19T21:10:06Z\"}," \
  "\"written\":{\"hugepages\":\"pages of 2 MiB\",\"vcpu-pins\":\"vCPU 0 on 4, 1 on 5\",\"numa-memory\":\"memory strict on node 1\"}," \
  "\"given\":{\"hugepages\":\"ordinary memory\",\"vcpu-pins\":\"vCPU 0 on 6, 1 on 7\",\"numa-memory\":\"memory strict on node 0-1\"}," \
  "\"misses\":[\"hugepages\",\"numa-memory\"]}"
#define STATUS_BLOCK \
  "Name:    db1\nUUID:    c7a5fdbd-edaf-9455-926a-d65c16db1809\nId:      3\nState:   running\nHome:    hosta\n" \
  "Misses:  hugepages strip, numa-memory weaken\n" \
  "\nhugepages: strip, since 2026-11-21 21:10:06\n  written    pages of 2 MiB\n  given      ordinary memory\n  why        no pages\n" \
  "\nnuma-memory: weaken, since 2026-11-20 21:10:06\n  written    memory strict on node 1\n  given      memory strict on node 0-1\n" \
  "\nvcpu-pins: remap, since 2026-11-19 21:10:06\n  written    vCPU 0 on 4, 1 on 5\n  given      vCPU 0 on 6, 1 on 7\n" \
  "  why        CPU 4 is another guest's own\n\ncpu-model: keep\n" \
  "\nWhere it would have all of it back:\n  hosta, its home; whether it could go there now, pinshift-policyd would know, which does not answer here\n"

static void
test_status (void)
{
  static const char domains[] = "[" STATUS_LOSER ",{\"name\":\"plain-guest\",\"uuid\":\"u\",\"id\":null,\"state\":\"defined\",\"home\":null,"
                                "\"actions\":{},\"reasons\":{},\"since\":{},\"written\":{},\"given\":{},\"misses\":[]}]";
  static const char claims[] = "\nClaims: c7a5fdbd-edaf-9455-926a-d65c16db1809\n";
  static const struct { const char *line; int code; const char *out, *err; } rows[] = {
    { "status", 10,
      " Name          State     Home    Since              Misses\n"
      "-----------------------------------------------------------------------------------------\n"
      " db1           running   hosta   2026-11-20 21:10   hugepages strip, numa-memory weaken\n"
      " plain-guest   defined   -       -                  -\n", "" },
    { "status -q", 10, " db1    running   hosta   2026-11-20 21:10   hugepages strip, numa-memory weaken\n", "" },
    { "status db1", 10, STATUS_BLOCK, "" },
    { "status C7A5FDBD-edaf-9455-926a-d65c16db1809", 10, STATUS_BLOCK, "" },
    { "status 3", 10, STATUS_BLOCK, "" },
    { "status -v -q", 10, STATUS_BLOCK, "" },
    { "-v status", 10, STATUS_BLOCK "\nName:    plain-guest\nUUID:    u\nId:      -\nState:   defined\nHome:    -\nMisses:  nothing\n", "" },
    { "status plain-guest", 0, "Name:    plain-guest\nUUID:    u\nId:      -\nState:   defined\nHome:    -\nMisses:  nothing\n", "" },
    { "status plain-guest -q", 0, "", "" },
    { "status nobody", 1, "", "no domain 'nobody' here" },
    { "status 4", 1, "", "no domain '4' here" },
    { "status --group nobody", 2, "", "status: no group 'nobody' in the policy; " },
    { "status --json", 10, "{\"version\":1,\"domains\":[" STATUS_LOSER ",{\"name\":\"plain-guest\",", "" },
    { "status db1 --json", 10, "\"misses\":[\"hugepages\",\"numa-memory\"],\"back\":null}],\"claims\":[", "" },
    { "status plain-guest --json", 0, "\"misses\":[]}],\"claims\":[", "" },
  };
  g_auto (PinCliWorld) world = { NULL };
  g_auto (PinCliService) service = { NULL };

  pin_cli_world_init (&world);
  pin_cli_service_init (&service, &world);
  g_setenv ("TZ", "UTC", TRUE);
  service.domains = domains;
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      gboolean all = strstr (rows[i].line, "db1") == NULL && strstr (rows[i].line, "-q") == NULL && strchr (rows[i].line, '3') == NULL;

      pin_cli_world_run (&world, rows[i].line, NULL);
      g_assert_cmpint (world.code, ==, rows[i].code);
      if (*rows[i].err != '\0')
        pin_cli_assert_one_line (&world);
      else
        g_assert_cmpstr (world.err, ==, "");
      pin_cli_assert_has (world.err, rows[i].err);
      if (strstr (rows[i].line, "json") != NULL)
        pin_cli_assert_has (world.out, rows[i].out);
      else if (g_str_has_suffix (world.out, claims) && all)
        world.out[strlen (world.out) - strlen (claims)] = '\0';
      if (strstr (rows[i].line, "json") == NULL)
        g_assert_cmpstr (world.out, ==, rows[i].out);
    }
  pin_cli_world_run (&world, "status", NULL);
  g_assert_true (g_str_has_suffix (world.out, claims));
  service.domains = "[]";
  pin_cli_world_run (&world, "status", NULL);
  g_assert_cmpint (world.code, ==, 0);
  service.domains = "[1]";
  pin_cli_world_run (&world, "status", NULL);
  g_assert_cmpint (world.code, ==, 1);
  pin_cli_assert_one_line (&world);
}

/* Nothing is wider than the terminal, and nothing is lost by that. */
static void
test_status_at_terminal (void)
{
  static const char *const lines[] = { "status", "status -v", "status db1", "status -q" };
  g_auto (PinCliWorld) world = { NULL };
  g_auto (PinCliService) service = { NULL };

  pin_cli_world_init (&world);
  pin_cli_service_init (&service, &world);
  service.domains = "[" STATUS_LOSER "]";
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_auto (GStrv) seen = NULL;

      pin_cli_world_run_at_terminal (&world, lines[i], 72);
      seen = g_strsplit (world.out, "\r\n", -1);
      for (guint l = 0; seen[l] != NULL; l++)
        g_assert_cmpint (g_utf8_strlen (seen[l], -1), <=, 72);
      pin_cli_assert_has (world.out, "weaken");
      pin_cli_assert_has (world.out, "hugepages strip");
    }
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
  g_test_add_func ("/cli/status-is-as-wide-as-the-terminal", test_status_at_terminal);
  g_test_add_func ("/cli/plan-by-the-service", test_plan_by_service);
  g_test_add_func ("/cli/snapshot-by-the-service", test_snapshot_by_service);
  g_test_add_func ("/cli/snapshot-of-a-directory-can-be-planned-on", test_snapshot_of_a_root);
  return g_test_run ();
}
