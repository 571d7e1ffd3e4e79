/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pinshift log: whom it asks, which lines it chooses, and how they look. */
#include "fake-cluster.h"

#include <string.h>

#define A "aaaaaaaa-0000-4000-8000-000000000001"
#define M1 "11111111-0000-4000-8000-000000000002"
#define M2 "22222222-0000-4000-8000-000000000003"
#define ID "0123456789abcdef0123456789abcdef"

/* An event at the minute @at, whose @more begins with a comma. */
#define EVENT(kind, at, priority, host, more, text)                                                                                        \
  "{\"version\":1,\"time\":\"2026-11-21T21:" at ":06.123456Z\",\"priority\":" priority ",\"event\":\"" kind "\",\"message_id\":\"" ID       \
  "\",\"host\":\"" host "\"" more ",\"text\":\"" text "\"}"
#define OF(migration) ",\"guest\":\"db1\",\"uuid\":\"" A "\",\"migration\":\"" migration "\""
#define JOB(migration, number) OF (migration) ",\"job\":\"" number "\""
#define LOG(events, unreachable) "{\"version\":1,\"events\":[" events "],\"unreachable\":[" unreachable "]}"

/* There and back, with a host whose name is longer. */
#define RECORDED EVENT ("recorded", "01", "5", "hosta", OF (M1), "db1: record written")
#define BEGUN EVENT ("migration-begun", "02", "5", "hosta", JOB (M1, "1"), "db1: moves from hosta to hostbig")
#define PLANNED EVENT ("planned", "03", "5", "hostbig", OF (M1), "db1: adapt: vcpu-pins weaken")
#define ADAPTED EVENT ("adapted", "04", "4", "hostbig", OF (M1), "db1: arrived with changes: vcpu-pins: no free CPUs on node 0")
#define RENEWED EVENT ("recorded", "05", "5", "hostbig", OF (M2), "db1: record renewed on arrival")
#define DONE EVENT ("migration-done", "06", "5", "hosta", JOB (M1, "1"), "db1: done: moved to hostbig")
#define SUGGESTED EVENT ("home-suggested", "07", "5", "hosta", ",\"guest\":\"db1\"", "db1: could go to hosta")
#define BACK EVENT ("migration-begun", "08", "5", "hosta", JOB (M2, "2"), "db1: moves from hostbig")
#define RESTORED EVENT ("restored", "09", "5", "hosta", OF (M2), "db1: arrived with all")
#define LATER EVENT ("recorded", "10", "5", "hosta", OF ("33"), "db1: record renewed on arrival")
#define THERE RECORDED "," BEGUN "," PLANNED "," ADAPTED "," RENEWED "," DONE "," SUGGESTED
#define STORY THERE "," BACK "," RESTORED "," LATER

#define AT(minute) "2026-11-21 21:" minute ":06.123  "
#define L_RECORDED AT ("01") "hosta    db1: record written\n"
#define L_BEGUN AT ("02") "hosta    db1: moves from hosta to hostbig\n"
#define L_PLANNED AT ("03") "hostbig  db1: adapt: vcpu-pins weaken\n"
#define L_ADAPTED AT ("04") "hostbig  db1: arrived with changes: vcpu-pins: no free CPUs on node 0\n"
#define L_RENEWED AT ("05") "hostbig  db1: record renewed on arrival\n"
#define L_DONE AT ("06") "hosta    db1: done: moved to hostbig\n"
#define L_SUGGESTED AT ("07") "hosta    db1: could go to hosta\n"
#define L_BACK AT ("08") "hosta    db1: moves from hostbig\n"
#define L_RESTORED AT ("09") "hosta    db1: arrived with all\n"
#define L_LATER AT ("10") "hosta    db1: record renewed on arrival\n"
#define FIRST "Migration " M1 "\n" L_RECORDED L_BEGUN L_PLANNED L_ADAPTED L_DONE

