/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ways of the L3 caches, and how many of them groups of the resource control file system have. */
#include "host/sysfs-root.h"

#include <string.h>

#define RESCTRL "fs/resctrl"

/* The mask of all ways.  With CDP on, code and data have masks of their own over the same ways. */
static guint64
read_full_mask (int sys)
{
  static const char *const paths[] = { RESCTRL "/info/L3/cbm_mask", RESCTRL "/info/L3CODE/cbm_mask" };
  guint64 mask = 0;

  for (guint i = 0; i < G_N_ELEMENTS (paths) && mask == 0; i++)
    {
      g_autofree char *text = pin_sysfs_read (sys, paths[i], PIN_SYSFS_ATTRIBUTE_MAX, NULL);

      if (text == NULL || !g_ascii_string_to_unsigned (text, 16, 1, G_MAXUINT64, &mask, NULL))
        mask = 0;
    }
  return mask;
}

static guint
count_bits (guint64 mask)
{
  return (guint)__builtin_popcountll (mask);
}

/* Adds the masks of a line like "L3:0=fff;1=00f" to @used: cache id -> mask, both as pointers to guint64. */
static void
add_schema (const char *line, GHashTable *used)
{
  const char *colon = strchr (line, ':');
  g_auto (GStrv) parts = colon == NULL ? NULL : g_strsplit (colon + 1, ";", -1);

  for (guint i = 0; parts != NULL && parts[i] != NULL; i++)
    {
      g_auto (GStrv) pair = g_strsplit (parts[i], "=", 2);
      guint64 id;
      guint64 mask;
      guint64 *known;

      if (g_strv_length (pair) != 2 || !g_ascii_string_to_unsigned (pair[0], 10, 0, G_MAXUINT, &id, NULL)
          || !g_ascii_string_to_unsigned (pair[1], 16, 0, G_MAXUINT64, &mask, NULL))
        continue;
      known = g_hash_table_lookup (used, &id);
      if (known != NULL)
        *known |= mask;
      else
        g_hash_table_insert (used, g_memdup2 (&id, sizeof id), g_memdup2 (&mask, sizeof mask));
    }
}

static void
add_group (int sys, const char *group, GHashTable *used)
{
  g_autofree char *path = g_strdup_printf (RESCTRL "/%s%sschemata", group, *group == '\0' ? "" : "/");
  g_autofree char *text = pin_sysfs_read (sys, path, PIN_SYSFS_ATTRIBUTE_MAX, NULL);
  g_auto (GStrv) lines = text == NULL ? NULL : g_strsplit (text, "\n", -1);

  for (guint i = 0; lines != NULL && lines[i] != NULL; i++)
    if (g_str_has_prefix (g_strchug (lines[i]), "L3"))
      add_schema (lines[i], used);
}

/* What groups have, the default group among them: libvirt gives a cachetune just what that one leaves. */
static GHashTable *
read_used (int sys)
{
  GHashTable *used = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  g_autoptr (GPtrArray) groups = pin_sysfs_list (sys, RESCTRL);

  add_group (sys, "", used);
  for (guint i = 0; i < groups->len; i++)
    add_group (sys, g_ptr_array_index (groups, i), used);
  return used;
}

/* The directory of the CPU's L3 cache below it, or NULL.  (transfer full) */
static char *
find_l3 (int sys, PinCpuId cpu)
{
  for (guint i = 0; i < 8; i++)
    {
      g_autofree char *cache = g_strdup_printf ("devices/system/cpu/cpu%u/cache/index%u", cpu, i);
      g_autofree char *level = g_strdup_printf ("%s/level", cache);

      if (pin_sysfs_read_number (sys, level, 0) == 3)
        return g_steal_pointer (&cache);
    }
  return NULL;
}

/* Adds the L3 cache of @cpu, and takes the CPUs that share it out of @left. */
static void
add_cache (PinSysfs *sysfs, PinSnapshot *snapshot, PinCpuId cpu, guint64 full, GHashTable *used, PinCpuset *left)
{
  g_autofree char *cache = find_l3 (sysfs->sys, cpu);
  g_autofree char *id_path = g_strdup_printf ("%s/id", cache == NULL ? "" : cache);
  g_autofree char *cpus_path = g_strdup_printf ("%s/shared_cpu_list", cache == NULL ? "" : cache);
  guint64 id = cache == NULL ? G_MAXUINT64 : pin_sysfs_read_number (sysfs->sys, id_path, G_MAXUINT64);
  PinCacheWays ways = { 0 };
  const guint64 *mask;

  pin_cpuset_remove (left, cpu);
  if (id > G_MAXUINT)
    return;
  mask = g_hash_table_lookup (used, &id);
  ways.id = (guint)id;
  ways.cpus = pin_sysfs_read_set (sysfs->sys, cpus_path, NULL);
  if (ways.cpus == NULL)
    ways.cpus = pin_cpuset_new_one (cpu);
  ways.ways = count_bits (full);
  ways.used = mask == NULL ? 0 : count_bits (*mask & full);
  pin_cpuset_subtract (left, ways.cpus);
  g_array_append_val (snapshot->l3, ways);
}

void
pin_resctrl_read (PinSysfs *sysfs, PinSnapshot *snapshot)
{
  guint64 full = read_full_mask (sysfs->sys);
  g_autoptr (GHashTable) used = NULL;
  g_autoptr (PinCpuset) left = NULL;

  g_array_set_size (snapshot->l3, 0);
  if (full == 0)
    return;
  used = read_used (sysfs->sys);
  left = pin_topology_online (snapshot->topology);
  for (guint cpu = pin_cpuset_first (left); cpu != PIN_CPUSET_END; cpu = pin_cpuset_first (left))
    add_cache (sysfs, snapshot, cpu, full, used, left);
}
