/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "simulated-day.h"

#include "cluster/balance.h"
#include "simulated-guest.h"

#include <math.h>
#include <string.h>

#define MINUTE_MS (60 * 1000)
/* Until then hosts are as they happened to be filled. */
#define BEGINNING_MIN 30
#define NOWHERE (-1)
#define CHANCE_HOST 100 /* where a guest starts */

#define SMALL "node:2 core:8 thread:2 mem:64G huge2M:8192"
#define LARGE "node:2 core:16 thread:2 mem:128G huge2M:16384"
/* What a host reports is what a load average has of each minute. */
#define REPORTED_SHARE 0.18

typedef struct
{
  SimulatedGuest is;
  PinOriginal *original;   /* NULL: it did not run yet */
  gint on;
  gint home;
  PinTenant *tenant;       /* what it has there; the host's */
  gboolean whole;
  guint cost;
  gint64 moved_ms;
  double reported_permille; /* of one CPU */
  guint n_moves;
} Guest;

typedef struct
{
  const SimulatedTerms *terms;
  PinRules *rules;
  Estate *estate;
  GArray *guests;       /* Guest */
  double *load_permille; /* by row, as it is */
  double *reported_permille;
  guint minute;
  guint n_balanced;
  SimulatedDay day;
} World;

static void
make_guests (World *world)
{
  guint n = simulated_guests_n (world->terms->hosts, world->terms->minutes);

  world->rules = simulated_guests_rules (n);
  for (guint i = 0; i < n; i++)
    {
      Guest guest = { .on = NOWHERE, .home = NOWHERE, .moved_ms = PIN_SCENE_LONG_AGO };

      simulated_guest_init (&guest.is, world->terms->seed, i, world->terms->minutes);
      g_array_append_val (world->guests, guest);
    }
}

static void
guest_clear (gpointer data)
{
  Guest *guest = data;

  simulated_guest_clear (&guest->is);
  g_clear_pointer (&guest->original, pin_original_free);
}

static void
world_init (World *world, const SimulatedTerms *terms)
{
  world->terms = terms;
  world->estate = estate_new ();
  world->guests = g_array_new (FALSE, FALSE, sizeof (Guest));
  g_array_set_clear_func (world->guests, guest_clear);
  world->load_permille = g_new0 (double, terms->hosts);
  world->reported_permille = g_new0 (double, terms->hosts);
  make_guests (world);
  for (guint i = 0; i < terms->hosts; i++)
    estate_add_host (world->estate, i % 5 == 0 ? LARGE : SMALL);
}