/* Two moves of a guest without tuning, which has one ID for both. */
#define PLAIN(number, at, kind, text) EVENT (kind, at, "5", "hosta", JOB (A, number), text)
#define PLAIN_STORY                                                                                                                        \
  PLAIN ("1", "01", "migration-begun", "one") "," PLAIN ("1", "02", "migration-done", "two") "," EVENT ("arrived", "03", "5", "hosta", OF (A), "three") \
      "," PLAIN ("2", "04", "migration-begun", "four") "," EVENT ("arrived", "05", "5", "hosta", OF (A), "five")
#define PLAIN_AT(minute, text) AT (minute) "hosta  " text "\n"

#define MAINTENANCE EVENT ("maintenance", "00", "5", "hostbig", "", "hostbig is in maintenance")

#define ALONE                                                                                                                              \
  "pinshift: there is no pinshift-policyd here, so no other host was asked; ask it by pinshift -H HOST log%s, or there journalctl "         \
  "PINSHIFT_MIGRATION=ID\n"

typedef struct
{
  FakeCluster cluster;
  PinCliWorld world;
  const char *json; /* the answer of either service */
} Place;

static gboolean
on_log (GDBusInterfaceSkeleton *skeleton, GDBusMethodInvocation *call, const char *what, GVariant *options, gpointer data)
{
  Place *place = data;

  fake_cluster_note (&place->cluster, call);
  g_dbus_method_invocation_return_value (call, g_variant_new ("(s)", place->json));
  return TRUE;
}

static void
place_init (Place *place)
{
  pin_cli_world_init (&place->world);
  fake_cluster_init (&place->cluster, &place->world);
  g_signal_connect (place->cluster.skeleton, "handle-log", G_CALLBACK (on_log), place);
  g_signal_connect (place->cluster.canned.skeleton, "handle-log", G_CALLBACK (on_log), place);
}

static void
place_clear (Place *place)
{
  fake_cluster_clear (&place->cluster);
  pin_cli_world_clear (&place->world);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Place, place_clear)

typedef struct
{
  const char *json;
  FakeRow row;
} Case;

static void
check (Place *place, const Case *cases, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      place->json = cases[i].json;
      fake_cluster_check (&place->cluster, &cases[i].row);
    }
}

static void
test_chosen (void)
{
  static const Case cases[] = {
    { LOG (STORY, ""), { "log db1", 0, "Migration " M2 "\n" L_RENEWED L_BACK L_RESTORED "\nNext migration 33\n" L_LATER, "", "Log ('db1', {})\n" } },
    { LOG (THERE, ""),
      { "log db1", 0, FIRST L_SUGGESTED "\nNext migration " M2 "\n" L_RENEWED, "", NULL } },
    { LOG (RECORDED "," RENEWED, ""), { "log db1", 0, "Next migration " M1 "\n" AT ("01") "hosta    db1: record written\n\nNext migration " M2 "\n" L_RENEWED, "", NULL } },
    { LOG (STORY, ""),
      { "log db1 --all", 0,
        FIRST L_SUGGESTED "\nMigration " M2 "\n" L_RENEWED L_BACK L_RESTORED "\nNext migration 33\n" L_LATER, "", "Log ('db1', {})\n" } },
    { LOG (STORY, ""), { "log db1 -n 2", 0, "Migration " M2 "\n" AT ("09") "hosta  db1: arrived with all\n\nNext migration 33\n" AT ("10") "hosta  db1: record renewed on arrival\n", "", NULL } },
    { LOG (THERE, ""), { "log " M1, 0, FIRST L_SUGGESTED "\nNext migration " M2 "\n" L_RENEWED, "", "Log ('" M1 "', {})\n" } },
    { LOG (STORY, ""), { "log -q db1", 0, "", "", NULL } },
    { LOG (STORY, ""), { "log -q db1 --all", 0, L_ADAPTED, "", NULL } },
    { LOG (PLAIN_STORY, ""), { "log db1", 0, "Migration " A "\n" PLAIN_AT ("04", "four") PLAIN_AT ("05", "five"), "", NULL } },
    { LOG (PLAIN_STORY, ""),
      { "log db1 --all", 0,
        "Migration " A "\n" PLAIN_AT ("01", "one") PLAIN_AT ("02", "two") PLAIN_AT ("03", "three") "\nMigration " A "\n" PLAIN_AT ("04", "four")
            PLAIN_AT ("05", "five"),
        "", NULL } },
    { LOG (MAINTENANCE "," BEGUN, ""),
      { "log", 0, AT ("00") "hostbig  hostbig is in maintenance\n" L_BEGUN, "", "Log ('', {})\n" } },
    { LOG (MAINTENANCE "," BEGUN, ""), { "log -n 1", 0, AT ("02") "hosta  db1: moves from hosta to hostbig\n", "", NULL } },
    { LOG (BEGUN, ""), { "log db1 --since 1970-01-02", 0, "Migration " M1 "\n" AT ("02") "hosta  db1: moves from hosta to hostbig\n", "",
                         "Log ('db1', {'since': <uint64 86400000000>})\n" } },
    { LOG (BEGUN, ""), { "log db1 -v", 0, "Migration " M1 "\n" AT ("02") "hosta  db1: moves from hosta to hostbig [migration-begun " ID "]\n", "", NULL } },
  };
  g_auto (Place) place = { { .rank = NULL } };

  place_init (&place);
  check (&place, cases, G_N_ELEMENTS (cases));
}

