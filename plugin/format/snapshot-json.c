/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Snapshots from JSON, member by member.  What is not known is refused in what people write, so that a typing error is not taken for a
 * default; in what a host says it is a newer version's. */
#include "format/snapshot-json.h"

#include "core/error.h"
#include "format/json-spot.h"
#include "format/json-text.h"
#include "format/tenant-json.h"
#include "format/topology-json.h"

#include <string.h>

#define VERSION 1

/* An exbibyte: what is more is a typing error, and sums of it stay far from overflow. */
#define KIB_MAX (G_GUINT64_CONSTANT (1) << 50)
#define PAGE_KIB_MAX (G_GUINT64_CONSTANT (1) << 30)
#define WAYS_MAX 1024

static gboolean
read_pool (const PinJsonSpot *spot, PinPool *pool, GError **error)
{
  static const char *const known[] = { "size_kib", "total", "free", NULL };
  PinJsonSpot size = pin_json_spot_member (spot, "size_kib");

  if (!pin_json_spot_is_there (spot, error) || !pin_json_spot_is_object (spot, known, error)
      || !pin_json_require (spot, "size_kib", error)
      || !pin_json_get_number (spot, "size_kib", PAGE_KIB_MAX, &pool->size_kib, error)
      || !pin_json_spot_is_page (&size, pool->size_kib, error) || !pin_json_require (spot, "total", error)
      || !pin_json_get_number (spot, "total", KIB_MAX / pool->size_kib, &pool->total, error))
    return FALSE;

  pool->free = pool->total;
  return pin_json_get_number (spot, "free", pool->total, &pool->free, error);
}

static gint
compare_pools (gconstpointer a, gconstpointer b)
{
  const PinPool *left = a;
  const PinPool *right = b;

  return (left->size_kib > right->size_kib) - (left->size_kib < right->size_kib);
}

static gboolean
read_pools (const PinJsonSpot *up, PinNodeMemory *memory, GError **error)
{
  PinJsonSpot pages = pin_json_spot_member (up, "pages");

  if (!pin_json_spot_is_array (&pages, error))
    return FALSE;

  memory->n_pools = pin_json_spot_length (&pages);
  memory->pools = g_new0 (PinPool, memory->n_pools);
  for (guint i = 0; i < memory->n_pools; i++)
    {
      PinJsonSpot spot = pin_json_spot_item (&pages, i);

      if (!read_pool (&spot, &memory->pools[i], error))
        return FALSE;
    }
  if (memory->n_pools > 0)
    qsort (memory->pools, memory->n_pools, sizeof (PinPool), compare_pools);
  for (guint i = 1; i < memory->n_pools; i++)
    if (memory->pools[i].size_kib == memory->pools[i - 1].size_kib)
      {
        pin_json_spot_set_error (&pages, error, "size_kib %" G_GUINT64_FORMAT " is there twice",
                                 memory->pools[i].size_kib);
        return FALSE;
      }

  return TRUE;
}

static gboolean
read_node (PinSnapshot *snapshot, const PinJsonSpot *spot, GError **error)
{
  PinNodeMemory *memory;
  guint64 id = 0;
  int index;

  if (!pin_json_require (spot, "id", error) || !pin_json_get_number (spot, "id", PIN_CPUSET_MAX - 1, &id, error))
    return FALSE;
  index = pin_topology_node_index (snapshot->topology, (PinNodeId)id);
  if (index < 0 || snapshot->memory[index].pools != NULL)
    {
      pin_json_spot_set_error (spot, error, "the host has no other node %" G_GUINT64_FORMAT, id);
      return FALSE;
    }

  memory = &snapshot->memory[index];
  if (!pin_json_require (spot, "total_kib", error)
      || !pin_json_get_number (spot, "total_kib", KIB_MAX, &memory->total_kib, error)
      || !pin_json_get_number (spot, "reserve_kib", KIB_MAX, &memory->reserve_kib, error))
    return FALSE;
  memory->free_kib = memory->total_kib - MIN (memory->reserve_kib, memory->total_kib);
  return pin_json_get_number (spot, "free_kib", memory->total_kib, &memory->free_kib, error)
         && read_pools (spot, memory, error);
}

