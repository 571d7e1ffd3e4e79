/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What drain, migrate-home, balance and --make-room plan, how they follow a job that has several moves, and how they end. */
#include "fake-cluster.h"

#include <string.h>

#define FITS(setting, action, text)                                                                                                                  \
  "{\"verdict\":\"adapt\",\"actions\":{\"" setting "\":\"" action "\",\"memory\":\"keep\"},\"reasons\":["                                            \
  "{\"setting\":\"memory\",\"action\":\"keep\",\"text\":\"as written\"},"                                                                            \
  "{\"setting\":\"" setting "\",\"action\":\"" action "\",\"text\":\"" text "\"}]}"
#define MOVE(guest, from, to, whole, passing, ms, after, plan)                                                                                       \
  "{\"guest\":\"" guest "\",\"uuid\":\"" guest "-u\",\"from\":\"" from "\",\"to\":\"" to "\",\"verdict\":\"adapt\",\"cost\":16,\"whole\":" whole     \
  ",\"passing\":" passing ",\"memory_kib\":1048576,\"estimate_ms\":" ms ",\"after\":[" after "],\"why\":\"" to " is idle\",\"plan\":" plan "}"
#define STAY(guest, why) "{\"guest\":\"" guest "\",\"uuid\":\"" guest "-u\",\"on\":\"hosta\",\"why\":\"" why "\"}"
#define STATE(guests, free_kib, own, load)                                                                                                           \
  "{\"guests\":" guests ",\"total_kib\":8388608,\"free_kib\":" free_kib ",\"cpus\":8,\"own_cpus\":" own ",\"load_permille\":" load "}"
#define HOST(host, maintenance, before, after) "{\"host\":\"" host "\",\"maintenance\":" maintenance ",\"before\":" before ",\"after\":" after "}"
#define PLAN(kind, host, guest, possible, more, moves, stays, hosts)                                                                                 \
  "{\"version\":1,\"kind\":\"" kind "\",\"host\":" host ",\"guest\":" guest ",\"possible\":" possible                                                \
  ",\"exact\":true,\"parallel\":2,\"estimate_ms\":81000," more "\"moves\":[" moves "],\"stays\":[" stays "],\"hosts\":[" hosts "]}"

#define WHOLE MOVE ("db1", "hosta", "hostb", "true", "false", "40100", "", FITS ("vcpu-pins", "remap", "moved to CPUs 4-5"))
#define LESS MOVE ("db2", "hosta", "hostc", "false", "false", "5000", "0", FITS ("hugepages", "strip", "no pages"))
#define TWO_HOSTS                                                                                                                                    \
  HOST ("hosta", "true", STATE ("2", "2097152", "4", "-1"), STATE ("0", "6291456", "0", "-1"))                                                       \
  "," HOST ("hostb", "false", STATE ("1", "4194304", "2", "-1"), STATE ("1", "4194304", "2", "-1"))
#define DRAIN(moves, stays) PLAN ("drain", "\"hosta\"", "null", "true", "", moves, stays, TWO_HOSTS)
#define HOSTS_TABLE                                                                                                                                  \
  " Host                     Guests   Free memory          Own CPUs\n"                                                                               \
  "--------------------------------------------------------------------------\n"                                                                     \
  " hosta (in maintenance)   2 -> 0   2.0 GiB -> 6.0 GiB   4 of 8 -> 0 of 8\n"                                                                       \
  " hostb                    1        4.0 GiB              2 of 8\n\n"
#define ASKED(kind, subject, options) "Plan ('" kind "', '" subject "', " options ")\n"

typedef struct
{
  const char *plan;
  FakeRow row;
} PlanRow;

static void
check_plans (const PlanRow *rows, guint n_rows)
{
  g_auto (PinCliWorld) world = { NULL };
  g_auto (FakeCluster) cluster = { .rank = NULL };

  pin_cli_world_init (&world);
  fake_cluster_init (&cluster, &world);
  for (guint i = 0; i < n_rows; i++)
    {
      cluster.plan = rows[i].plan;
      fake_cluster_check (&cluster, &rows[i].row);
    }
}