static void
test_answers (void)
{
  static const Case cases[] = {
    { LOG ("", ""), { "log db9", 1, "", "pinshift: no line is about 'db9'; see pinshift log --all\n", NULL } },
    { LOG ("", ""), { "log", 1, "", "pinshift: no line is there; see pinshift log --all\n", NULL } },
    { LOG ("", ""), { "log db9 --json", 1, LOG ("", "") "\n", "pinshift: no line is about 'db9'; see pinshift log --all\n", NULL } },
    { LOG (BEGUN, "\"hostc: gone\",\"hostd: never\\nheard\""),
      { "log -n 1", 0, AT ("02") "hosta  db1: moves from hosta to hostbig\n", "pinshift: not asked: hostc: gone\npinshift: not asked: hostd: never heard\n",
        NULL } },
    { LOG (BEGUN, "\"hostc: gone\""), { "log --json", 0, LOG (BEGUN, "\"hostc: gone\"") "\n", "pinshift: not asked: hostc: gone\n", NULL } },
    { LOG (RECORDED "," BEGUN "," ADAPTED, ""), { "log --json -q db1", 0, LOG (ADAPTED, "") "\n", "", NULL } },
    { "{\"version\":1,\"events\":[1,{},{\"time\":\"never\"}," BEGUN "],\"unreachable\":[7]}",
      { "log", 0, AT ("02") "hosta  db1: moves from hosta to hostbig\n", "pinshift: not asked: \n", NULL } },
    { "[]", { "log", 1, "", "pinshift: the answer of the service is no log; see that it is of the same version as pinshift\n", NULL } },
    { "{\"events\":{}}", { "log", 1, "", "pinshift: the answer of the service is no log; see that it is of the same version as pinshift\n", NULL } },
    { "{", { "log", 1, "", "pinshift: the answer of the service is no log; see that it is of the same version as pinshift\n", NULL } },
  };
  g_auto (Place) place = { { .rank = NULL } };

  place_init (&place);
  check (&place, cases, G_N_ELEMENTS (cases));
}

/* Who has no pinshift-policyd is told of this host, and that it is the only one. */
static void
test_alone (void)
{
  static const struct { const char *line, *behind, *asked; } rows[] = {
    { "log", "", "Log ('', {})\n" },
    { "log db1", " db1", "Log ('db1', {})\n" },
  };
  g_auto (Place) place = { { .rank = NULL } };

  place_init (&place);
  fake_cluster_leave (&place.cluster);
  place.json = LOG (BEGUN, "");
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GString) said = g_string_new (ALONE);

      g_string_replace (said, "%s", rows[i].behind, 0);
      g_string_truncate (place.cluster.asked, 0);
      pin_cli_world_run (&place.world, rows[i].line, NULL);
      g_assert_cmpint (place.world.code, ==, 0);
      g_assert_cmpstr (place.world.err, ==, said->str);
      g_assert_cmpstr (place.cluster.asked->str, ==, rows[i].asked);
      pin_cli_assert_has (place.world.out, AT ("02") "hosta  db1: moves from hosta to hostbig\n");
    }
}

