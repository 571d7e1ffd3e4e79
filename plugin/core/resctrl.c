/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "resctrl.h"

#include <string.h>

typedef enum
{
  OBSTACLE_NONE,
  OBSTACLE_NO_CACHES,
  OBSTACLE_LEVEL,
  OBSTACLE_CACHE,
  OBSTACLE_TYPE,
  OBSTACLE_WHOLE,
  OBSTACLE_STEP,
  OBSTACLE_MINIMUM,
  OBSTACLE_WAYS,
  OBSTACLE_NO_BANDWIDTH,
  OBSTACLE_BANDWIDTH,
  OBSTACLE_BANDWIDTH_MINIMUM,
  OBSTACLE_BANDWIDTH_STEP
} ObstacleKind;

/* What stands in the way of @part, and what there is instead; cache or control NULL: there is none. */
typedef struct
{
  ObstacleKind kind;
  const PinResctrlPart *part;
  const PinCacheWays *cache;
  const PinBandwidth *control;
  guint wanted;                /* ways */
} Obstacle;

static const PinCacheWays *
find_cache (const PinSnapshot *snapshot, guint id)
{
  for (guint i = 0; i < snapshot->l3->len; i++)
    if (g_array_index (snapshot->l3, PinCacheWays, i).id == id)
      return &g_array_index (snapshot->l3, PinCacheWays, i);
  return NULL;
}

static const PinBandwidth *
find_control (const PinSnapshot *snapshot, guint id)
{
  for (guint i = 0; i < snapshot->bandwidth->len; i++)
    if (g_array_index (snapshot->bandwidth, PinBandwidth, i).id == id)
      return &g_array_index (snapshot->bandwidth, PinBandwidth, i);
  return NULL;
}

/* As libvirt computes it, who takes only whole multiples. */
static guint64
way_bytes (const PinCacheWays *cache)
{
  return MAX (cache->size_kib * 1024 / MAX (cache->ways, 1), 1);
}

static guint
ways_of (const PinResctrlPart *part, const PinCacheWays *cache)
{
  return cache->size_kib == 0 ? 1 : (guint)(part->size_bytes / way_bytes (cache));
}

static guint
least_ways (const PinCacheWays *cache)
{
  return MAX (cache->min_ways, 1);
}

static ObstacleKind
judge_cache (const PinResctrlPart *part, const PinCacheWays *cache)
{
  if (part->level != 3)
    return OBSTACLE_LEVEL;
  if (cache == NULL)
    return OBSTACLE_CACHE;
  if (cache->cdp == (strcmp (part->type, "both") == 0))
    return OBSTACLE_TYPE;
  if (cache->size_kib == 0)
    return OBSTACLE_NONE;
  if (part->size_bytes / 1024 >= cache->size_kib)
    return OBSTACLE_WHOLE;
  if (part->size_bytes % way_bytes (cache) != 0)
    return OBSTACLE_STEP;
  return ways_of (part, cache) < least_ways (cache) ? OBSTACLE_MINIMUM : OBSTACLE_NONE;
}

static ObstacleKind
judge_bandwidth (const PinResctrlPart *part, const PinBandwidth *control)
{
  if (control == NULL)
    return OBSTACLE_BANDWIDTH;
  if (part->bandwidth < control->min)
    return OBSTACLE_BANDWIDTH_MINIMUM;
  return control->step != 0 && part->bandwidth % control->step != 0 ? OBSTACLE_BANDWIDTH_STEP : OBSTACLE_NONE;
}

static gboolean
judge_part (const PinResctrlPart *part, const PinSnapshot *snapshot, Obstacle *obstacle)
{
  obstacle->part = part;
  if (part->kind == PIN_RESCTRL_CACHE)
    {
      obstacle->cache = find_cache (snapshot, part->id);
      obstacle->kind = judge_cache (part, obstacle->cache);
    }
  else if (part->kind == PIN_RESCTRL_BANDWIDTH)
    {
      obstacle->control = find_control (snapshot, part->id);
      obstacle->kind = judge_bandwidth (part, obstacle->control);
    }
  return obstacle->kind == OBSTACLE_NONE;
}

