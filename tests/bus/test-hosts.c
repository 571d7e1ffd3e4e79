/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A fleet of hosts behind relays, with all the manners that hosts can have, and what becomes of those that are well meanwhile. */
#include "core/error.h"
#include "fleet-world.h"
#include "ranking.h"
#include "usage.h"

#include <string.h>

#define PATIENCE_S 200

/* @part of what is said of one that can't be used; NULL: all is well. */
static const struct { const char *manner; PinPresence presence; const char *part; } rows[] = {
  { "well", PIN_PRESENCE_REACHABLE, NULL },
  { "mute", PIN_PRESENCE_UNREACHABLE, " relay: no answer within 5000 ms" },
  { "hanging", PIN_PRESENCE_UNREACHABLE, "Timeout was reached" },
  { "garbage", PIN_PRESENCE_UNREACHABLE, " relay: that is no bus, it says: HTTP/1.1 400 Bad Request" },
  { "broken", PIN_PRESENCE_UNREACHABLE, " relay: it sends what is no message of D-Bus" },
#ifdef PIN_EMULATED /* who is emulated does not read so many messages a second that they are too many */
  { "garbage", PIN_PRESENCE_UNREACHABLE, " relay: that is no bus, it says: HTTP/1.1 400 Bad Request" },
#else
  { "flooding", PIN_PRESENCE_UNREACHABLE, " relay: floods: more than 1000 messages a second" },
#endif
  { "flapping", PIN_PRESENCE_UNREACHABLE, " relay: " },
  { "oversized", PIN_PRESENCE_UNREACHABLE, " relay: floods: a message of more than 16 MiB" },
  { "unmanaged", PIN_PRESENCE_UNMANAGED, "was not provided by any .service files" },
  { "unreadable", PIN_PRESENCE_UNREACHABLE, "its snapshot can't be read: nodes: " },
  { "older", PIN_PRESENCE_REACHABLE, NULL },
};

typedef struct
{
  FleetWorld town;
  guint lost;       /* how often a host that is well was not reachable after it was */
  gboolean came[G_N_ELEMENTS (rows)];
  char *failures[G_N_ELEMENTS (rows)]; /* the last */
} World;

static void
on_changed (const char *name, gpointer data)
{
  World *world = data;
  guint i = (guint) g_ascii_strtoull (name + strlen ("host"), NULL, 10);
  PinHostRow row;

  if (!pin_fleet_row (world->town.fleet, name, &row))
    return;
  world->lost += world->came[i] && rows[i].presence == PIN_PRESENCE_REACHABLE && row.presence != PIN_PRESENCE_REACHABLE;
  world->came[i] |= row.presence == PIN_PRESENCE_REACHABLE;
  if (row.failure != NULL)
    {
      g_free (world->failures[i]);
      world->failures[i] = g_strdup (row.failure);
    }
}

static void
world_init (World *world, guint answer_ms)
{
  const char *manners[G_N_ELEMENTS (rows) + 1] = { NULL };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    manners[i] = rows[i].manner;
  fleet_world_init (&world->town, manners, answer_ms, on_changed, world);
}

static void
world_clear (World *world)
{
  fleet_world_clear (&world->town);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_free (world->failures[i]);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (World, world_clear)

static gboolean
lose_patience (gpointer data)
{
  const World *world = data;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_printerr ("%s: %s\n", rows[i].manner, world->failures[i]);
  g_error ("it did not come within %d s", PATIENCE_S);
  return G_SOURCE_REMOVE;
}

static void
wait_for (World *world, gboolean (*condition) (World *world))
{
  guint limit = g_timeout_add_seconds (PATIENCE_S, lose_patience, world);

  while (!condition (world))
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (limit);
}

static gboolean
is_known (const World *world, guint i)
{
  return rows[i].part != NULL ? world->failures[i] != NULL && strstr (world->failures[i], rows[i].part) != NULL : world->came[i];
}

static gboolean
all_are_known (World *world)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (!is_known (world, i))
      return FALSE;
  return TRUE;
}

