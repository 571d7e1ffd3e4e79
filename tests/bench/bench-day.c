/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Simulates a day of many hosts, with balancing and without, and prints both as one line of JSON. */
#include "simulated-day.h"

static void
print_day (const char *name, const SimulatedDay *day)
{
  g_print ("\"%s\": {\"starts\": %u, \"turned_away\": %u, \"rounds\": %u, \"moves\": %u, \"moved_guests\": %u, \"moved_gib\": %.0f, "
           "\"mean_imbalance\": %.1f, \"worst_imbalance\": %.1f, \"balanced_share\": %.3f, \"busiest_permille\": %.0f, "
           "\"moved_early\": %u, \"lost_wholeness\": %u, \"left_home\": %u, \"groups_broken\": %u, \"planned_wrongly\": %u}",
           name, day->starts, day->turned_away, day->rounds, day->moves, day->moved_guests, day->moved_gib, day->mean_imbalance, day->worst_imbalance,
           day->balanced_share, day->busiest_permille, day->moved_early, day->lost_wholeness, day->left_home, day->groups_broken, day->planned_wrongly);
}

int
main (int argc, char **argv)
{
  SimulatedTerms terms = { .seed = 1, .hosts = 50, .minutes = 24 * 60, .every_min = 5, .settle_min = 10, .threshold_percent = 30, .gain_percent = 10,
                           .most = 10 };
  const GOptionEntry entries[] = {
    { "seed", 0, 0, G_OPTION_ARG_INT, &terms.seed, "Of all that guests do", "N" },
    { "hosts", 0, 0, G_OPTION_ARG_INT, &terms.hosts, "Hosts, with ten guests each", "N" },
    { "minutes", 0, 0, G_OPTION_ARG_INT, &terms.minutes, "Of the day", "N" },
    { "every", 0, 0, G_OPTION_ARG_INT, &terms.every_min, "Minutes from round to round", "N" },
    { "settle", 0, 0, G_OPTION_ARG_INT, &terms.settle_min, "Minutes that a guest stays", "N" },
    { "threshold", 0, 0, G_OPTION_ARG_INT, &terms.threshold_percent, "Percent", "N" },
    { "gain", 0, 0, G_OPTION_ARG_INT, &terms.gain_percent, "Percent", "N" },
    { "most", 0, 0, G_OPTION_ARG_INT, &terms.most, "Moves of a round", "N" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  SimulatedTerms never;
  SimulatedDay with, without;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || argc != 1)
    {
      g_printerr ("bench-day: %s\n", error != NULL ? error->message : "it takes no arguments");
      return 2;
    }
  never = terms;
  never.every_min = 0;
  with = simulate_day (&terms);
  without = simulate_day (&never);
  g_print ("{");
  print_day ("with", &with);
  g_print (", ");
  print_day ("without", &without);
  g_print ("}\n");
  return 0;
}
