/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the verbs of the cluster ask pinshift-policyd, how they follow a job, what they print and how they end. */
#include "fake-cluster.h"

#include <string.h>

#define PLAN(verdict)                                                                                                  \
  "{\"version\":1,\"host\":\"hostb\",\"domain\":\"db1\",\"verdict\":\"" verdict                                        \
  "\",\"actions\":{\"vcpu-pins\":\"remap\"},"                                                                          \
  "\"cost\":16,\"reasons\":[]}"
#define CANDIDATE(host, place, more)                                                                                   \
  "{\"host\":\"" host "\",\"place\":" place ",\"verdict\":\"adapt\",\"cost\":16,\"exact\":true,\"score\":1200000,"     \
  "\"parts\":{\"fit\":1000,\"load\":500},\"why\":\"" host " is idle\"" more "}"
#define OUT "{\"host\":\"hostc\",\"place\":null,\"filter\":\"maintenance\",\"why\":\"disks are replaced\"}"
#define RANK(hosts) "{\"version\":1,\"guest\":\"db1\",\"uuid\":\"u\",\"on\":\"hosta\",\"hosts\":[" hosts "]}"
#define BOTH_HOSTS(verdict) CANDIDATE ("hostb", "1", ",\"plan\":" PLAN (verdict)) "," OUT
#define BOTH(verdict) RANK (BOTH_HOSTS (verdict))
#define TAKES(ms, hosts) "{\"version\":1,\"guest\":\"db1\",\"uuid\":\"u\",\"on\":\"hosta\",\"hosts\":[" hosts "],\"estimate_ms\":" #ms ",\"dirty_kib_s\":9216,\"warning\":\"it may not\"}"
#define TABLE                                                                                                          \
  " Place   Host    Verdict       Score     Cost   Why\n"                                                              \
  "--------------------------------------------------------------------\n"
#define ROW_B " 1       hostb   adapt         1200000   16     hostb is idle\n"
#define ROW_C " -       hostc   maintenance   -         -      disks are replaced\n"
#define WITH_PARTS                                                                                                     \
  " Place   Host    Verdict       Score     Cost   Fit    Load   Why\n"                                                \
  "----------------------------------------------------------------------------------\n"                              \
  " 1       hostb   adapt         1200000   16     1000   500    hostb is idle\n"                                      \
  " -       hostc   maintenance   -         -      -      -      disks are replaced\n"

#define MEASURED(plans) "Rank ('db1', {'measure': <true>, 'plans': <uint32 " #plans ">})\n"
#define ASKED(plans) "Rank ('db1', {'plans': <uint32 " #plans ">})\n"

static void
test_rank (void)
{
  static const struct
  {
    const char *rank;
    FakeRow row;
  } cases[] = {
    { BOTH ("adapt"), { "rank db1", 0, TABLE ROW_B ROW_C, "", ASKED (1) } },
    { BOTH ("adapt"),
      { "rank -q db1", 0, " 1       hostb   adapt     1200000   16     hostb is idle\n", "", NULL } },
    { BOTH ("adapt"), { "rank -v db1", 0, WITH_PARTS, "", NULL } },
    { BOTH ("adapt"), { "rank --json db1", 0, BOTH ("adapt") "\n", "", NULL } },
    { RANK (OUT), { "rank -q db1", 1, "No host can take db1\n", "", NULL } },
    { RANK (OUT), { "rank --json db1", 1, RANK (OUT) "\n", "", NULL } },
    { RANK (OUT),
      { "rank db1", 1,
        " Place   Host    Verdict       Score   Cost   Why\n"
        "------------------------------------------------------------------\n"
        " -       hostc   maintenance   -       -      disks are replaced\n\nNo host can take db1\n",
        "", NULL } },
    { "{\"omitted\":7,\"hosts\":[" OUT "]}",
      { "rank db1", 1,
        " Place   Host    Verdict       Score   Cost   Why\n"
        "------------------------------------------------------------------\n"
        " -       hostc   maintenance   -       -      disks are replaced\n ... and 7 more\n\nNo host can take db1\n",
        "", NULL } },
    { RANK (""), { "rank -q db1", 1, "No host can take db1\n", "", NULL } },
    { "", { "rank no-one", 1, "", "pinshift: no guest 'no-one' in the cluster\n", NULL } },
    { "[", { "rank db1", 1, "", "pinshift: the answer of pinshift-policyd is no list of hosts; is it of another version? try systemctl restart pinshift-policyd\n", NULL } },
    { "{\"hosts\":[1]}",
      { "rank db1", 1, "", "pinshift: the answer of pinshift-policyd is no list of hosts; is it of another version? try systemctl restart pinshift-policyd\n", NULL } },
  };
  g_auto (PinCliWorld) world = { NULL };
  g_auto (FakeCluster) cluster = { .rank = NULL };

  pin_cli_world_init (&world);
  fake_cluster_init (&cluster, &world);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      cluster.rank = cases[i].rank;
      fake_cluster_check (&cluster, &cases[i].row);
    }
}