static void
world_clear (World *world)
{
  g_array_unref (world->guests);
  estate_free (world->estate);
  g_free (world->load_permille);
  g_free (world->reported_permille);
  pin_rules_free (world->rules);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (World, world_clear)

static void
leave (World *world, Guest *guest)
{
  estate_leave (world->estate, (guint) guest->on, guest->tenant);
  guest->on = NOWHERE;
}

static void
come (World *world, Guest *guest, guint row, const PinPlan *plan)
{
  guest->on = (gint) row;
  guest->whole = pin_plan_is_whole (plan);
  guest->cost = plan->cost;
  guest->tenant = estate_come (world->estate, row, plan->claim);
}

/* All hosts, with @guests. */
static PinScene *
scene_of (const World *world, const PinSceneGuest *guests, guint n_guests)
{
  return pin_scene_new (world->rules, (const PinHostRow *) world->estate->rows->data, world->estate->rows->len, guests, n_guests);
}

/* It comes to the first host, from any on, that can take it whole. */
static void
start (World *world, guint number)
{
  Guest *guest = &g_array_index (world->guests, Guest, number);
  guint n = world->terms->hosts, first = (guint) (simulated_guest_chance (&guest->is, CHANCE_HOST) * n);

  world->day.starts++;
  for (guint i = 0; i < n && guest->on == NOWHERE; i++)
    {
      guint row = (first + i) % n;
      const PinSnapshot *home = guest->is.kind == SIMULATED_AT_HOME ? estate_snapshot (world->estate, row) : NULL;
      g_autoptr (PinOriginal) original = estate_original (guest->is.domain, home);
      const PinSceneGuest facts = { guest->is.domain->guest, original, 0, TRUE, 0, -1, 0, PIN_SCENE_LONG_AGO, NULL };
      g_autoptr (PinScene) scene = scene_of (world, &facts, 1);
      g_autoptr (PinPlan) plan = pin_scene_plan (scene, 0, row);

      if (!pin_scene_holds_whole (scene, 0, row))
        continue;
      come (world, guest, row, plan);
      guest->original = g_steal_pointer (&original);
      guest->home = guest->is.kind == SIMULATED_AT_HOME ? (gint) row : NOWHERE;
    }
  world->day.turned_away += guest->on == NOWHERE;
}

static void
start_and_stop (World *world)
{
  for (guint i = 0; i < world->guests->len; i++)
    {
      Guest *guest = &g_array_index (world->guests, Guest, i);

      if (guest->is.begin_min == world->minute && guest->is.end_min > world->minute)
        start (world, i);
      if (guest->is.end_min == world->minute && guest->on != NOWHERE)
        leave (world, guest);
    }
}

static void
compute (World *world)
{
  memset (world->load_permille, 0, world->terms->hosts * sizeof (double));
  for (guint i = 0; i < world->guests->len; i++)
    {
      Guest *guest = &g_array_index (world->guests, Guest, i);
      double now;

      if (guest->on == NOWHERE)
        continue;
      now = simulated_guest_busy (&guest->is, world->minute);
      guest->reported_permille += (guest->reported_permille > 0 ? REPORTED_SHARE : 1) * (now - guest->reported_permille);
      world->load_permille[guest->on]
          += now / pin_site_sums (estate_row (world->estate, (guint) guest->on)->site)->n_cpus;
    }
  for (guint row = 0; row < world->terms->hosts; row++)
    {
      world->reported_permille[row] += (world->minute > 0 ? REPORTED_SHARE : 1) * (world->load_permille[row] - world->reported_permille[row]);
      estate_row (world->estate, row)->load_permille = (gint) world->reported_permille[row];
    }
}

static void
measure (World *world)
{
  double sum = 0, squares = 0, imbalance, busiest = 0;
  guint n = world->terms->hosts;

  for (guint row = 0; row < n; row++)
    {
      sum += world->load_permille[row];
      squares += world->load_permille[row] * world->load_permille[row];
      busiest = MAX (busiest, world->load_permille[row]);
    }
  imbalance = 100 * sqrt (MAX (n * squares - sum * sum, 0)) / MAX (sum, 1);
  world->day.mean_imbalance += imbalance / world->terms->minutes;
  if (world->minute >= BEGINNING_MIN)
    world->day.worst_imbalance = MAX (world->day.worst_imbalance, imbalance);
  world->day.busiest_permille += busiest / world->terms->minutes;
  world->n_balanced += imbalance < world->terms->threshold_percent;
}

static void
check_groups (World *world)
{
  for (guint i = 1; i < world->guests->len; i++)
    {
      const Guest *other = &g_array_index (world->guests, Guest, i), *one = other - 1;
      SimulatedBond bond = simulated_guest_bond (&other->is);

      if (one->on != NOWHERE && other->on != NOWHERE && bond != SIMULATED_FREE)
        world->day.groups_broken += (one->on == other->on) != (bond == SIMULATED_TOGETHER);
    }
}

static void
carry_out (World *world, const PinMove *move, guint number)
{
  Guest *guest = &g_array_index (world->guests, Guest, number);
  g_autoptr (PinTerms) terms = pin_rules_terms (world->rules, guest->is.domain->guest->name);
  gint64 now_ms = (gint64) world->minute * MINUTE_MS;
  gboolean was_whole = guest->whole;
  guint cost = guest->cost;
  g_autoptr (PinPlan) plan = NULL;

  world->day.left_home += guest->on == guest->home;
  world->day.moved_early += guest->moved_ms > now_ms - (gint64) world->terms->settle_min * MINUTE_MS;
  leave (world, guest);
  plan = pin_plan (guest->is.domain->guest, guest->original, terms, estate_snapshot (world->estate, move->to));
  world->day.planned_wrongly += plan->verdict != move->plan->verdict || plan->cost != move->plan->cost;
  come (world, guest, move->to, plan);
  world->day.lost_wholeness += (was_whole && !guest->whole) || guest->cost > cost;
  world->day.moves++;
  world->day.moved_guests += guest->n_moves++ == 0;
  world->day.moved_gib += (double) guest->is.domain->guest->memory_kib / (1 << 20);
  guest->moved_ms = now_ms;
}

static void
balance (World *world)
{
  const SimulatedTerms *given = world->terms;
  const PinBalanceTerms terms = { given->threshold_percent, given->gain_percent, (guint64) given->settle_min * MINUTE_MS, given->most,
                                  (gint64) world->minute * MINUTE_MS, { 0 } };
  g_autoptr (GArray) there = g_array_new (FALSE, FALSE, sizeof (PinSceneGuest));
  g_autoptr (GArray) numbers = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (PinScene) scene = NULL;
  g_autoptr (PinMoves) moves = NULL;

  for (guint i = 0; i < world->guests->len; i++)
    {
      const Guest *guest = &g_array_index (world->guests, Guest, i);
      const PinSceneGuest facts = { guest->is.domain->guest, guest->original, (guint) guest->on, guest->whole, guest->cost, (gint) guest->reported_permille,
                                    (guint64) (guest->reported_permille * 10), guest->moved_ms, NULL };

      if (guest->on == NOWHERE)
        continue;
      g_array_append_val (there, facts);
      g_array_append_val (numbers, i);
    }
  scene = scene_of (world, (const PinSceneGuest *) there->data, there->len);
  moves = pin_balance_plan (scene, &terms);
  world->day.rounds++;
  for (guint i = 0; i < moves->moves->len; i++)
    {
      const PinMove *move = g_ptr_array_index (moves->moves, i);

      carry_out (world, move, g_array_index (numbers, guint, move->guest));
    }
}

SimulatedDay
simulate_day (const SimulatedTerms *terms)
{
  g_auto (World) world = { NULL };

  world_init (&world, terms);
  for (; world.minute < terms->minutes; world.minute++)
    {
      start_and_stop (&world);
      compute (&world);
      measure (&world);
      if (terms->every_min > 0 && world.minute % terms->every_min == 0)
        balance (&world);
      check_groups (&world);
    }
  world.day.balanced_share = (double) world.n_balanced / terms->minutes;
  return world.day;
}