#define TABLE                                                                                                                                        \
  " Move   Guest   From    To      Gets               Time   Order\n"                                                                                \
  "-------------------------------------------------------------------\n"                                                                            \
  " 1      db1     hosta   hostb   whole              41 s\n"                                                                                        \
  " 2      db2     hosta   hostc   misses hugepages   5 s    after 1\n\n"
#define REASONS                                                                                                                                      \
  "1: db1 to hostb: hostb is idle\n   vcpu-pins: remap: moved to CPUs 4-5\n"                                                                         \
  "2: db2 to hostc: hostc is idle\n   hugepages: strip: no pages\n\n"
#define STAYS_TABLE                                                                                                                                  \
  " Stays   On      Why\n-------------------------------------\n db3     hosta   hostb: no pages\n                 hostc: maintenance\n\n"
#define DB3 STAY ("db3", "hostb: no pages; hostc: maintenance")
#define NO_PLAN "pinshift: the answer of pinshift-policyd is no plan of moves; is it of another version? try systemctl restart pinshift-policyd\n"

static void
test_drain_plan (void)
{
  static const PlanRow rows[] = {
    { DRAIN (WHOLE "," LESS, ""),
      { "drain --dry-run hosta", 10, TABLE HOSTS_TABLE "hosta can be emptied: 2 moves in about 1 min 21 s, 2 at once\n", "",
        ASKED ("drain", "hosta", "{}") } },
    { DRAIN (WHOLE "," LESS, ""),
      { "drain -v --dry-run hosta", 10, TABLE REASONS HOSTS_TABLE "hosta can be emptied: 2 moves in about 1 min 21 s, 2 at once\n", "", NULL } },
    { DRAIN (WHOLE "," LESS, ""),
      { "drain -q hosta --dry-run", 10, " 2      db2     hosta   hostc   misses hugepages   5 s    after 1\n", "", NULL } },
    { DRAIN (WHOLE "," LESS, ""), { "drain --json --dry-run hosta", 10, DRAIN (WHOLE "," LESS, "") "\n", "", NULL } },
    { DRAIN (WHOLE, ""), { "drain -q --dry-run hosta", 0, "", "", NULL } },
    { DRAIN (WHOLE "," LESS, DB3),
      { "drain --dry-run hosta", 1, TABLE STAYS_TABLE HOSTS_TABLE "hosta can't be emptied, so nobody would be moved: 1 guest can't leave\n", "",
        NULL } },
    { DRAIN (WHOLE, DB3),
      { "drain -q --dry-run hosta", 1,
        " db3     hosta   hostb: no pages\n                 hostc: maintenance\nhosta can't be emptied, so nobody would be moved: 1 guest can't "
        "leave\n",
        "", NULL } },
    { DRAIN (WHOLE, DB3), { "drain --dry-run --json hosta", 1, DRAIN (WHOLE, DB3) "\n", "", NULL } },
    { PLAN ("drain", "\"hosta\"", "null", "true", "", "", "", ""),
      { "drain --dry-run hosta", 0, "No guest runs on hosta: there is nothing to move\n", "", NULL } },
    { "", { "drain --dry-run hostx", 1, "", "pinshift: no host 'hostx' in the cluster\n", NULL } },
    { "[", { "drain --dry-run hosta", 1, "", NO_PLAN, NULL } },
    { "{\"moves\":[],\"stays\":[1],\"hosts\":[]}", { "drain --dry-run hosta", 1, "", NO_PLAN, NULL } },
    { "{\"moves\":[],\"hosts\":[]}", { "drain --json --dry-run hosta", 1, "", NO_PLAN, NULL } },
    { "", { "drain", 2, "", "pinshift: drain: too few arguments; usage: pinshift drain HOST\n", "" } },
    { "", { "drain a b", 2, "", "pinshift: drain: too many arguments; usage: pinshift drain HOST\n", "" } },
    { "", { "drain --make-room hosta", 2, "", "pinshift: drain: Unknown option --make-room; usage: pinshift drain HOST\n", "" } },
  };

  check_plans (rows, G_N_ELEMENTS (rows));
}