static gboolean
judge_parts (const GArray *tunes, const PinSnapshot *snapshot, Obstacle *obstacle)
{
  for (guint i = 0; i < tunes->len; i++)
    {
      const GArray *parts = g_array_index (tunes, PinResctrl, i).parts;

      for (guint j = 0; j < parts->len; j++)
        if (!judge_part (&g_array_index (parts, PinResctrlPart, j), snapshot, obstacle))
          return FALSE;
    }
  return TRUE;
}

static PinCpuset *
free_ways (const PinCacheWays *cache)
{
  if (cache->free != NULL)
    return pin_cpuset_copy (cache->free);
  return cache->used < cache->ways ? pin_cpuset_new_range (cache->used, cache->ways - 1) : pin_cpuset_new ();
}

/* Takes @n ways side by side out of the smallest gap that has them, as libvirt does. */
static gboolean
take_ways (PinCpuset *ways, guint n)
{
  guint best = PIN_CPUSET_END;
  guint best_length = G_MAXUINT;
  guint end;

  for (guint first = pin_cpuset_first (ways); first != PIN_CPUSET_END; first = pin_cpuset_next (ways, end))
    {
      for (end = first; pin_cpuset_contains (ways, end); end++)
        ;
      if (end - first < n || end - first >= best_length)
        continue;
      best = first;
      best_length = end - first;
    }
  for (guint i = 0; best != PIN_CPUSET_END && i < n; i++)
    pin_cpuset_remove (ways, best + i);
  return best != PIN_CPUSET_END;
}

/* Whether all that @parts have of @cache for @type fits into @ways, one after another. */
static gboolean
take_parts (const GArray *parts, const PinCacheWays *cache, const char *type, PinCpuset *ways, Obstacle *obstacle)
{
  for (guint i = 0; i < parts->len; i++)
    {
      const PinResctrlPart *part = &g_array_index (parts, PinResctrlPart, i);

      if (part->kind != PIN_RESCTRL_CACHE || part->id != cache->id || strcmp (part->type, type) != 0)
        continue;
      obstacle->wanted += ways_of (part, cache);
      if (!take_ways (ways, ways_of (part, cache)))
        return FALSE;
    }
  return TRUE;
}

static gboolean
judge_room (const GArray *tunes, const PinCacheWays *cache, const char *type, Obstacle *obstacle)
{
  g_autoptr (PinCpuset) ways = free_ways (cache);

  obstacle->wanted = 0;
  for (guint i = 0; i < tunes->len; i++)
    if (!take_parts (g_array_index (tunes, PinResctrl, i).parts, cache, type, ways, obstacle))
      {
        obstacle->kind = OBSTACLE_WAYS;
        obstacle->cache = cache;
        return FALSE;
      }
  return TRUE;
}

/* Code and data have the same ways, each for itself. */
static gboolean
judge_rooms (const GArray *tunes, const PinSnapshot *snapshot, Obstacle *obstacle)
{
  static const char *const types[] = { "both", "code", "data" };

  for (guint i = 0; tunes->len > 0 && i < snapshot->l3->len; i++)
    for (guint j = 0; j < G_N_ELEMENTS (types); j++)
      if (!judge_room (tunes, &g_array_index (snapshot->l3, PinCacheWays, i), types[j], obstacle))
        return FALSE;
  return TRUE;
}

static Obstacle
find_obstacle (const PinPlacement *placement, const PinSnapshot *snapshot)
{
  Obstacle obstacle = { .kind = OBSTACLE_NONE };

  if (placement->cachetune->len > 0 && snapshot->l3->len == 0)
    obstacle.kind = OBSTACLE_NO_CACHES;
  else if (placement->memorytune->len > 0 && snapshot->bandwidth->len == 0)
    obstacle.kind = OBSTACLE_NO_BANDWIDTH;
  else if (judge_parts (placement->cachetune, snapshot, &obstacle)
           && judge_parts (placement->memorytune, snapshot, &obstacle))
    judge_rooms (placement->cachetune, snapshot, &obstacle);
  return obstacle;
}

