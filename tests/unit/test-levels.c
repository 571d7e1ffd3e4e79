/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The order in which settings are let down: the cheapest way first, each way once, and an end. */
#include "core/levels.h"
#include "format/domain-read.h"
#include "format/synthetic.h"

#include <string.h>

#define EVERYTHING "<domain type='kvm'><name>g</name><uuid>6f1c2d3e-0000-4000-8000-000000000001</uuid><memory unit='MiB'>512</memory>" \
                   "<os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os><vcpu>2</vcpu><iothreads>1</iothreads>" \
                   "<memoryBacking><hugepages/></memoryBacking><numatune><memory mode='strict' nodeset='0'/></numatune><cputune>" \
                   "<vcpupin vcpu='0' cpuset='0'/><emulatorpin cpuset='1'/><iothreadpin iothread='1' cpuset='2'/>" \
                   "<vcpusched vcpus='0' scheduler='fifo' priority='1'/><cachetune vcpus='0'>" \
                   "<cache id='0' level='3' type='both' size='3' unit='MiB'/></cachetune></cputune></domain>"

typedef struct
{
  const char *name;
  guint allowed;        /* masks of 1 << PinAction, of each setting; 0: the defaults */
  gboolean eased;
  guint n_steps;        /* 0: as many as there are */
} Case;

/* Ways to let each setting down, times each other; memory is tied or not where its nodes are weakened. */
static const Case cases[] = {
  { "all-ways-that-the-policy-allows", 0, FALSE, 3 * 5 * 4 * 4 * 4 * 2 * 2 * 2 },
  { "no-way-but-fifo-that-goes", 1u << PIN_ACTION_KEEP, FALSE, 2 },
  { "beside-the-policy", 0, TRUE, 0 },
  { "beside-a-policy-that-allows-nothing", 1u << PIN_ACTION_KEEP, TRUE, 0 },
  { "beside-a-policy-with-gaps", 1u << PIN_ACTION_KEEP | 1u << PIN_ACTION_STRIP, TRUE, 0 },
};

/* Whether what is asked for is put aside, all of it. */
static gboolean
nothing_is_left (const PinLevels *levels)
{
  for (guint setting = 0; setting < PIN_SETTING_MEMORY; setting++)
    {
      if (levels->open[setting] != 1 << PIN_ACTION_NONE && !pin_levels_open (levels, setting, PIN_ACTION_REFUSE))
        return FALSE;
    }
  return levels->short_ok;
}

static char *
text_of (const PinLevels *levels)
{
  g_autoptr (GString) text = g_string_new (levels->tied ? "tied" : "");

  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    g_string_append_printf (text, " %x", levels->open[setting]);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  const PinAction floor[PIN_SETTING_N] = { PIN_ACTION_NONE };
  g_autoptr (PinTerms) terms = pin_terms_new ();
  g_autoptr (PinDomain) domain = pin_domain_parse (EVERYTHING, strlen (EVERYTHING), NULL);
  g_autoptr (PinOriginal) original = pin_original_from (domain->placement, NULL);
  g_autoptr (PinSnapshot) host = pin_synthetic_parse ("node:2 core:4 mem:4G huge2M:512", NULL);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (PinDemand) demand = NULL;
  g_autoptr (PinLadder) ladder = NULL;
  PinLevels levels = { .key = 0 };
  guint64 last = 0;

  for (guint setting = 0; c->allowed != 0 && setting < PIN_SETTING_N; setting++)
    terms->actions[setting] = c->allowed;
  demand = pin_demand_new (domain->guest, original, terms, host->topology, NULL);
  ladder = pin_ladder_new (demand, c->eased);
  for (pin_ladder_start (ladder, floor); pin_ladder_next (ladder, &levels); last = levels.key)
    {
      g_assert_cmpuint (levels.key, >=, last);
      g_assert_true (g_hash_table_add (seen, text_of (&levels)));
    }
  if (c->n_steps != 0)
    g_assert_cmpuint (g_hash_table_size (seen), ==, c->n_steps);
  g_assert_cmpint (nothing_is_left (&levels), ==, c->eased);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/levels/%s", cases[i].name);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  return g_test_run ();
}