static gint
compare_strings (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

static gboolean
read_cpu_model (const PinJsonSpot *spot, PinCpuModel **ret_model, GError **error)
{
  static const char *const known[] = { "model",       "vendor",   "microcode", "tsc_hz",
                                       "tsc_scaling", "features", "nested", "no_kvm", NULL };
  g_autoptr (PinCpuModel) cpu = pin_cpu_model_new ();

  if (!pin_json_spot_is_object (spot, known, error))
    return FALSE;
  if (spot->node == NULL)
    return TRUE;
  if (!pin_json_get_string (spot, "model", &cpu->model, error)
      || !pin_json_get_string (spot, "vendor", &cpu->vendor, error)
      || !pin_json_get_number (spot, "microcode", G_MAXINT64, &cpu->microcode, error)
      || !pin_json_get_number (spot, "tsc_hz", G_MAXINT64, &cpu->tsc_hz, error)
      || !pin_json_get_bool (spot, "tsc_scaling", &cpu->tsc_scaling, error)
      || !pin_json_get_strings (spot, "features", &cpu->features, error)
      || !pin_json_get_bool (spot, "nested", &cpu->nested, error) || !pin_json_get_bool (spot, "no_kvm", &cpu->no_kvm, error))
    return FALSE;

  cpu->nested_unknown = pin_json_spot_member (spot, "nested").node == NULL;
  if (cpu->features != NULL)
    qsort (cpu->features, g_strv_length (cpu->features), sizeof (char *), compare_strings);
  *ret_model = g_steal_pointer (&cpu);
  return TRUE;
}

/* Which ways are free, if it is said: as many as are not used. */
static gboolean
read_free_ways (const PinJsonSpot *spot, PinCacheWays *ways, GError **error)
{
  if (!pin_json_get_set (spot, "free", &ways->free, error))
    return FALSE;
  if (ways->free == NULL)
    return TRUE;
  if (pin_cpuset_count (ways->free) == ways->ways - ways->used
      && (ways->ways == 0 || pin_cpuset_next (ways->free, ways->ways - 1) == PIN_CPUSET_END))
    return TRUE;

  pin_json_spot_set_error (spot, error, "free must name the %u ways below %u that are not used", ways->ways - ways->used,
                           ways->ways);
  return FALSE;
}

static gboolean
read_ways (const PinJsonSpot *spot, PinCacheWays *ways, GError **error)
{
  static const char *const known[] = { "id", "cpus", "size_kib", "ways", "used", "min_ways", "cdp", "free", NULL };
  guint64 id = 0;
  guint64 n_ways = 0;
  guint64 used = 0;
  guint64 min_ways = 0;

  if (!pin_json_spot_is_there (spot, error) || !pin_json_spot_is_object (spot, known, error)
      || !pin_json_get_number (spot, "id", PIN_CPUSET_MAX, &id, error)
      || !pin_json_get_number (spot, "size_kib", KIB_MAX, &ways->size_kib, error)
      || !pin_json_get_number (spot, "ways", WAYS_MAX, &n_ways, error)
      || !pin_json_get_number (spot, "used", n_ways, &used, error)
      || !pin_json_get_number (spot, "min_ways", n_ways, &min_ways, error)
      || !pin_json_get_bool (spot, "cdp", &ways->cdp, error) || !pin_json_require (spot, "cpus", error)
      || !pin_json_get_set (spot, "cpus", &ways->cpus, error))
    return FALSE;

  ways->id = (guint)id;
  ways->ways = (guint)n_ways;
  ways->used = (guint)used;
  ways->min_ways = (guint)min_ways;
  return read_free_ways (spot, ways, error);
}

static gboolean
read_caches (const PinJsonSpot *resctrl, GArray *l3, GError **error)
{
  PinJsonSpot caches = pin_json_spot_member (resctrl, "l3");

  if (!pin_json_spot_is_array (&caches, error))
    return FALSE;
  g_array_set_size (l3, pin_json_spot_length (&caches));
  for (guint i = 0; i < l3->len; i++)
    {
      PinJsonSpot item = pin_json_spot_item (&caches, i);

      if (!read_ways (&item, &g_array_index (l3, PinCacheWays, i), error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
read_control (const PinJsonSpot *spot, PinBandwidth *control, GError **error)
{
  static const char *const known[] = { "id", "min", "step", NULL };
  guint64 id = 0;
  guint64 min = 0;
  guint64 step = 0;

  if (!pin_json_spot_is_there (spot, error) || !pin_json_spot_is_object (spot, known, error)
      || !pin_json_require (spot, "id", error) || !pin_json_get_number (spot, "id", PIN_CPUSET_MAX, &id, error)
      || !pin_json_get_number (spot, "min", G_MAXUINT32, &min, error)
      || !pin_json_get_number (spot, "step", G_MAXUINT32, &step, error))
    return FALSE;

  control->id = (guint)id;
  control->min = (guint)min;
  control->step = (guint)step;
  return TRUE;
}

static gboolean
read_bandwidth (const PinJsonSpot *resctrl, GArray *bandwidth, GError **error)
{
  PinJsonSpot controls = pin_json_spot_member (resctrl, "mb");

  if (!pin_json_spot_is_array (&controls, error))
    return FALSE;
  g_array_set_size (bandwidth, pin_json_spot_length (&controls));
  for (guint i = 0; i < bandwidth->len; i++)
    {
      PinJsonSpot item = pin_json_spot_item (&controls, i);

      if (!read_control (&item, &g_array_index (bandwidth, PinBandwidth, i), error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
read_resctrl (PinSnapshot *snapshot, const PinJsonSpot *spot, GError **error)
{
  static const char *const known[] = { "l3", "mb", NULL };

  return pin_json_spot_is_object (spot, known, error) && read_caches (spot, snapshot->l3, error)
         && read_bandwidth (spot, snapshot->bandwidth, error);
}

/* Reads a set of CPUs that the host has, online or not. */
static gboolean
read_cpus (const PinSnapshot *snapshot, const PinJsonSpot *host, const char *name, PinCpuset **cpus, GError **error)
{
  PinJsonSpot spot = pin_json_spot_member (host, name);

  if (!pin_json_get_set (host, name, cpus, error))
    return FALSE;
  for (pin_cpuset_each (*cpus, cpu))
    if (pin_topology_cpu (snapshot->topology, cpu) == NULL)
      {
        pin_json_spot_set_error (&spot, error, "the host has no CPU %u", cpu);
        return FALSE;
      }
  return TRUE;
}

/* CPUs that guests may use are online, whatever is written. */
static gboolean
read_allowed (PinSnapshot *snapshot, const PinJsonSpot *host, GError **error)
{
  g_autoptr (PinCpuset) online = pin_topology_online (snapshot->topology);

  pin_cpuset_unite (snapshot->allowed, online);
  if (!read_cpus (snapshot, host, "allowed", &snapshot->allowed, error))
    return FALSE;

  pin_cpuset_intersect (snapshot->allowed, online);
  return TRUE;
}

static gboolean
read_default_page (PinSnapshot *snapshot, const PinJsonSpot *host, GError **error)
{
  PinJsonSpot spot = pin_json_spot_member (host, "default_page_kib");

  return pin_json_get_number (host, "default_page_kib", PAGE_KIB_MAX, &snapshot->default_page_kib, error)
         && (snapshot->default_page_kib == 0 || pin_json_spot_is_page (&spot, snapshot->default_page_kib, error));
}

static gboolean
read_load (PinSnapshot *snapshot, const PinJsonSpot *host, GError **error)
{
  guint64 load = G_MAXUINT64;

  if (!pin_json_get_number (host, "load_permille", G_MAXINT, &load, error))
    return FALSE;
  snapshot->load_permille = load > G_MAXINT ? -1 : (gint)load;
  return TRUE;
}

/* Reserved CPUs may be those of a policy that larger hosts have too. */
static gboolean
read_host (PinSnapshot *snapshot, const PinJsonSpot *host, GError **error)
{
  PinJsonSpot cpu = pin_json_spot_member (host, "cpu");
  PinJsonSpot resctrl = pin_json_spot_member (host, "resctrl");

  return pin_json_require (host, "name", error) && pin_json_get_string (host, "name", &snapshot->name, error)
         && pin_json_get_uuid (host, "uuid", &snapshot->uuid, error)
         && pin_json_get_string (host, "arch", &snapshot->arch, error)
         && pin_json_get_bool (host, "maintenance", &snapshot->maintenance, error)
         && pin_json_get_string (host, "maintenance_reason", &snapshot->maintenance_reason, error) && read_load (snapshot, host, error)
         && pin_json_get_string (host, "policy", &snapshot->policy_digest, error)
         && read_cpu_model (&cpu, &snapshot->cpu, error) && read_allowed (snapshot, host, error)
         && read_cpus (snapshot, host, "isolated", &snapshot->isolated, error)
         && pin_json_get_set (host, "reserved", &snapshot->reserved, error)
         && pin_json_get_bool (host, "memory_backing_tmpfs", &snapshot->memory_backing_tmpfs, error)
         && read_default_page (snapshot, host, error) && read_resctrl (snapshot, &resctrl, error);
}

static gboolean
read_version (const PinJsonSpot *root, GError **error)
{
  guint64 version = 0;

  if (!pin_json_spot_is_object (root, NULL, error) || !pin_json_require (root, "version", error)
      || !pin_json_get_number (root, "version", G_MAXINT64, &version, error))
    return FALSE;
  if (version == VERSION)
    return TRUE;

  g_set_error (error, PIN_ERROR, PIN_ERROR_UNSUPPORTED,
               "version: snapshots of version %" G_GUINT64_FORMAT " are not known here, only %d", version, VERSION);
  return FALSE;
}

/* All that stands on the topology. */
static gboolean
read_rest (PinSnapshot *snapshot, const PinJsonSpot *root, GError **error)
{
  static const char *const host_known[] = {
    "name",          "uuid",    "arch",     "maintenance", "maintenance_reason",   "load_permille",    "policy",
    "cpu",           "allowed", "isolated", "reserved",    "memory_backing_tmpfs", "default_page_kib", "resctrl",
    NULL
  };
  PinJsonSpot host = pin_json_spot_member (root, "host");
  PinJsonSpot nodes = pin_json_spot_member (root, "nodes");
  PinJsonSpot domains = pin_json_spot_member (root, "domains");
  PinJsonSpot claims = pin_json_spot_member (root, "claims");

  if (!pin_json_spot_is_there (&host, error) || !pin_json_spot_is_object (&host, host_known, error)
      || !read_host (snapshot, &host, error))
    return FALSE;
  for (guint i = 0; i < pin_json_spot_length (&nodes); i++)
    {
      PinJsonSpot item = pin_json_spot_item (&nodes, i);

      if (!pin_json_spot_is_there (&item, error) || !pin_json_spot_is_object (&item, NULL, error)
          || !read_node (snapshot, &item, error))
        return FALSE;
    }

  return pin_tenants_from_json (snapshot, snapshot->domains, &domains, error)
         && pin_tenants_from_json (snapshot, snapshot->claims, &claims, error)
         && pin_json_get_bool (root, "provisional", &snapshot->provisional, error);
}

static PinSnapshot *
read_all (const PinJsonSpot *root, GError **error)
{
  static const char *const known[] = { "version", "host", "nodes", "cpus", "domains", "claims", "provisional", NULL };
  g_autoptr (PinTopology) topology = NULL;
  g_autoptr (PinSnapshot) snapshot = NULL;
  PinJsonSpot nodes;
  PinJsonSpot cpus;

  /* The version first: another one has other members. */
  if (!read_version (root, error) || !pin_json_spot_is_object (root, known, error))
    return NULL;
  nodes = pin_json_spot_member (root, "nodes");
  cpus = pin_json_spot_member (root, "cpus");
  topology = pin_topology_from_json (&nodes, &cpus, error);
  if (topology == NULL)
    return NULL;
  snapshot = pin_snapshot_new (NULL, topology);
  return read_rest (snapshot, root, error) ? g_steal_pointer (&snapshot) : NULL;
}

PinSnapshot *
pin_snapshot_from_json (const char *text, gssize length, GError **error)
{
  g_autoptr (JsonNode) node = pin_json_parse (text, length, error);
  PinJsonSpot root = pin_json_spot_root (node);

  return node != NULL ? read_all (&root, error) : NULL;
}

PinSnapshot *
pin_snapshot_from_host (const char *text, gssize length, GError **error)
{
  g_autoptr (JsonNode) node = pin_json_parse (text, length, error);
  PinJsonSpot root = pin_json_spot_open_root (node);

  return node != NULL ? read_all (&root, error) : NULL;
}

PinSnapshot *
pin_snapshot_present_from_json (const char *text, gssize length, const PinSnapshot *hardware, GError **error)
{
  static const char *const known[] = { "version", "host", "nodes", "domains", "claims", "provisional", NULL };
  g_autoptr (JsonNode) node = pin_json_parse (text, length, error);
  PinJsonSpot root = pin_json_spot_open_root (node);
  g_autoptr (PinSnapshot) snapshot = NULL;
  PinJsonSpot nodes;

  if (node == NULL || !read_version (&root, error) || !pin_json_spot_is_object (&root, known, error))
    return NULL;
  nodes = pin_json_spot_member (&root, "nodes");
  if (!pin_json_spot_is_array (&nodes, error))
    return NULL;
  snapshot = pin_snapshot_new (NULL, hardware->topology);
  snapshot->cpu = pin_cpu_model_copy (hardware->cpu);
  return read_rest (snapshot, &root, error) ? g_steal_pointer (&snapshot) : NULL;
}