static gboolean
is_silent (guint i)
{
  return g_str_equal (rows[i].manner, "mute") || g_str_equal (rows[i].manner, "hanging");
}

static gboolean
all_that_talk_are_known (World *world)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (!is_silent (i) && !is_known (world, i))
      return FALSE;
  return TRUE;
}

/* Those and no others: one that flaps may be read, too. */
static gboolean
all_well_are_read (World *world)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].part == NULL && !fleet_world_is_read (&world->town, i))
      return FALSE;
  return TRUE;
}

static gboolean
is_as_it_should_be (const World *world, guint i)
{
  PinHostRow row;
  g_autofree char *name = g_strdup_printf ("host%u", i);

  g_assert_true (pin_fleet_row (world->town.fleet, name, &row));
  return (g_str_equal (rows[i].manner, "flapping") || row.presence == rows[i].presence)
         && (rows[i].presence != PIN_PRESENCE_REACHABLE || row.load_permille == 250)
         && (!g_str_equal (rows[i].manner, "unreadable") || row.site == NULL);
}

static gboolean
all_are_as_they_should_be (World *world)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (!is_as_it_should_be (world, i))
      return FALSE;
  return all_well_are_read (world);
}

/* All at once: on a machine that stands still for seconds one that is well may be lost for a moment, too. */
static void
test_manners (void)
{
  g_auto (World) world = { { 0 } };

  world_init (&world, FLEET_WORLD_SILENCE_MS);
  wait_for (&world, all_are_known);
  wait_for (&world, all_are_as_they_should_be);
}

/* Whatever others do. */
static void
test_well (void)
{
  g_auto (World) world = { { 0 } };

  world_init (&world, FLEET_WORLD_PATIENCE_MS);
  wait_for (&world, all_that_talk_are_known);
  wait_for (&world, all_well_are_read);
  g_assert_cmpuint (world.lost, ==, 0);
}

typedef struct
{
  guint n_came;
  guint n_failed;
} Answers;

static void
on_answer (GObject *source, GAsyncResult *result, gpointer data)
{
  Answers *answers = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = pin_fleet_call_finish (result, &error);

  answers->n_came++;
  answers->n_failed += reply == NULL;
  if (error != NULL && !g_str_has_prefix (error->message, "host2"))
    g_error ("%s", error->message);
}

static gboolean
host_is_kept_off (World *world)
{
  PinHostRow row;

  return pin_fleet_row (world->town.fleet, "host0", &row) && row.maintenance && g_strcmp0 (row.maintenance_reason, "disk") == 0;
}

/* One that hangs answers nobody, in its time, and holds up no call to another. */
static void
test_calls (void)
{
  g_auto (World) world = { { 0 } };
  Answers answers = { 0, 0 };

  world_init (&world, FLEET_WORLD_PATIENCE_MS);
  wait_for (&world, all_well_are_read);
  pin_fleet_call (world.town.fleet, "host2", "SetMaintenance", g_variant_new ("(bs)", TRUE, "disk"), NULL, NULL, on_answer, &answers);
  pin_fleet_call (world.town.fleet, "host0", "SetMaintenance", g_variant_new ("(bs)", TRUE, "disk"), NULL, NULL, on_answer, &answers);
  wait_for (&world, host_is_kept_off);
  while (answers.n_came < 2)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (answers.n_failed, ==, 1);
}

static void
on_fresh (gpointer ret_n)
{
  (*(guint *) ret_n)++;
}

/* Hosts whose snapshots change ten times a second are fresh at once, and one that hangs has its deadline. */
static void
test_fresh (void)
{
  g_auto (World) world = { { 0 } };
  guint n = 0;

  world_init (&world, FLEET_WORLD_PATIENCE_MS);
  wait_for (&world, all_well_are_read);
  for (guint i = 1; i <= 20; i++)
    {
      pin_fleet_freshen (world.town.fleet, PATIENCE_S * 1000, on_fresh, &n);
      g_assert_cmpuint (n, ==, i - 1);
      while (n < i)
        g_main_context_iteration (NULL, TRUE);
    }
}