#define ASIDE MOVE ("db2", "hosta", "hostc", "false", "true", "5000", "", "null")
#define BACK MOVE ("db2", "hostc", "hosta", "true", "false", "5000", "0,1", "null")
#define HOME(guest, moves, stays) PLAN ("home", "null", guest, "true", "", moves, stays, "")

/* Who stays is told; it fails only what was asked for by name. */
static void
test_home_plan (void)
{
  static const PlanRow rows[] = {
    { HOME ("null", ASIDE "," WHOLE "," BACK, ""),
      { "migrate-home --dry-run", 0,
        " Move   Guest   From    To      Gets        Time   Order\n"
        "----------------------------------------------------------------\n"
        " 1      db2     hosta   hostc   not whole   5 s    steps aside\n"
        " 2      db1     hosta   hostb   whole       41 s\n"
        " 3      db2     hostc   hosta   whole       5 s    after 1, 2\n\n"
        "3 moves in about 1 min 21 s, 2 at once\n",
        "", ASKED ("home", "", "{}") } },
    { HOME ("null", ASIDE, ""), { "migrate-home --dry-run --json", 10, HOME ("null", ASIDE, "") "\n", "", NULL } },
    { HOME ("null", WHOLE, DB3),
      { "migrate-home --dry-run -q", 10, " db3     hosta   hostb: no pages\n                 hostc: maintenance\n", "", NULL } },
    { HOME ("null", "", DB3), { "migrate-home --dry-run", 10, STAYS_TABLE "Nobody can be brought home: 1 guest would have to stay\n", "", NULL } },
    { HOME ("\"db3\"", "", DB3),
      { "migrate-home db3 --dry-run --make-room", 1, STAYS_TABLE "db3 can't be brought home\n", "",
        ASKED ("home", "db3", "{'make-room': <true>}") } },
    { HOME ("\"db1\"", "", ""),
      { "migrate-home --dry-run db1", 0, "db1 is where it belongs: there is nothing to move\n", "", ASKED ("home", "db1", "{}") } },
    { HOME ("null", "", ""),
      { "migrate-home --dry-run", 0, "Nobody is away from home, or misses something that is there for it: there is nothing to move\n", "", NULL } },
    { "", { "migrate-home a b", 2, "", "pinshift: migrate-home: too many arguments; usage: pinshift migrate-home [DOMAIN]\n", "" } },
  };

  check_plans (rows, G_N_ELEMENTS (rows));
}

#define BUSY(load_after, imbalance, moves)                                                                                                           \
  PLAN ("balance", "null", "null", "true", "\"imbalance\":{\"before\":45,\"after\":" imbalance "},", moves, "",                                      \
        HOST ("hosta", "false", STATE ("2", "2097152", "4", "800"), STATE ("1", "2097152", "2", load_after)))