#define SHOWN(verdict, tail)                                                                                           \
  "db1 on hostb\n Setting     Action   What and why\n------------------------------------\n vcpu-pins   "              \
  "remap\nVerdict: " verdict tail "\n"
#define THIRD                                                                                                          \
  RANK (CANDIDATE ("hosta", "1", "") "," CANDIDATE ("hostd", "2", "") "," CANDIDATE ("hostb", "3",                     \
                                                                                     ",\"plan\":" PLAN ("keep")))

static void
test_dry_run (void)
{
  static const struct
  {
    const char *rank;
    FakeRow row;
  } cases[] = {
    { BOTH ("adapt"),
      { "migrate --dry-run db1", 10, TABLE ROW_B ROW_C "\n" SHOWN ("adapt", ", cost 16"), "", MEASURED (1) } },
    { TAKES (81000, BOTH_HOSTS ("keep")),
      { "migrate --dry-run db1 hostb", 0, TABLE ROW_B ROW_C "\n" SHOWN ("keep", "") "Estimated time: 1 min 21 s\nWarning: it may not\n", "", MEASURED (1) } },
    { TAKES (81000, OUT), { "migrate -q --dry-run db1", 1, "No host can take db1\n", "", NULL } },
    { BOTH ("keep"), { "migrate --dry-run --json db1 hostb", 0, BOTH ("keep") "\n", "", MEASURED (1) } },
    { THIRD, { "migrate -q db1 hostb --dry-run", 0, " vcpu-pins   remap\n", "", MEASURED (1) MEASURED (3) } },
    { THIRD, { "migrate --dry-run --json db1 hostb", 0, THIRD "\n", "", NULL } },
    { BOTH ("adapt"),
      { "migrate -q --dry-run db1 hostc", 1, "hostc can't take it: disks are replaced\n", "", MEASURED (1) } },
    { BOTH ("adapt"),
      { "migrate --dry-run db1 hostx", 1, "", "pinshift: no host 'hostx' in the cluster; known are: hostb, hostc\n",
        NULL } },
    { RANK (OUT), { "migrate -q --dry-run db1", 1, "No host can take db1\n", "", NULL } },
    { RANK (CANDIDATE ("hostb", "1", "")),
      { "migrate -q --dry-run db1", 1, "",
        "pinshift: the cluster has changed meanwhile, so there is no plan: try again\n", NULL } },
  };
  g_auto (PinCliWorld) world = { NULL };
  g_auto (FakeCluster) cluster = { .rank = NULL };

  pin_cli_world_init (&world);
  fake_cluster_init (&cluster, &world);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      cluster.rank = cases[i].rank;
      fake_cluster_check (&cluster, &cases[i].row);
    }
}

#define MOVE                                                                                                           \
  { "running", "ranking", "", "", 0 }, { "running", "connecting", "hostc", "", 0 },                                    \
      { "running", "connecting", "hostb", "", 0 }, { "running", "moving", "hostb", "", 450 },                          \
      { "running", "moving", "hostb", "", 900 },                                                                       \
  {                                                                                                                    \
    "running", "finishing", "hostb", "", 1000                                                                          \
  }