gboolean
pin_resctrl_holds (const PinPlacement *placement, const PinSnapshot *snapshot)
{
  return find_obstacle (placement, snapshot).kind == OBSTACLE_NONE;
}

static char *
ways_text (const Obstacle *obstacle)
{
  g_autoptr (PinCpuset) ways = free_ways (obstacle->cache);
  guint n_free = pin_cpuset_count (ways);

  return g_strdup_printf ("cache %u has %u of %u ways free, %u wanted%s", obstacle->cache->id, n_free, obstacle->cache->ways,
                          obstacle->wanted, obstacle->wanted <= n_free ? " side by side" : "");
}

static char *
size_text (guint64 bytes)
{
  if (bytes % 1024 == 0)
    return g_strdup_printf ("%" G_GUINT64_FORMAT " KiB", bytes / 1024);
  return g_strdup_printf ("%" G_GUINT64_FORMAT " bytes", bytes);
}

static char *
cache_text (const Obstacle *obstacle)
{
  const PinResctrlPart *part = obstacle->part;
  const PinCacheWays *cache = obstacle->cache;
  g_autofree char *wanted = size_text (part->size_bytes);
  g_autofree char *way = NULL;

  if (obstacle->kind == OBSTACLE_LEVEL)
    return g_strdup_printf ("a cache of level %u can't be shared out", part->level);
  if (cache == NULL)
    return g_strdup_printf ("there is no cache %u here", part->id);
  switch (obstacle->kind)
    {
    case OBSTACLE_TYPE:
      return g_strdup_printf ("cache %u is shared out for code and data %s here, %s wanted", part->id,
                              cache->cdp ? "apart" : "together", part->type);
    case OBSTACLE_WHOLE:
      return g_strdup_printf ("cache %u has %" G_GUINT64_FORMAT " KiB and gives no share of all of it, %s wanted",
                              part->id, cache->size_kib, wanted);
    case OBSTACLE_STEP:
      way = size_text (way_bytes (cache));
      return g_strdup_printf ("cache %u gives shares in ways of %s, %s wanted", part->id, way, wanted);
    default:
      return g_strdup_printf ("cache %u gives no share below %u way%s, %u wanted", part->id, least_ways (cache),
                              least_ways (cache) == 1 ? "" : "s", ways_of (part, cache));
    }
}

static char *
bandwidth_text (const Obstacle *obstacle)
{
  const PinResctrlPart *part = obstacle->part;
  const PinBandwidth *control = obstacle->control;

  if (control == NULL)
    return g_strdup_printf ("there is no memory bandwidth %u to share out here", part->id);
  if (obstacle->kind == OBSTACLE_BANDWIDTH_MINIMUM)
    return g_strdup_printf ("memory bandwidth %u gives no share below %u, %u wanted", part->id, control->min, part->bandwidth);
  return g_strdup_printf ("memory bandwidth %u gives shares in steps of %u, %u wanted", part->id, control->step, part->bandwidth);
}

char *
pin_resctrl_text (const PinPlacement *placement, const PinSnapshot *snapshot)
{
  Obstacle obstacle = find_obstacle (placement, snapshot);

  if (obstacle.kind == OBSTACLE_NONE)
    return NULL;
  if (obstacle.kind == OBSTACLE_NO_CACHES)
    return g_strdup ("the host has no cache allocation (resctrl)");
  if (obstacle.kind == OBSTACLE_NO_BANDWIDTH)
    return g_strdup ("the host has no memory bandwidth allocation (resctrl)");
  if (obstacle.kind == OBSTACLE_WAYS)
    return ways_text (&obstacle);
  return obstacle.kind < OBSTACLE_NO_BANDWIDTH ? cache_text (&obstacle) : bandwidth_text (&obstacle);
}