static void
test_balance_plan (void)
{
  static const PlanRow rows[] = {
    { BUSY ("405", "12", WHOLE),
      { "balance --dry-run", 0,
        " Move   Guest   From    To      Gets    Time   Order\n"
        "------------------------------------------------------\n"
        " 1      db1     hosta   hostb   whole   41 s\n\n"
        " Host    Guests   Free memory   Own CPUs           Load\n"
        "-----------------------------------------------------------------\n"
        " hosta   2 -> 1   2.0 GiB       4 of 8 -> 2 of 8   80 % -> 40 %\n\n"
        "1 move in about 1 min 21 s\nImbalance: 45 % -> 12 %\n",
        "", ASKED ("balance", "", "{}") } },
    { BUSY ("405", "12", WHOLE), { "balance --dry-run -q", 0, "", "", NULL } },
    { PLAN ("balance", "null", "null", "true", "\"imbalance\":{\"before\":7,\"after\":7},", "", "", ""),
      { "balance --dry-run", 0, "Nothing is worth being moved\nImbalance: 7 %\n", "", NULL } },
    { PLAN ("balance", "null", "null", "true",
            "\"gaps\":[{\"host\":\"hostc\",\"why\":\"it is unreachable\"},"
            "{\"host\":\"hostd\",\"why\":\"hostd: no such method\"}],",
            "", "", ""),
      { "balance --dry-run", 0, "Planned without hostc: it is unreachable\nPlanned without hostd: no such method\nNothing is worth being moved\n", "",
        NULL } },
    { "", { "balance hosta", 2, "", "pinshift: balance: too many arguments; usage: pinshift balance\n", "" } },
  };

  check_plans (rows, G_N_ELEMENTS (rows));
}

#define ROOM(moves, stays) PLAN ("migrate", "\"hostb\"", "\"db3\"", "true", "", moves, stays, "")

static void
test_room_plan (void)
{
  static const PlanRow rows[] = {
    { ROOM (WHOLE, ""),
      { "migrate --dry-run --make-room db1", 0,
        " Move   Guest   From    To      Gets    Time   Order\n"
        "------------------------------------------------------\n"
        " 1      db1     hosta   hostb   whole   41 s\n\n"
        "1 move in about 1 min 21 s\n",
        "", ASKED ("migrate", "db1", "{'make-room': <true>}") } },
    { ROOM ("", DB3),
      { "migrate db3 hostb --dry-run --make-room", 1, STAYS_TABLE "db3 can't be moved\n", "",
        "Plan ('migrate', 'db3', {'host': <'hostb'>, 'make-room': <true>})\n" } },
  };

  check_plans (rows, G_N_ELEMENTS (rows));
}

#define BEGUN                                                                                                                                        \
  { "running", "reading", "", "", 0 }, { "running", "planning", "", "", 0 }
#define FIRST(state, text, permille)                                                                                                                 \
  {                                                                                                                                                  \
    "db1", state, "moving", "hostb", text, permille                                                                                                  \
  }
#define SECOND(state, text, permille)                                                                                                                \
  {                                                                                                                                                  \
    "db2", state, "moving", "hostc", text, permille                                                                                                  \
  }
#define LINES(subject) subject ": db1 to hostb\n" subject ": db2 to hostc\n" subject ": db1 moved to hostb\n" subject ": db2 moved to hostc\n"

/* A move shows itself before it has a destination. */
static const FakeMove one[] = { { "db1", "running", "ranking", "", "", 0 }, { NULL } };
static const FakeMove two[] = { FIRST ("running", "", 450), SECOND ("running", "", 0), { NULL } };
static const FakeMove first_over[] = { FIRST ("done", "moved to hostb", 1000), SECOND ("running", "", 100), { NULL } };
static const FakeMove both_over[] = { FIRST ("done", "moved to hostb", 1000), SECOND ("done", "moved to hostc", 1000), { NULL } };
static const FakeMove one_failed[] = { FIRST ("done", "moved to hostb", 1000), SECOND ("failed", "hostc refused: no pages", 100), { NULL } };

#define UNDER_WAY                                                                                                                                    \
  BEGUN, { "running", "moving", "", "", 0, 0, 2, one }, { "running", "moving", "", "", 200, 0, 2, two },                                             \
  {                                                                                                                                                  \
    "running", "moving", "", "", 500, 1, 2, first_over                                                                                               \
  }

static const FakeStep done[] = {
  UNDER_WAY, { "running", "waiting", "", "", 1000, 2, 2, both_over }, { "done", "moving", "", "2 of 2 guests moved", 1000, 2, 2, both_over }, { NULL }
};
static const FakeStep failed[] = { UNDER_WAY,
                                   { "failed", "moving", "", "1 of 2 guests moved; db2 stays: hostc refused: no pages; again: pinshift drain hosta",
                                     500, 1, 2, one_failed },
                                   { NULL } };
