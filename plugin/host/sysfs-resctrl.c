/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ways of the L3 caches, which of them groups of the resource control file system have, and memory bandwidth. */
#include "host/sysfs-root.h"

#include "core/number.h"

#include <string.h>

#define RESCTRL "fs/resctrl"

/* No cache is larger, nor any number of the rest: what is, is nonsense. */
#define NUMBER_MAX G_MAXINT32

/* What all L3 caches have in common. */
typedef struct
{
  guint64 full; /* mask of all ways; 0: no cache allocation */
  guint min_ways;
  gboolean cdp; /* code and data have masks of their own over the same ways */
} Caches;

static guint
read_small (int sys, const char *path)
{
  return (guint)MIN (pin_sysfs_read_number (sys, path, 0), NUMBER_MAX);
}

static guint64
read_mask (int sys, const char *path)
{
  g_autofree char *text = pin_sysfs_read (sys, path, PIN_SYSFS_ATTRIBUTE_MAX, NULL);
  guint64 mask = 0;

  return text != NULL && pin_number_parse (text, 16, 1, G_MAXUINT64, &mask) ? mask : 0;
}

static Caches
read_caches (int sys)
{
  Caches caches = { .full = read_mask (sys, RESCTRL "/info/L3/cbm_mask") };

  caches.cdp = caches.full == 0;
  if (caches.cdp)
    caches.full = read_mask (sys, RESCTRL "/info/L3CODE/cbm_mask");
  caches.min_ways = read_small (sys, caches.cdp ? RESCTRL "/info/L3CODE/min_cbm_bits" : RESCTRL "/info/L3/min_cbm_bits");
  return caches;
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

      if (g_strv_length (pair) != 2 || !pin_number_parse (pair[0], 10, 0, G_MAXUINT, &id)
          || !pin_number_parse (pair[1], 16, 0, G_MAXUINT64, &mask))
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

/* "36608K"; 0: not known. */
static guint64
read_size (int sys, const char *cache)
{
  g_autofree char *path = g_strdup_printf ("%s/size", cache);
  g_autofree char *text = pin_sysfs_read (sys, path, PIN_SYSFS_ATTRIBUTE_MAX, NULL);
  guint64 size = 0;

  if (text == NULL || !g_str_has_suffix (text, "K"))
    return 0;
  text[strlen (text) - 1] = '\0';
  return pin_number_parse (text, 10, 0, NUMBER_MAX, &size) ? size : 0;
}

static void
count_ways (PinCacheWays *ways, const Caches *caches, guint64 used)
{
  ways->ways = count_bits (caches->full);
  ways->used = count_bits (used & caches->full);
  ways->min_ways = MIN (caches->min_ways, ways->ways);
  ways->cdp = caches->cdp;
  ways->free = pin_cpuset_new ();
  for (guint way = 0; way < 64; way++)
    if ((caches->full & ~used) >> way & 1)
      pin_cpuset_add (ways->free, way);
}

/* Adds the L3 cache of @cpu, and takes the CPUs that share it out of @left. */
static void
add_cache (PinSysfs *sysfs, PinSnapshot *snapshot, PinCpuId cpu, const Caches *caches, GHashTable *used, PinCpuset *left)
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
  ways.size_kib = read_size (sysfs->sys, cache);
  count_ways (&ways, caches, mask == NULL ? 0 : *mask);
  pin_cpuset_subtract (left, ways.cpus);
  g_array_append_val (snapshot->l3, ways);
}

static void
read_l3 (PinSysfs *sysfs, PinSnapshot *snapshot)
{
  Caches caches = read_caches (sysfs->sys);
  g_autoptr (GHashTable) used = NULL;
  g_autoptr (PinCpuset) left = NULL;

  g_array_set_size (snapshot->l3, 0);
  if (caches.full == 0)
    return;
  used = read_used (sysfs->sys);
  left = pin_topology_online (snapshot->topology);
  for (guint cpu = pin_cpuset_first (left); cpu != PIN_CPUSET_END; cpu = pin_cpuset_first (left))
    add_cache (sysfs, snapshot, cpu, &caches, used, left);
}

/* Which controls there are, the default group's "MB:0=100;1=100" tells. */
static void
read_bandwidth (PinSysfs *sysfs, PinSnapshot *snapshot)
{
  g_autofree char *text = pin_sysfs_read (sysfs->sys, RESCTRL "/schemata", PIN_SYSFS_ATTRIBUTE_MAX, NULL);
  const char *line = text == NULL ? NULL : strstr (text, "MB:");
  g_autofree char *controls = line == NULL ? NULL : g_strndup (line + strlen ("MB:"), strcspn (line + strlen ("MB:"), "\n"));
  g_auto (GStrv) parts = controls == NULL ? NULL : g_strsplit (controls, ";", -1);
  PinBandwidth control = { 0 };

  g_array_set_size (snapshot->bandwidth, 0);
  control.min = read_small (sysfs->sys, RESCTRL "/info/MB/min_bandwidth");
  control.step = read_small (sysfs->sys, RESCTRL "/info/MB/bandwidth_gran");
  for (guint i = 0; parts != NULL && parts[i] != NULL; i++)
    {
      g_auto (GStrv) pair = g_strsplit (parts[i], "=", 2);
      guint64 id;

      if (g_strv_length (pair) != 2 || !pin_number_parse (g_strstrip (pair[0]), 10, 0, PIN_CPUSET_MAX, &id))
        continue;
      control.id = (guint)id;
      g_array_append_val (snapshot->bandwidth, control);
    }
}

void
pin_resctrl_read (PinSysfs *sysfs, PinSnapshot *snapshot)
{
  read_l3 (sysfs, snapshot);
  read_bandwidth (sysfs, snapshot);
}