/* No line is wider than the terminal; what goes on stands below the text; warnings are in color. */
static void
test_terminal (void)
{
  g_auto (Place) place = { { .rank = NULL } };
  g_auto (GStrv) lines = NULL;

  place_init (&place);
  place.json = LOG (PLANNED "," ADAPTED, "");
  pin_cli_world_run_at_terminal (&place.world, "log db1", 80);
  g_assert_cmpint (place.world.code, ==, 0);
  pin_cli_assert_has (place.world.out, "\033[1mMigration " M1 "\033[0m\r\n");
  pin_cli_assert_has (place.world.out, AT ("03") "hostbig  db1: adapt: vcpu-pins weaken\r\n");
  pin_cli_assert_has (place.world.out, AT ("04") "hostbig  \033[33mdb1: arrived with changes: vcpu-pins: no free");
  pin_cli_assert_has (place.world.out, "\r\n                                  CPUs on node 0\033[0m\r\n");
  pin_cli_world_run_at_terminal (&place.world, "log db1 --no-color", 60);
  g_assert_null (strchr (place.world.out, '\033'));
  lines = g_strsplit (place.world.out, "\r\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    g_assert_cmpint (g_utf8_strlen (lines[i], -1), <=, 60);
}

/* What an event has in its text reaches no terminal as it is. */
static void
test_escapes (void)
{
  g_auto (Place) place = { { .rank = NULL } };

  place_init (&place);
  place.json = LOG (EVENT ("planned", "01", "5", "host\\u001b[1m", OF ("\\u001b[2J"), "db1: \\u001b[31mred\\nnext"), "");
  pin_cli_world_run (&place.world, "log db1", NULL);
  g_assert_cmpint (place.world.code, ==, 0);
  g_assert_null (strchr (place.world.out, '\033'));
  pin_cli_assert_has (place.world.out, "red next\n");
}

/* Where a time of day is meant, it is the reader's. */
static void
test_zone (void)
{
  static const struct { const char *zone, *line, *asked, *shown; } rows[] = {
    { "UTC", "log --since '1970-01-02 01:00'", "Log ('', {'since': <uint64 90000000000>})\n", "2026-11-21 21:02:06.123  hosta" },
    { "XYZ-2", "log --since '1970-01-02 01:00'", "Log ('', {'since': <uint64 82800000000>})\n", "2026-11-21 23:02:06.123  hosta" },
    { "XYZ-2", "log --since '1970-01-02 01:00:01'", "Log ('', {'since': <uint64 82801000000>})\n", "2026-11-21 23:02:06.123  hosta" },
  };
  g_auto (Place) place = { { .rank = NULL } };

  place_init (&place);
  place.json = LOG (BEGUN, "");
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_setenv ("TZ", rows[i].zone, TRUE);
      g_string_truncate (place.cluster.asked, 0);
      pin_cli_world_run (&place.world, rows[i].line, NULL);
      g_setenv ("TZ", "UTC", TRUE);
      g_assert_cmpstr (place.cluster.asked->str, ==, rows[i].asked);
      pin_cli_assert_has (place.world.out, rows[i].shown);
    }
}

int
main (int argc, char **argv)
{
  g_setenv ("TZ", "UTC", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli-log/which-lines-are-shown", test_chosen);
  g_test_add_func ("/cli-log/answers-good-and-bad", test_answers);
  g_test_add_func ("/cli-log/without-a-cluster-of-one-host", test_alone);
  g_test_add_func ("/cli-log/on-a-terminal", test_terminal);
  g_test_add_func ("/cli-log/no-escapes-of-others", test_escapes);
  g_test_add_func ("/cli-log/times-are-the-readers", test_zone);
  return g_test_run ();
}