/* Its moves have begun before anybody follows it. */
static const FakeStep early[] = { { "running", "moving", "", "", 200, 0, 2, two },
                                  { "running", "moving", "", "", 500, 1, 2, first_over },
                                  { "done", "moving", "", "2 of 2 guests moved", 1000, 2, 2, both_over },
                                  { NULL } };
static const FakeStep leftover[] = { { "done", "planning", "", "nobody was moved; db3 stays: hostb is full", 0 }, { NULL } };
/* A move will not converge: that is told once. */
static const FakeMove slow_move[] = { { "db1", "running", "moving", "hostb", "", 450, .warning = "it will not converge" }, { NULL } };
static const FakeStep slow[] = { { "running", "moving", "", "", 200, 0, 1, slow_move },
                                 { "running", "moving", "", "", 200, 0, 1, slow_move },
                                 { "done", "moving", "", "2 of 2 guests moved", 1000, 1, 1, first_over },
                                 { NULL } };
static const FakeStep stuck[] = { UNDER_WAY, { NULL } };

#define CALL(method, parameters) method " (" parameters ")\n"
#define JOB_JSON(kind, state, text, stage, permille, bytes, done, moves, plan)                                                                                     \
  "{\"version\":1,\"guest\":\"\",\"uuid\":\"c7a5fdbd-edaf-9455-926a-d65c16db1809\",\"source\":\"hosta\",\"destination\":\"\","                       \
  "\"state\":\"" state "\",\"text\":\"" text "\",\"migration\":\"\",\"stage\":\"" stage "\",\"warning\":\"\",\"progress_permille\":" permille "," \
  "\"bytes\":" bytes ",\"bytes_left\":0,\"estimate_ms\":0,\"kind\":\"" kind "\",\"moves_done\":" done ",\"moves_total\":" done         \
  ",\"moves\":[" moves "],\"plan\":" plan "}\n"
#define MOVE_JSON(guest, destination)                                                                                                                \
  "{\"guest\":\"" guest "\",\"uuid\":\"\",\"source\":\"hosta\",\"destination\":\"" destination                                                       \
  "\",\"state\":\"done\",\"text\":\"moved to " destination "\",\"migration\":\"" guest "\",\"stage\":\"moving\",\"warning\":\"\"," \
  "\"progress_permille\":1000,\"bytes\":1048576000,\"bytes_left\":0,\"estimate_ms\":0}"

typedef struct
{
  const char *kind;
  const FakeStep *steps;
  FakeAfter after;
  FakeRow row;
} JobRow;

