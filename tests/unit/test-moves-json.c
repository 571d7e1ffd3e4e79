/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a forecast says as JSON: each member, once for plans that are possible and once for one that is not. */
#include "cluster/balance.h"
#include "cluster/drain.h"
#include "core/error.h"
#include "little-cluster.h"
#include "moves-json.h"

#include <json-glib/json-glib.h>
#include <string.h>

#define SMALL "node:1 core:2 mem:2G"
#define STRICT "[fit]\nvcpu-pins = keep; remap\n[drain]\nparallel = 3\n"

/* (transfer full) */
static PinGathered *
make_gaps (void)
{
  PinGathered *gaps = pin_gathered_new ();

  pin_gathered_add_gap (gaps, "d", g_error_new (PIN_ERROR, PIN_ERROR_STALE, "db-9: host d has another guest in its place now"));
  pin_gathered_add_gap (gaps, "c", g_error_new (PIN_ERROR, PIN_ERROR_FAILED, "c: Timeout\nwas reached"));
  return gaps;
}

/* What was gathered for the guests of @scene.  (transfer full) */
static PinGathered *
gather (PinScene *scene)
{
  PinGathered *gathered = pin_gathered_new ();
  guint n_rows;
  const PinHostRow *rows = pin_scene_rows (scene, &n_rows);

  for (guint i = 0; i < pin_scene_n_guests (scene); i++)
    {
      const PinSceneGuest *facts = pin_scene_guest (scene, i);
      g_autofree char *xml
          = g_strdup_printf ("<domain type='kvm'><name>%s</name><uuid>%s</uuid><memory unit='KiB'>%" G_GUINT64_FORMAT "</memory><vcpu>1</vcpu></domain>",
                             facts->guest->name, facts->guest->uuid, facts->guest->memory_kib);
      PinGatheredGuest *guest = g_new0 (PinGatheredGuest, 1);

      guest->host = g_strdup (rows[facts->on].name);
      guest->domain = pin_domain_parse (xml, strlen (xml), NULL);
      guest->original = pin_original_copy (facts->original);
      g_assert_nonnull (guest->domain);
      g_ptr_array_add (gathered->guests, guest);
    }
  pin_gathered_merge (gathered, make_gaps ());
  pin_gathered_merge (gathered, make_gaps ());
  return gathered;
}

typedef struct
{
  LittleCluster *cluster;
  PinScene *before;
  PinScene *scene;
  JsonNode *node;
  char *stays[2]; /* as text, of none and of all */
} World;

