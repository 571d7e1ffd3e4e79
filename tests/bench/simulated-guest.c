/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "simulated-guest.h"

#include <math.h>

#define DAY_MIN (24 * 60)
#define GUESTS_A_HOST 10
#define LIFE_MIN (8 * 60)
#define BURST_MIN 20
#define FIVE 5

/* What a chance is for. */
enum
{
  CHANCE_KIND = 1,
  CHANCE_BEGIN,
  CHANCE_LIFE,
  CHANCE_BASE,
  CHANCE_BASE_AGAIN,
  CHANCE_VCPUS,
  CHANCE_MEMORY,
  CHANCE_HOUR,
  CHANCE_MINUTE = 1000,
  CHANCE_BURST = 100000
};

guint
simulated_guests_n (guint hosts, guint minutes)
{
  return hosts * GUESTS_A_HOST * (minutes + 2 * LIFE_MIN) / LIFE_MIN;
}

PinRules *
simulated_guests_rules (guint n_guests)
{
  g_autoptr (GString) text = g_string_new ("");

  for (guint five = 0; five < n_guests / FIVE; five++)
    g_string_append_printf (text, "[group pair%u]\nmembers = pair-%u-*\npolicy = affinity\nstrict = yes\n"
                                  "[group apart%u]\nmembers = apart-%u-*\npolicy = anti-affinity\nstrict = yes\n", five, five, five, five);
  return estate_rules (text->str);
}

static double
chance_of (guint seed, guint number, guint what)
{
  guint64 x = ((guint64) seed << 48) ^ ((guint64) number << 24) ^ what;

  x += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  x = (x ^ (x >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  x = (x ^ (x >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return (double) ((x ^ (x >> 31)) >> 11) / (double) (G_GUINT64_CONSTANT (1) << 53);
}

double
simulated_guest_chance (const SimulatedGuest *guest, guint what)
{
  return chance_of (guest->seed, guest->number, what);
}

SimulatedBond
simulated_guest_bond (const SimulatedGuest *guest)
{
  return guest->number % FIVE == 1 ? SIMULATED_TOGETHER : guest->number % FIVE == 3 ? SIMULATED_APART : SIMULATED_FREE;
}

/* All pins name the first CPUs: where those are taken others are given. */
static PinDomain *
make_domain (const SimulatedGuest *guest)
{
  static const char *const roles[FIVE] = { "pair", "pair", "apart", "apart", "lone" };
  g_autofree char *name = g_strdup_printf ("%s-%u-%u", roles[guest->number % FIVE], guest->number / FIVE, guest->number % FIVE);
  gboolean tuned = guest->kind != SIMULATED_UNTUNED;
  EstateGuest wanted = { name, guest->number, ESTATE_UNTUNED, 2, 2, 0 };

  if (tuned)
    wanted.tuning = guest->kind == SIMULATED_PAGES ? ESTATE_PAGES : ESTATE_PINNED;
  else
    wanted.n_vcpus <<= (guint) (simulated_guest_chance (guest, CHANCE_VCPUS) * 3);
  wanted.memory_gib <<= (guint) (simulated_guest_chance (guest, CHANCE_MEMORY) * 4);
  return estate_domain (&wanted);
}

static SimulatedKind
kind_of (double chance)
{
  return chance < 0.55 ? SIMULATED_UNTUNED : chance < 0.75 ? SIMULATED_AT_HOME : chance < 0.9 ? SIMULATED_HOMELESS : SIMULATED_PAGES;
}

/* Of a pair both are of one kind, and live as long. */
void
simulated_guest_init (SimulatedGuest *guest, guint seed, guint number, guint minutes)
{
  guint one = number % FIVE == 1 ? number - 1 : number;
  gint begin = (gint) (chance_of (seed, one, CHANCE_BEGIN) * (minutes + 2 * LIFE_MIN)) - 2 * LIFE_MIN;
  gint end = begin + (gint) (chance_of (seed, one, CHANCE_LIFE) * 2 * LIFE_MIN);

  guest->seed = seed;
  guest->number = number;
  guest->kind = kind_of (chance_of (seed, one, CHANCE_KIND));
  guest->begin_min = (guint) MAX (begin, 0);
  guest->end_min = (guint) MAX (end, 0);
  guest->base = 0.15 + 0.8 * simulated_guest_chance (guest, CHANCE_BASE) * simulated_guest_chance (guest, CHANCE_BASE_AGAIN);
  guest->domain = make_domain (guest);
}

void
simulated_guest_clear (SimulatedGuest *guest)
{
  pin_domain_free (guest->domain);
}

double
simulated_guest_busy (const SimulatedGuest *guest, guint minute)
{
  double hour = 2 * G_PI * (minute + 120 * simulated_guest_chance (guest, CHANCE_HOUR)) / DAY_MIN;
  double share = guest->base * (1 - 0.6 * cos (hour)) * (0.8 + 0.4 * simulated_guest_chance (guest, CHANCE_MINUTE + minute));
  gboolean burst = simulated_guest_chance (guest, CHANCE_BURST + minute / BURST_MIN) < 0.03;

  return 1000 * (burst ? 0.9 : MIN (share, 1)) * guest->domain->guest->n_vcpus;
}
