/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a guest would have all of it back, as pinshift status tells from what pinshift-policyd says. */
#include "fake-cluster.h"

#include <string.h>

#define UUID "c7a5fdbd-edaf-9455-926a-d65c16db1809"
#define GUEST \
  "[{\"name\":\"db1\",\"uuid\":\"" UUID "\",\"id\":3,\"state\":\"running\",\"home\":\"hosta\",\"actions\":{\"hugepages\":\"strip\"}," \
  "\"reasons\":{\"hugepages\":\"no pages\"},\"since\":{},\"written\":{},\"given\":{},\"misses\":[\"hugepages\"]}]"
#define MOVE(to, whole) "{\"guest\":\"db1\",\"uuid\":\"" UUID "\",\"from\":\"hostb\",\"to\":\"" to "\",\"whole\":" whole ",\"passing\":false}"
#define OTHER "{\"guest\":\"db7\",\"uuid\":\"e7a5fdbd-edaf-9455-926a-d65c16db1809\",\"from\":\"hosta\",\"to\":\"hostc\",\"whole\":true,\"passing\":false}"
#define PLAN(moves, stays) "{\"version\":1,\"kind\":\"home\",\"moves\":[" moves "],\"stays\":[" stays "]}"
#define STAY "{\"guest\":\"db1\",\"uuid\":\"" UUID "\",\"on\":\"hostb\",\"why\":\"128 pages of 2 MiB wanted, 3 free on hosta\"}"
#define HOST(name, action) "{\"host\":\"" name "\",\"place\":1,\"plan\":{\"actions\":{\"hugepages\":\"" action "\",\"vcpu-pins\":\"remap\"}}}"
#define OUT "{\"host\":\"hosta\",\"place\":null,\"filter\":\"maintenance\",\"why\":\"in maintenance: disks\"}"
#define RANK(hosts) "{\"version\":1,\"guest\":\"db1\",\"hosts\":[" hosts "]}"
#define BACK "\nWhere it would have all of it back:\n"

typedef struct
{
  const char *what;
  const char *plan;
  const char *rank;
  const char *back;  /* the end of the text */
  const char *json;
} Row;

static const Row rows[] = {
  { "home has room", PLAN (MOVE ("hosta", "true"), ""), RANK (HOST ("hosta", "keep") "," HOST ("hostc", "strip")),
    BACK "  hosta, its home: now: pinshift migrate-home db1\n",
    "\"back\":[{\"host\":\"hosta\",\"home\":true,\"now\":true,\"command\":\"pinshift migrate-home db1\"}]" },
  { "home by way of another, and another host", PLAN (OTHER "," MOVE ("hosta", "true"), ""), RANK (HOST ("hostc", "keep")),
    BACK "  hosta, its home: now, in 2 moves: pinshift migrate-home db1\n  hostc: now: pinshift migrate db1 hostc\n",
    "{\"host\":\"hostc\",\"home\":false,\"now\":true,\"command\":\"pinshift migrate db1 hostc\"}]" },
  { "home is full, another host is not", PLAN ("", STAY), RANK (HOST ("hostc", "keep") "," HOST ("hosta", "strip")),
    BACK "  hosta, its home: not now: 128 pages of 2 MiB wanted, 3 free on hosta\n  hostc: now: pinshift migrate db1 hostc\n",
    "\"back\":[{\"host\":\"hosta\",\"home\":true,\"now\":false,\"why\":\"128 pages" },
  { "home is out, and there is nothing else", PLAN ("", ""), RANK (HOST ("hostc", "weaken") "," OUT),
    BACK "  hosta, its home: not now: in maintenance: disks\n", "\"now\":false,\"why\":\"in maintenance: disks\"}]" },
  { "going home brings only some of it back", PLAN (MOVE ("hosta", "false"), ""), RANK (HOST ("hostc", "strip")),
    BACK "  nowhere now; pinshift rank tells why of each host\n", "\"back\":[]" },
  { "another's move is not its own", PLAN (OTHER, ""), RANK (""), BACK "  nowhere now; pinshift rank tells why of each host\n", "\"back\":[]" },
  { "an answer that is none", "[]", RANK (""), "which does not answer here\n", "\"back\":null" },
};

static void
test_back (void)
{
  g_auto (PinCliWorld) world = { NULL };
  g_auto (FakeCluster) cluster = { { NULL } };

  pin_cli_world_init (&world);
  fake_cluster_init (&cluster, &world);
  cluster.canned.domains = GUEST;
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("%s", rows[i].what);
      cluster.plan = rows[i].plan;
      cluster.rank = rows[i].rank;
      pin_cli_world_run (&world, "status db1", NULL);
      g_assert_cmpint (world.code, ==, 10);
      if (!g_str_has_suffix (world.out, rows[i].back))
        g_error ("it ends otherwise:\n%s", world.out);
      pin_cli_world_run (&world, "status db1 --json", NULL);
      pin_cli_assert_has (world.out, rows[i].json);
    }
}

#define WHY "its record stays as it is, and so does the guest: the record is of version 2, only 1 is read"
#define LEFT \
  "[{\"name\":\"db1\",\"uuid\":\"" UUID "\",\"id\":3,\"state\":\"running\",\"home\":null,\"actions\":{},\"reasons\":{},\"since\":{}," \
  "\"written\":{},\"given\":{},\"misses\":[],\"left\":\"" WHY "\"}]"

/* Nobody says that a guest misses nothing whose record was not read. */
static void
test_another_version (void)
{
  static const struct { const char *command, *said; } said[] = {
    { "status", "not known: its record is of another version" },
    { "status db1", "Misses:  not known: " WHY },
    { "status --json", "\"left\":\"" WHY "\"" },
  };
  g_auto (PinCliWorld) world = { NULL };
  g_auto (FakeCluster) cluster = { { NULL } };

  pin_cli_world_init (&world);
  fake_cluster_init (&cluster, &world);
  cluster.canned.domains = LEFT;
  for (guint i = 0; i < G_N_ELEMENTS (said); i++)
    {
      pin_cli_world_run (&world, said[i].command, NULL);
      g_assert_cmpint (world.code, ==, 0);
      pin_cli_assert_has (world.out, said[i].said);
    }
  pin_cli_world_run (&world, "status -q", NULL);
  g_assert_cmpstr (world.out, ==, "");
}

/* The list asks nobody else: it is quick wherever the cluster is. */
static void
test_list_asks_one_service (void)
{
  g_auto (PinCliWorld) world = { NULL };
  g_auto (FakeCluster) cluster = { { NULL } };

  pin_cli_world_init (&world);
  fake_cluster_init (&cluster, &world);
  cluster.canned.domains = GUEST;
  cluster.plan = PLAN ("", "");
  cluster.rank = RANK ("");
  pin_cli_world_run (&world, "status", NULL);
  pin_cli_world_run (&world, "status --json", NULL);
  g_assert_cmpstr (cluster.asked->str, ==, "");
  pin_cli_world_run (&world, "status -v", NULL);
  g_assert_cmpstr (cluster.asked->str, ==, "Plan ('home', '" UUID "', {})\nRank ('" UUID "', {'plans': <uint32 8>})\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli-status/where-it-would-have-all-of-it-back", test_back);
  g_test_add_func ("/cli-status/what-a-guest-misses-whose-record-is-another-version's", test_another_version);
  g_test_add_func ("/cli-status/the-list-asks-one-service", test_list_asks_one_service);
  return g_test_run ();
}