#define ID "0d3f6c1e-5a5b-4f0e-9d4c-0a1b2c3d4e5f"
#define LINES                                                                                                          \
  "db1: about 1 min 21 s, by its memory and the last moves\ndb1: ranking\ndb1: connecting to hostc\ndb1: connecting to hostb\ndb1: moving to hostb\ndb1: finishing on hostb\n"
#define TEXT "hostc refused: no pages; moved to hostb"
#define CALL(host) "Migrate ('db1', '" host "', {})\n"
#define CALL_LOUD(host) "Migrate ('db1', '" host "', {'measure': <true>})\n"

static const FakeStep done[] = { MOVE, { "done", "finishing", "hostb", TEXT, 1000 }, { NULL } };
static const FakeStep failed[] = { { "failed", "ranking", "", "no host can take db1", 0 }, { NULL } };
static const FakeStep moving[] = { MOVE, { NULL } };
#define WARNING "it will not converge: the guest writes"
static const FakeStep slow[] = { { "running", "moving", "hostb", "", 450 },
                                 { "running", "moving", "hostb", "", 520, .warning = WARNING " 9 MiB/s" },
                                 { "running", "moving", "hostb", "", 610, .warning = WARNING " 9 MiB/s" },
                                 { "running", "moving", "hostb", "", 610 },
                                 { "running", "moving", "hostb", "", 640, .warning = WARNING " 8 MiB/s" },
                                 { "failed", "moving", "hostb", "failed while moving to hostb, at 64 %: it runs on at hosta", 640 },
                                 { NULL } };
#define ESTIMATE "db1: about 1 min 21 s, by its memory and the last moves\n"
#define WARNED "pinshift: warning: db1: " WARNING " 9 MiB/s\n"
#define LOST "pinshift: db1: failed while moving to hostb, at 64 %: it runs on at hosta; see pinshift log " ID "\n"

static const struct
{
  const FakeStep *steps;
  FakeAfter after;
  FakeRow row;
} migrations[] = {
  { done, AFTER_NOTHING, { "migrate db1", 0, LINES "db1: " TEXT "\n  migration " ID "\n", "", CALL_LOUD ("") } },
  { done, AFTER_NOTHING, { "migrate -q db1 hostb", 0, "", "", CALL ("hostb") } },
  { done,
    AFTER_NOTHING,
    { "migrate --json db1", 0,
      "{\"version\":1,\"guest\":\"db1\",\"uuid\":\"c7a5fdbd-edaf-9455-926a-d65c16db1809\",\"source\":\"hosta\","
      "\"destination\":\"hostb\","
      "\"state\":\"done\",\"text\":\"" TEXT "\",\"migration\":\"" ID "\",\"stage\":\"finishing\",\"warning\":\"\","
      "\"progress_permille\":1000,\"bytes\":1048576000,\"bytes_left\":0,\"estimate_ms\":81000}\n",
      "", NULL } },
  { failed, AFTER_NOTHING, { "migrate db1", 1, "", "pinshift: db1: no host can take db1; see pinshift rank db1\n", NULL } },
  { failed,
    AFTER_NOTHING,
    { "migrate --json db1", 1,
      "{\"version\":1,\"guest\":\"db1\",\"uuid\":\"c7a5fdbd-edaf-9455-926a-d65c16db1809\",\"source\":\"hosta\","
      "\"destination\":\"\","
      "\"state\":\"failed\",\"text\":\"no host can take db1\",\"migration\":\"" ID "\",\"stage\":\"ranking\",\"warning\":\"\","
      "\"progress_permille\":0,\"bytes\":0,\"bytes_left\":0,\"estimate_ms\":81000}\n",
      "pinshift: db1: no host can take db1; see pinshift rank db1\n", NULL } },
  { moving,
    AFTER_INTERRUPT,
    { "migrate -q db1", 1, "", CANCELLING "pinshift: db1: cancelled; it runs on at hosta; see pinshift log " ID "\n",
      CALL ("") "Cancel ()\n" } },
  { moving,
    AFTER_REFUSAL,
    { "migrate db1", 0, LINES "db1: moved to hostb\n  migration " ID "\n", CANCELLING "pinshift: can't cancel: polkit does not let you\n",
      NULL } },
  { slow, AFTER_NOTHING, { "migrate db1", 1, ESTIMATE "db1: moving to hostb\n", WARNED LOST, NULL } },
  { slow, AFTER_NOTHING, { "migrate -q db1", 1, "", LOST, NULL } },
  { slow,
    AFTER_NOTHING,
    { "migrate -v db1", 1,
      ESTIMATE "db1: moving to hostb\n"
               "db1: moving to hostb [##########..........] 52 %, 4 min 0 s to go, 480.0 MiB left, 3.0 MiB/s, writes 1.0 MiB/s, downtime 300 ms\n"
               "db1: moving to hostb [############........] 61 %, 3 min 15 s to go, 390.0 MiB left, 3.0 MiB/s, writes 1.0 MiB/s, downtime 300 ms\n",
      WARNED LOST, NULL } },
  { done, AFTER_NOTHING, { "migrate busy", 1, "", "pinshift: busy is on its way to hostb\n", NULL } },
  { done,
    AFTER_NOTHING,
    { "migrate killer", 1, "",
      "pinshift: pinshift-policyd has ended before it answered; what it was asked for may have begun: see journalctl --unit pinshift-policyd, "
      "and ask again\n",
      NULL } },
  { done,
    AFTER_NOTHING,
    { "migrate unseen", 1, "",
      "pinshift: unseen: it has begun; join the group libvirt to follow it, or be root\n",
      NULL } },
  { moving,
    AFTER_LOSS,
    { "migrate -q db1", 1, "",
      "pinshift: db1: pinshift-policyd has ended meanwhile; the migration may go on: see virsh domjobinfo db1\n",
      NULL } },
};