static void
world_clear (World *world)
{
  g_clear_pointer (&world->node, json_node_unref);
  g_free (world->stays[0]);
  g_free (world->stays[1]);
  pin_scene_free (world->scene);
  pin_scene_free (world->before);
  little_cluster_free (world->cluster);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (World, world_clear)

static void
world_init (World *world, const LittleHost *hosts, const LittleGuest *guests)
{
  world->cluster = little_cluster_new (STRICT, hosts, guests);
  world->before = little_cluster_scene (world->cluster);
  world->scene = little_cluster_scene (world->cluster);
}

/* Writes and reads what @moves, which it takes, come to. */
static void
write_forecast (World *world, PinForecastKind kind, const char *host, const char *guest, PinMoves *moves)
{
  guint n_rows;
  g_autoptr (PinForecast) forecast = pin_forecast_new (kind, host, guest, pin_scene_rows (world->before, &n_rows), world->scene, moves,
                                                       gather (world->before));
  g_autofree char *json = pin_moves_to_json (forecast);
  g_autoptr (GError) error = NULL;

  g_test_message ("%s", json);
  g_assert_null (strchr (json, '\n'));
  world->stays[0] = pin_forecast_stays_text (forecast, 0);
  world->stays[1] = pin_forecast_stays_text (forecast, G_MAXUINT);
  world->node = json_from_string (json, &error);
  g_assert_no_error (error);
}

/* What stands at @path, "moves.0.guest", as JSON; "nothing" where there is none.  (transfer full) */
static char *
text_at (JsonNode *node, const char *path)
{
  g_auto (GStrv) parts = g_strsplit (path, ".", -1);

  for (guint i = 0; parts[i] != NULL && node != NULL; i++)
    {
      if (JSON_NODE_HOLDS_OBJECT (node))
        node = json_object_get_member (json_node_get_object (node), parts[i]);
      else
        {
          JsonArray *array = json_node_get_array (node);
          guint at = (guint) g_ascii_strtoull (parts[i], NULL, 10);

          node = at < json_array_get_length (array) ? json_array_get_element (array, at) : NULL;
        }
    }
  return node != NULL ? json_to_string (node, FALSE) : g_strdup ("nothing");
}

typedef struct
{
  const char *path;
  const char *text; /* JSON */
} Member;

static void
assert_members (const World *world, const Member *members)
{
  for (; members->path != NULL; members++)
    {
      g_autofree char *text = text_at (world->node, members->path);

      if (g_strcmp0 (text, members->text) != 0)
        g_error ("%s: %s, not %s", members->path, text, members->text);
    }
}

static void
test_drain (void)
{
  static const LittleHost hosts[] = { { "a", SMALL, .maintenance = TRUE }, { "b", SMALL, .load_permille = 250 }, { "z", SMALL }, { NULL } };
  static const LittleGuest guests[] = { { "db", "a", NULL, LITTLE_ONE (0) }, { "web", "b", NULL, LITTLE_ONE (1) }, { NULL } };
  static const Member members[] = {
    { "version", "1" }, { "kind", "\"drain\"" }, { "host", "\"a\"" }, { "guest", "null" }, { "possible", "true" }, { "exact", "true" },
    { "parallel", "3" }, { "estimate_ms", "430" }, { "imbalance", "nothing" },
    { "moves.0.guest", "\"db\"" }, { "moves.0.uuid", "\"6f1c2d3e-0000-4000-8000-000000000001\"" }, { "moves.0.from", "\"a\"" },
    { "moves.0.verdict", "\"keep\"" }, { "moves.0.cost", "0" }, { "moves.0.whole", "true" }, { "moves.0.passing", "false" },
    { "moves.0.memory_kib", "524288" }, { "moves.0.estimate_ms", "430" }, { "moves.0.after", "[]" },
    { "moves.0.plan.version", "1" }, { "moves.0.plan.domain", "\"db\"" }, { "moves.0.plan.placement.vcpupin", "{\"0\":\"0\"}" },
    { "moves.1", "nothing" }, { "stays", "[]" },
    { "hosts.0.host", "\"a\"" }, { "hosts.0.maintenance", "true" },
    { "hosts.0.before", "{\"guests\":1,\"total_kib\":2097152,\"free_kib\":1572864,\"cpus\":2,\"own_cpus\":1,\"load_permille\":-1}" },
    { "hosts.0.after", "{\"guests\":0,\"total_kib\":2097152,\"free_kib\":2097152,\"cpus\":2,\"own_cpus\":0,\"load_permille\":-1}" },
    { "hosts.1.maintenance", "false" }, { "hosts.2", "nothing" },
    { "gaps", "[{\"host\":\"c\",\"why\":\"Timeout was reached\"},{\"host\":\"d\",\"why\":\"db-9: host d has another guest in its place now\"}]" },
    { NULL },
  };
  const PinPace pace = { PIN_PACE_RATE_KIB_S };
  g_auto (World) world = { NULL };

  world_init (&world, hosts, guests);
  write_forecast (&world, PIN_FORECAST_DRAIN, "a", NULL, pin_drain_plan (world.scene, little_cluster_row (world.cluster, "a"), &pace));
  assert_members (&world, members);
}

static void
test_stays (void)
{
  static const LittleHost hosts[] = { { "a", SMALL }, { "b", SMALL }, { NULL } };
  static const LittleGuest guests[] = { { "db", "a", NULL, LITTLE_ONE (0) }, { "web", "b", NULL, LITTLE_TWO (0, 1) }, { NULL } };
  static const Member members[] = {
    { "possible", "false" }, { "moves", "[]" }, { "stays.0.guest", "\"db\"" }, { "stays.0.uuid", "\"6f1c2d3e-0000-4000-8000-000000000001\"" },
    { "stays.0.on", "\"a\"" }, { "stays.1", "nothing" }, { "estimate_ms", "0" },
    /* The drained host is there in any case. */
    { "hosts.0.host", "\"a\"" }, { "hosts.0.after.guests", "1" }, { "hosts.1", "nothing" },
    { NULL },
  };
  const PinPace pace = { PIN_PACE_RATE_KIB_S };
  g_auto (World) world = { NULL };
  g_autofree char *why = NULL;
  g_autofree char *text = NULL;

  world_init (&world, hosts, guests);
  write_forecast (&world, PIN_FORECAST_DRAIN, "a", NULL, pin_drain_plan (world.scene, little_cluster_row (world.cluster, "a"), &pace));
  assert_members (&world, members);
  why = text_at (world.node, "stays.0.why");
  g_assert_true (g_str_has_prefix (why, "\"b: "));
  text = g_strdup_printf ("\"%s\"", world.stays[1] + strlen ("db: "));
  g_assert_cmpstr (text, ==, why);
  g_assert_cmpstr (world.stays[0], ==, "and 1 more");
}

/* Moves that wait for others, some of them for the sake of others, and a balance. */
static void
test_order (void)
{
  static const LittleHost hosts[] = { { "a", SMALL, .load_permille = 800 }, { "b", SMALL, .load_permille = 100 }, { "c", SMALL, .load_permille = 100 }, { NULL } };
  static const LittleGuest guests[] = { { "db", "a", "b", LITTLE_ONE (0) }, { "web", "b", NULL, LITTLE_UNTUNED }, { NULL } };
  static const Member members[] = {
    { "kind", "\"balance\"" }, { "host", "null" }, { "guest", "null" }, { "imbalance.before", "98" },
    { "moves.0.guest", "\"web\"" }, { "moves.0.to", "\"c\"" }, { "moves.0.passing", "true" }, { "moves.0.after", "[]" }, { "moves.0.why", "\"aside\"" },
    { "moves.1.guest", "\"db\"" }, { "moves.1.to", "\"b\"" }, { "moves.1.passing", "false" }, { "moves.1.after", "[0]" },
    { "hosts.0.host", "\"a\"" }, { "hosts.1.host", "\"b\"" }, { "hosts.2.host", "\"c\"" },
    { "hosts.0.before.load_permille", "800" }, { "hosts.2.after.guests", "1" },
    { NULL },
  };
  const PinPace pace = { PIN_PACE_RATE_KIB_S };
  g_auto (World) world = { NULL };
  PinMoves *moves = pin_moves_new ();
  PinMove *aside;

  world_init (&world, hosts, guests);
  g_assert_true (pin_moves_add (moves, world.scene, 1, 2, &pace, "aside", &aside));
  aside->passing = TRUE;
  g_assert_true (pin_moves_add (moves, world.scene, 0, 1, &pace, "it comes home", NULL));
  write_forecast (&world, PIN_FORECAST_BALANCE, NULL, NULL, moves);
  assert_members (&world, members);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/moves-json/a-drain-says-all-of-its-moves-and-hosts", test_drain);
  g_test_add_func ("/moves-json/who-stays-is-named-with-its-reason", test_stays);
  g_test_add_func ("/moves-json/moves-name-those-that-they-wait-for", test_order);
  return g_test_run ();
}