static void
on_usage (GObject *source, GAsyncResult *result, gpointer ret_usages)
{
  g_autoptr (GError) error = NULL;

  *(GHashTable **) ret_usages = pin_usage_finish (result, &error);
  g_assert_no_error (error);
}

/* Who can't say how busy its guests are, or does not, takes nothing from those who do. */
static void
test_usage (void)
{
  static const char *const names[] = { "host0", "host2", "host10", "nowhere", NULL };
  static const char *const none[] = { NULL };
  static const struct { const char *uuid; PinUsage usage; } guests[] = {
    { "00000000-0000-0000-0000-000000000000", { -1, 0 } },
    { "00000000-0000-0000-0001-000000000000", { 100, 1024 } },
    { "00000000-0000-0000-0009-000000000000", { 900, 9216 } },
  };
  g_auto (World) world = { { 0 } };
  g_autoptr (GHashTable) usages = NULL;
  g_autoptr (GHashTable) nothing = NULL;

  world_init (&world, FLEET_WORLD_PATIENCE_MS);
  wait_for (&world, all_well_are_read);
  pin_usage_ask (world.town.fleet, none, NULL, on_usage, &nothing);
  pin_usage_ask (world.town.fleet, names, NULL, on_usage, &usages);
  g_assert_null (nothing);
  while (usages == NULL || nothing == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (g_hash_table_size (nothing), ==, 0);
  g_assert_cmpuint (g_hash_table_size (usages), ==, 10);
  for (guint i = 0; i < G_N_ELEMENTS (guests); i++)
    {
      const PinUsage *usage = g_hash_table_lookup (usages, guests[i].uuid);

      g_assert_nonnull (usage);
      g_assert_cmpint (usage->cpu_permille, ==, guests[i].usage.cpu_permille);
      g_assert_cmpuint (usage->dirty_kib_s, ==, guests[i].usage.dirty_kib_s);
    }
}

typedef struct
{
  gboolean came;
  PinRankAnswer *answer;
  GError *error;
} Ranked;

static void
ranked_clear (Ranked *ranked)
{
  pin_rank_answer_free (ranked->answer);
  g_clear_error (&ranked->error);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Ranked, ranked_clear)

static void
on_ranked (GObject *source, GAsyncResult *result, gpointer data)
{
  Ranked *ranked = data;

  ranked->answer = pin_ranking_finish (result, &ranked->error);
  ranked->came = TRUE;
}

/* What is said of @guest, who may be measured, is in @ranked. */
static void
rank (World *world, const char *guest, gboolean measure, Ranked *ranked)
{
  const PinRankJsonLimits limits = { .n_plans = 1 };
  g_autoptr (PinRules) rules = pin_rules_new ();
  g_autoptr (PinExpected) expected = pin_expected_new ();
  g_autoptr (PinHistory) history = pin_history_new ();
  g_autoptr (PinRanking) ranking = pin_ranking_new (world->town.fleet, expected, history);

  pin_ranking_set_rules (ranking, rules);
  pin_ranking_ask (ranking, guest, &limits, measure, NULL, on_ranked, ranked);
  while (!ranked->came)
    g_main_context_iteration (NULL, TRUE);
  g_test_message ("%s: %s", guest, ranked->error != NULL ? ranked->error->message : ranked->answer->json);
}

static void
assert_refused (const Ranked *ranked, const char *wrong)
{
  g_assert_null (ranked->answer);
  g_assert_nonnull (strstr (ranked->error->message, wrong));
  g_assert_null (strchr (ranked->error->message, '\n'));
}

static void
assert_ranked (const Ranked *ranked)
{
  g_assert_no_error (ranked->error);
  g_assert_cmpuint (ranked->answer->route->stops->len, ==, G_N_ELEMENTS (rows));
  g_assert_nonnull (strstr (ranked->answer->json, "\"filter\":\"unreachable\""));
  g_assert_nonnull (strstr (ranked->answer->json, "\"place\":1"));
}

/* A guest that changes or goes while it is ranked costs one line. */
static void
test_ranking (void)
{
  static const struct
  {
    const char *guest;
    const char *wrong; /* a part of the line; NULL: it is ranked */
  } guests[] = {
    { "guest-0-0", NULL },
    { "00000000-0000-0000-0000-000000000000", NULL },
    { "guest-10-0", NULL },
    { "guest-0-1", "no domain of that UUID here" },
    { "guest-0-2", "host host0 has another guest in its place now; ask again" },
    { "guest-0-3", "guest-0-3: what host host0 says of it: " },
    { "guest-2-0", "no guest \"guest-2-0\" is known on any host that can be reached (see pinshift maintenance)" },
    { "guest-0", "no guest \"guest-0\" is known on any host that can be reached (see pinshift maintenance)" },
  };
  g_auto (World) world = { { 0 } };

  world_init (&world, FLEET_WORLD_PATIENCE_MS);
  wait_for (&world, all_well_are_read);
  for (guint i = 0; i < G_N_ELEMENTS (guests); i++)
    {
      g_auto (Ranked) ranked = { FALSE };

      rank (&world, guests[i].guest, i % 2 == 0, &ranked);
      if (guests[i].wrong != NULL)
        assert_refused (&ranked, guests[i].wrong);
      else
        assert_ranked (&ranked);
    }
}

/* What a guest writes counts where that is asked for, and a host that can't measure is no failure. */
static void
test_measured (void)
{
  static const struct
  {
    const char *guest;
    gboolean measure;
    const char *json;
  } rows_of_guests[] = {
    { "guest-0-9", FALSE, "\"dirty_kib_s\":0," },
    { "guest-0-9", TRUE, "\"dirty_kib_s\":9216," },
    { "guest-10-9", TRUE, "\"dirty_kib_s\":0," },
  };
  guint64 estimate_ms[G_N_ELEMENTS (rows_of_guests)];
  g_auto (World) world = { { 0 } };

  world_init (&world, FLEET_WORLD_PATIENCE_MS);
  wait_for (&world, all_well_are_read);
  for (guint i = 0; i < G_N_ELEMENTS (rows_of_guests); i++)
    {
      g_auto (Ranked) ranked = { FALSE };

      rank (&world, rows_of_guests[i].guest, rows_of_guests[i].measure, &ranked);
      g_assert_no_error (ranked.error);
      g_assert_nonnull (strstr (ranked.answer->json, rows_of_guests[i].json));
      estimate_ms[i] = ranked.answer->route->estimate_ms;
    }
  g_assert_cmpuint (estimate_ms[0], >, 0);
  g_assert_cmpuint (estimate_ms[1], >, estimate_ms[0]);
  g_assert_cmpuint (estimate_ms[2], ==, estimate_ms[0]);
}

/* A host that says nothing of a guest costs its time. */
static void
test_silence (void)
{
  g_auto (World) world = { { 0 } };
  g_auto (Ranked) ranked = { FALSE };

  world_init (&world, FLEET_WORLD_SILENCE_MS);
  wait_for (&world, all_well_are_read);
  rank (&world, "guest-0-4", TRUE, &ranked);
  assert_refused (&ranked, "host0");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  /* Hosts that are lost are worth a warning. */
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
  g_test_add_func ("/hosts/each-manner-has-its-state-and-line", test_manners);
  g_test_add_func ("/hosts/who-is-well-is-never-lost", test_well);
  g_test_add_func ("/hosts/calls-are-answered-or-fail", test_calls);
  g_test_add_func ("/hosts/all-are-fresh-when-that-is-wanted", test_fresh);
  g_test_add_func ("/hosts/a-guest-that-goes-in-mid-rank-costs-one-line", test_ranking);
  g_test_add_func ("/hosts/what-a-guest-writes-counts-where-it-is-measured", test_measured);
  g_test_add_func ("/hosts/a-guest-of-which-nothing-is-said-costs-one-line", test_silence);
  g_test_add_func ("/hosts/who-does-not-say-how-busy-guests-are-takes-nothing-from-others", test_usage);
  return g_test_run ();
}