/* Nothing is seen of the job of a service that has ended as soon as it had answered: that is no lack of rights. */
static void
test_ended_at_once (void)
{
  static const FakeRow row = {
    "migrate -q mortal", 1, "", "pinshift: mortal: pinshift-policyd has ended meanwhile; the migration may go on: see virsh domjobinfo mortal\n", NULL
  };
  g_auto (PinCliWorld) world = { NULL };
  g_auto (FakeCluster) cluster = { .migration = ID, .step = moving };

  pin_cli_world_init (&world);
  fake_cluster_init (&cluster, &world);
  fake_cluster_check (&cluster, &row);
}

static void
test_migrate (void)
{
  g_auto (PinCliWorld) world = { NULL };
  g_auto (FakeCluster) cluster = { .migration = ID, .estimate_ms = 81000 };

  pin_cli_world_init (&world);
  fake_cluster_init (&cluster, &world);
  for (guint i = 0; i < G_N_ELEMENTS (migrations); i++)
    {
      cluster.step = migrations[i].steps;
      cluster.after = migrations[i].after;
      fake_cluster_check (&cluster, &migrations[i].row);
    }
}

/* One line that is written over, and never wider than the terminal. */
static void
test_terminal (void)
{
  g_auto (PinCliWorld) world = { NULL };
  g_auto (FakeCluster) cluster = { .step = done, .migration = ID, .estimate_ms = 81000 };
  g_auto (GStrv) lines = NULL;
  guint n = 0;

  pin_cli_world_init (&world);
  fake_cluster_init (&cluster, &world);
  pin_cli_world_run_at_terminal (&world, "migrate db1", 100);
  g_assert_cmpint (world.code, ==, 0);
  pin_cli_assert_has (world.out, "\rdb1: connecting to hostc\r");
  pin_cli_assert_has (world.out, "\rdb1: moving to hostb [#########...........] 45 %, 550.0 MiB left");
  pin_cli_assert_has (world.out, "\rdb1: moving to hostb [############..] 90 %, 50 s to go, 100.0 MiB left, 3.0 MiB/s, writes 1.0 MiB/s\r");
  g_assert_true (g_str_has_prefix (world.out, "db1: about 1 min 21 s, by its memory and the last moves\r\n\rdb1: "));
  g_assert_true (g_str_has_suffix (world.out, " \rdb1: " TEXT "\r\n  migration " ID "\r\n"));
  cluster.step = done;
  cluster.estimate_ms = 0;
  pin_cli_world_run_at_terminal (&world, "migrate db1", 30);
  lines = g_strsplit (world.out, "\r", -1);
  for (guint i = 0; lines[i + 1] != NULL && *lines[i + 1] != '\n'; i++)
    {
      g_assert_cmpint (g_utf8_strlen (lines[i], -1), <, 30);
      n++;
    }
  g_assert_cmpuint (n, >, 5);
}