static const JobRow jobs[] = {
  { "drain",
    done,
    AFTER_NOTHING,
    { "drain hosta", 0, LINES ("drain hosta") "drain hosta: 2 of 2 guests moved\n", "", CALL ("Drain", "'hosta', {}") } },
  { "drain", done, AFTER_NOTHING, { "drain -q hosta", 0, "", "", NULL } },
  { "drain",
    done,
    AFTER_NOTHING,
    { "drain --json hosta", 0,
      JOB_JSON ("drain", "done", "2 of 2 guests moved", "moving", "1000", "1048576000", "2", MOVE_JSON ("db1", "hostb") "," MOVE_JSON ("db2", "hostc"),
                "{\"version\":1}"),
      "", NULL } },
  { "drain",
    failed,
    AFTER_NOTHING,
    { "drain hosta", 1,
      "drain hosta: db1 to hostb\ndrain hosta: db2 to hostc\ndrain hosta: db1 moved to hostb\ndrain hosta: db2 hostc refused: no pages\n"
      "  db2 stays: hostc refused: no pages\n  again: pinshift drain hosta\n",
      "pinshift: drain hosta: 1 of 2 guests moved; see pinshift drain hosta --dry-run\n", NULL } },
  { "drain",
    stuck,
    AFTER_INTERRUPT,
    { "drain -q hosta", 1, "", CANCELLING "pinshift: drain hosta: cancelled; see pinshift drain hosta --dry-run\n",
      CALL ("Drain", "'hosta', {}") CALL ("Cancel", "") } },
  { "drain", stuck, AFTER_REFUSAL, { "drain -q hosta", 0, "", CANCELLING "pinshift: can't cancel: polkit does not let you\n", NULL } },
  { "drain", done, AFTER_NOTHING, { "drain hostx", 1, "", "pinshift: no host 'hostx' in the cluster\n", NULL } },
  { "drain",
    done,
    AFTER_NOTHING,
    { "drain unseen", 1, "", "pinshift: drain unseen: it has begun; join the group libvirt to follow it, or be root\n", NULL } },
  { "home",
    leftover,
    AFTER_NOTHING,
    { "migrate-home", 0, "migrate-home: nobody was moved\n  db3 stays: hostb is full\n", "", CALL ("MigrateHome", "'', {}") } },
  { "home",
    leftover,
    AFTER_NOTHING,
    { "migrate-home --json", 0, JOB_JSON ("home", "done", "nobody was moved; db3 stays: hostb is full", "planning", "0", "0", "0", "", "null"), "", NULL } },
  { "home",
    leftover,
    AFTER_NOTHING,
    { "migrate-home --make-room db3", 0, "migrate-home db3: nobody was moved\n  db3 stays: hostb is full\n", "",
      CALL ("MigrateHome", "'db3', {'make-room': <true>}") } },
  { "home", done, AFTER_NOTHING, { "migrate-home busy", 1, "", "pinshift: busy is on its way to hostb\n", NULL } },
  { "drain", early, AFTER_NOTHING, { "drain hosta", 0, LINES ("drain hosta") "drain hosta: 2 of 2 guests moved\n", "", NULL } },
  { "balance",
    slow,
    AFTER_NOTHING,
    { "balance", 0, "balance: db1 to hostb\nbalance: db1 moved to hostb\nbalance: db2 to hostc\nbalance: 2 of 2 guests moved\n",
      "pinshift: warning: balance: db1: it will not converge\n", NULL } },
  { "balance", done, AFTER_NOTHING, { "balance", 0, LINES ("balance") "balance: 2 of 2 guests moved\n", "", NULL } },
  { "room", done, AFTER_NOTHING, { "migrate --make-room db2 hostc", 0, LINES ("db2") "db2: 2 of 2 guests moved\n", "", NULL } },
  { "home", done, AFTER_NOTHING, { "migrate-home db2", 0, LINES ("migrate-home db2") "migrate-home db2: 2 of 2 guests moved\n", "", NULL } },
  { "balance", leftover, AFTER_NOTHING, { "balance -q", 0, "", "", CALL ("Balance", "{},") } },
  { "room",
    leftover,
    AFTER_NOTHING,
    { "migrate db1 --make-room", 0, "db1: nobody was moved\n  db3 stays: hostb is full\n", "",
      CALL ("Migrate", "'db1', '', {'make-room': <true>}") } },
  { "migrate",
    leftover,
    AFTER_NOTHING,
    { "migrate --make-room db1 hostb", 0, "db1: nobody was moved; db3 stays: hostb is full\n", "",
      CALL ("Migrate", "'db1', 'hostb', {'make-room': <true>}") } },
  /* It is gone for good. */
  { "drain",
    stuck,
    AFTER_LOSS,
    { "drain -q hosta", 1, "",
      "pinshift: drain hosta: pinshift-policyd has ended meanwhile; moves that have begun may go on, others will not begin: ask again for them\n",
      NULL } },
};

