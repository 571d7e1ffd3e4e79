/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records drawn from a seed. */
#include "random-record.h"

#include "random-placement.h"

static guint
below (GRand *rand, guint limit)
{
  return (guint) g_rand_int_range (rand, 0, (gint32) limit);
}

/* Nodes of four CPUs, cores of two or one, some offline. */
static PinTopology *
random_shape (GRand *rand)
{
  g_autoptr (PinTopologyBuilder) builder = pin_topology_builder_new ();
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GError) error = NULL;
  guint n_nodes = 1 + below (rand, 4);
  gboolean smt = g_rand_boolean (rand);
  PinTopology *shape;
  guint i, j;

  for (i = 0; i < n_nodes; i++)
    {
      guint id = i * 3;

      g_array_append_val (ids, id);
    }
  for (i = 0; i < n_nodes; i++)
    {
      g_autoptr (GArray) distances = g_array_new (FALSE, FALSE, sizeof (guint));

      for (j = 0; j < n_nodes; j++)
        {
          guint distance = i == j ? 10 : 11 + below (rand, 200);

          g_array_append_val (distances, distance);
        }
      pin_topology_builder_add_node (builder, i * 3, ids, distances);
    }
  for (i = 0; i < 4 * n_nodes; i++)
    {
      g_autoptr (PinCpuset) core = pin_cpuset_new_range (i & ~1u, i | 1u);

      pin_topology_builder_add_cpu (builder, i, i / 4 * 3, 0, 0, i / 2, smt ? core : NULL, smt || below (rand, 8) > 0);
    }
  pin_topology_builder_add_cpu (builder, 100, PIN_CPUSET_END, 0, 0, 0, NULL, TRUE);
  pin_topology_builder_set_cores_known (builder, smt || g_rand_boolean (rand));
  shape = pin_topology_builder_end (builder, &error);
  g_assert_no_error (error);
  return shape;
}

static PinHome *
random_home (GRand *rand)
{
  static const char *const names[] = { "hosta", "host-b.example.org", "größe <&> \"'", NULL };
  static const char *const uuids[] = { RANDOM_RECORD_UUID, "9f2c1ab0-6f5c-4a53-9d7e-08a1f2d1c001", NULL };
  PinTopology *shape = g_rand_boolean (rand) ? random_shape (rand) : NULL;
  PinHome *home = pin_home_new (uuids[below (rand, 3)], names[below (rand, 4)], shape);

  if (shape != NULL)
    pin_topology_unref (shape);
  return home;
}

static PinCpuModel *
random_cpu (GRand *rand)
{
  static const char *const features[] = { "aes", "avx512-vnni", "vmx", NULL };
  PinCpuModel *cpu = pin_cpu_model_new ();

  cpu->model = g_strdup (g_rand_boolean (rand) ? "Skylake-Server-IBRS" : NULL);
  cpu->vendor = g_strdup (g_rand_boolean (rand) ? "Intel" : NULL);
  cpu->microcode = g_rand_int (rand);
  cpu->tsc_hz = (guint64) g_rand_int (rand) << 20;
  cpu->tsc_scaling = g_rand_boolean (rand);
  cpu->nested = g_rand_boolean (rand);
  cpu->features = g_rand_boolean (rand) ? g_strdupv ((char **) features + below (rand, 4)) : NULL;
  return cpu;
}

static void
draw_setting (GRand *rand, PinRecord *record, PinSetting setting)
{
  static const char *const reasons[] = { "CPU 4 is not on this host", "zu wenig: 3 < 4 & \"mehr\"", "it's\tfull" };
  PinAction action;

  record->original->home_of[setting] = (gint) below (rand, record->original->homes->len + 1) - 1;
  do
    action = (PinAction) below (rand, PIN_ACTION_N);
  while ((pin_setting_actions (setting) & (1u << action)) == 0);
  record->actions[setting] = action;
  if (g_rand_boolean (rand))
    record->reasons[setting] = g_strdup (reasons[below (rand, 2)]);
}

PinRecord *
random_record (GRand *rand, gboolean has_homes)
{
  PinRecord *record = pin_record_new (RANDOM_RECORD_UUID);
  guint n_homes = has_homes ? below (rand, 4) : 0;
  guint i;

  record->migration = g_strdup (g_rand_boolean (rand) ? "0d5c-11:a_b.7" : NULL);
  pin_placement_free (record->original->placement);
  record->original->placement = random_placement (rand);
  pin_placement_free (record->given);
  record->given = random_placement (rand);
  pin_placement_free (record->next);
  record->next = random_placement (rand);
  for (i = 0; i < PIN_SETTING_N; i++)
    {
      record->gives |= g_rand_boolean (rand) ? 1u << i : 0;
      record->intends |= g_rand_boolean (rand) ? 1u << i : 0;
    }
  record->original->cpu = has_homes && g_rand_boolean (rand) ? random_cpu (rand) : NULL;
  for (i = 0; i < n_homes; i++)
    g_ptr_array_add (record->original->homes, random_home (rand));
  for (i = 0; i < PIN_SETTING_N; i++)
    draw_setting (rand, record, (PinSetting) i);
  return record;
}