/* The line is drawn anew where the terminal becomes narrow, and wipes no more than there is room. */
static void
test_resized (void)
{
  static const FakeStep steps[] = { { "running", "moving", "hostb", "", 610 }, { NULL } };
  g_auto (PinCliWorld) world = { NULL };
  g_auto (FakeCluster) cluster = { .step = steps, .after = AFTER_RESIZE };
  const char *narrow;

  pin_cli_world_init (&world);
  fake_cluster_init (&cluster, &world);
  pin_cli_world_run_at_terminal (&world, "migrate db1", 100);
  g_assert_cmpint (world.code, ==, 0);
  narrow = strstr (world.out, NARROW_LINE);
  g_assert_nonnull (narrow);
  g_assert_cmpuint (strcspn (narrow + 1, "\r"), ==, 44);
}

#define HOSTS                                                                                                          \
  " Host    State         Maintenance\n"                                                                               \
  "-----------------------------------------------\n"
#define HOST_A " hosta   unreachable   on: disks are replaced\n"

static void
test_maintenance (void)
{
  static const FakeRow rows[] = {
    { "maintenance", 0, HOSTS HOST_A " hostb   reachable     off\n", "", "" },
    { "maintenance -q", 0, HOST_A, "", "" },
    { "maintenance hosta", 0, HOSTS HOST_A, "", "" },
    { "maintenance --json hosta", 0,
      "{\"version\":1,\"hosts\":[{\"host\":\"hosta\",\"state\":\"unreachable\",\"maintenance\":true,\"reason\":\"disks "
      "are replaced\"}]}\n",
      "", "" },
    { "maintenance hostx", 1, "", "pinshift: no host 'hostx' in the cluster; known are: hosta, hostb\n", "" },
    { "maintenance hostb on 'new disks'", 0, "", "", "SetMaintenance ('hostb', true, 'new disks')\n" },
    { "maintenance hostb off", 0, "", "", "SetMaintenance ('hostb', false, '')\n" },
    { "maintenance --json hostb on 'new disks'", 0,
      "{\"version\":1,\"hosts\":[{\"host\":\"hostb\",\"state\":\"reachable\",\"maintenance\":true,\"reason\":\"new disks\"}]}\n", "",
      "SetMaintenance ('hostb', true, 'new disks')\n" },
    { "maintenance --json hostb off", 0,
      "{\"version\":1,\"hosts\":[{\"host\":\"hostb\",\"state\":\"reachable\",\"maintenance\":false,\"reason\":\"\"}]}\n", "", NULL },
    { "maintenance hostx on", 1, "", "pinshift: no host 'hostx' in the cluster\n", NULL },
    { "maintenance hostb perhaps", 2, "",
      "pinshift: maintenance: unknown word \"perhaps\"; usage: pinshift maintenance [HOST] [on|off [REASON]]\n", "" },
    { "maintenance on because of", 2, "",
      "pinshift: maintenance: unknown word \"of\"; usage: pinshift maintenance [HOST] [on|off [REASON]]\n", "" },
  };
  g_auto (PinCliWorld) world = { NULL };
  g_auto (FakeCluster) cluster = { .rank = NULL };

  pin_cli_world_init (&world);
  fake_cluster_init (&cluster, &world);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    fake_cluster_check (&cluster, &rows[i]);
}