static void
test_jobs (void)
{
  g_auto (PinCliWorld) world = { NULL };
  g_auto (FakeCluster) cluster = { .rank = NULL };

  pin_cli_world_init (&world);
  fake_cluster_init (&cluster, &world);
  cluster.plan = "{\"version\":1}";
  for (guint i = 0; i < G_N_ELEMENTS (jobs); i++)
    {
      cluster.kind = jobs[i].kind;
      cluster.step = jobs[i].steps;
      cluster.after = jobs[i].after;
      fake_cluster_check (&cluster, &jobs[i].row);
    }
}

/* One line for all moves, which is written over; with -v those that begin and end have lines that stay. */
static void
test_terminal (void)
{
  g_auto (PinCliWorld) world = { NULL };
  g_auto (FakeCluster) cluster = { .step = done };

  pin_cli_world_init (&world);
  fake_cluster_init (&cluster, &world);
  cluster.kind = "drain";
  pin_cli_world_run_at_terminal (&world, "drain hosta", 100);
  g_assert_cmpint (world.code, ==, 0);
  pin_cli_assert_has (world.out, "\rdrain hosta: planning");
  pin_cli_assert_has (world.out, "\rdrain hosta: 0 of 2 moved, db1 to hostb 45 %, db2 to hostc, 6.0 MiB/s");
  pin_cli_assert_has (world.out, "\rdrain hosta: 1 of 2 moved, db2 to hostc 10 %, 6.0 MiB/s");
  pin_cli_assert_has (world.out, "\rdrain hosta: 2 of 2 moved, waiting");
  g_assert_true (g_str_has_suffix (world.out, " \rdrain hosta: 2 of 2 guests moved\r\n"));
  g_assert_null (strstr (world.out, "db1 moved to hostb"));
  cluster.step = done;
  pin_cli_world_run_at_terminal (&world, "drain -v hosta", 100);
  pin_cli_assert_has (world.out, "\rdrain hosta: db1 moved to hostb\r\n");
}

/* What a dry run comes to is coloured by its exit code, where somebody looks who takes colours. */
static void
test_colours (void)
{
  static const struct
  {
    const char *plan, *no_colour, *out;
  } rows[] = {
    { DRAIN (WHOLE, ""), "", "\033[32mhosta can be emptied: 1 move in about 1 min 21 s\033[0m\r\n" },
    { DRAIN (LESS, ""), "", "\033[33mhosta can be emptied: 1 move in about 1 min 21 s\033[0m\r\n" },
    { DRAIN ("", DB3), "", "\033[31mhosta can't be emptied, so nobody would be moved: 1 guest can't leave\033[0m\r\n" },
    { DRAIN (WHOLE, ""), "1", "\nhosta can be emptied: 1 move in about 1 min 21 s\r\n" },
  };
  g_auto (PinCliWorld) world = { NULL };
  g_auto (FakeCluster) cluster = { .rank = NULL };

  pin_cli_world_init (&world);
  fake_cluster_init (&cluster, &world);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_setenv ("NO_COLOR", rows[i].no_colour, TRUE);
      cluster.plan = rows[i].plan;
      pin_cli_world_run_at_terminal (&world, "drain --dry-run hosta", 100);
      pin_cli_assert_has (world.out, rows[i].out);
    }
  g_unsetenv ("NO_COLOR");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli-moves/drain-shows-its-plan", test_drain_plan);
  g_test_add_func ("/cli-moves/migrate-home-shows-its-plan", test_home_plan);
  g_test_add_func ("/cli-moves/balance-shows-its-plan", test_balance_plan);
  g_test_add_func ("/cli-moves/room-that-is-made-is-shown", test_room_plan);
  g_test_add_func ("/cli-moves/jobs-are-followed-move-by-move", test_jobs);
  g_test_add_func ("/cli-moves/moves-have-one-line-on-a-terminal", test_terminal);
  g_test_add_func ("/cli-moves/a-dry-run-ends-in-colour", test_colours);
  return g_test_run ();
}