/* pinshiftd, as far as its host's maintenance is concerned. */
static const char introspection[] =
    "<node><interface name='org.pinshift.Host1'>"
    "<method name='SetMaintenance'><arg type='b' direction='in'/><arg type='s' direction='in'/></method>"
    "<property name='HostName' type='s' access='read'/><property name='Maintenance' type='b' access='read'/>"
    "<property name='MaintenanceReason' type='s' access='read'/></interface></node>";

static GVariant *
on_get_host (GDBusConnection *connection, const char *sender, const char *path, const char *interface,
             const char *property, GError **error, gpointer data)
{
  if (g_str_equal (property, "Maintenance"))
    return g_variant_new_boolean (TRUE);
  return g_variant_new_string (g_str_equal (property, "HostName") ? "here" : "new disks");
}

static void
on_call_host (GDBusConnection *connection, const char *sender, const char *path, const char *interface,
              const char *method, GVariant *parameters, GDBusMethodInvocation *call, gpointer data)
{
  fake_cluster_note (data, call);
  g_dbus_method_invocation_return_value (call, NULL);
}

/* A host without pinshift-policyd keeps its own maintenance; of others it knows nothing. */
static void
test_maintenance_here (void)
{
  static const GDBusInterfaceVTable vtable = { on_call_host, on_get_host, NULL, { NULL } };
  static const FakeRow rows[] = {
    { "maintenance -q", 0, " here   reachable   on: new disks\n", "", "" },
    { "maintenance -q here", 0, " here   reachable   on: new disks\n", "", "" },
    { "maintenance hostb", 1, "", "pinshift: no host 'hostb' in the cluster; known are: here\n", "" },
    { "maintenance here on 'new disks'", 0, "", "", "SetMaintenance (true, 'new disks')\n" },
    { "maintenance off", 0, "", "", "SetMaintenance (false, '')\n" },
    { "maintenance on because", 0, "", "", "SetMaintenance (true, 'because')\n" },
    { "maintenance --json off", 0,
      "{\"version\":1,\"hosts\":[{\"host\":\"here\",\"state\":\"reachable\",\"maintenance\":false,\"reason\":\"\"}]}\n", "", NULL },
  };
  g_auto (PinCliWorld) world = { NULL };
  g_auto (FakeCluster) cluster = { .rank = NULL };
  g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (introspection, NULL);
  guint object;

  pin_cli_world_init (&world);
  fake_cluster_init (&cluster, &world);
  fake_cluster_leave (&cluster);
  g_dbus_interface_skeleton_unexport (G_DBUS_INTERFACE_SKELETON (cluster.canned.skeleton));
  object = g_dbus_connection_register_object (cluster.canned.connection, "/org/pinshift/Host1", node->interfaces[0],
                                              &vtable, &cluster, NULL, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    fake_cluster_check (&cluster, &rows[i]);
  pin_cli_world_run (&world, "maintenance hostb on", NULL);
  g_assert_cmpint (world.code, ==, 1);
  pin_cli_assert_one_line (&world);
  pin_cli_assert_has (world.err, "can't reach pinshift-policyd on the system bus");
  g_dbus_connection_unregister_object (cluster.canned.connection, object);
  g_assert_true (g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (cluster.canned.skeleton),
                                                   cluster.canned.connection, "/org/pinshift/Host1", NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli-cluster/rank-is-a-table", test_rank);
  g_test_add_func ("/cli-cluster/a-dry-run-shows-the-plan-of-the-destination", test_dry_run);
  g_test_add_func ("/cli-cluster/migrate-follows-its-job", test_migrate);
  g_test_add_func ("/cli-cluster/a-service-that-ends-as-soon-as-it-has-answered-has-ended", test_ended_at_once);
  g_test_add_func ("/cli-cluster/migrate-has-one-line-on-a-terminal", test_terminal);
  g_test_add_func ("/cli-cluster/a-terminal-that-becomes-narrow-has-a-line-that-fits", test_resized);
  g_test_add_func ("/cli-cluster/maintenance-of-a-host-of-the-cluster", test_maintenance);
  g_test_add_func ("/cli-cluster/maintenance-of-this-host-alone", test_maintenance_here);
  return g_test_run ();
}
