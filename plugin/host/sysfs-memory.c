/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Memory and huge pages of each node as of now.  A hook waits for this, so the files stay open: pread() at offset 0
 * makes the kernel write them anew.  What changes only when an administrator acts (mounts, watermarks) is kept with
 * them.
 */
#include "host/sysfs-meminfo.h"
#include "host/sysfs-root.h"

#include "core/error.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define NODE_DIR "devices/system/node"
#define HOST_POOLS "kernel/mm/hugepages"
#define MEMINFO_MAX 8192

typedef struct
{
  guint64 size_kib;
  gboolean served; /* libvirt can use it */
  int nr;
  int free;
  int surplus;
  int reserved; /* of the whole host */
} PoolFiles;

typedef struct
{
  PinNodeId id;
  int meminfo;
  guint64 watermark_kib;
  GArray *pools; /* PoolFiles, by size upwards */
} NodeFiles;

struct _PinMemoryFiles
{
  GArray *nodes; /* NodeFiles, as in the topology that they were opened for */
};

static void
close_fd (int fd)
{
  if (fd >= 0)
    close (fd);
}

static void
pool_files_clear (gpointer data)
{
  PoolFiles *pool = data;

  close_fd (pool->nr);
  close_fd (pool->free);
  close_fd (pool->surplus);
  close_fd (pool->reserved);
}

static void
node_files_clear (gpointer data)
{
  NodeFiles *node = data;

  close_fd (node->meminfo);
  g_clear_pointer (&node->pools, g_array_unref);
}

void
pin_memory_files_free (PinMemoryFiles *files)
{
  if (files == NULL)
    return;
  g_array_unref (files->nodes);
  g_free (files);
}

G_GNUC_PRINTF (2, 3) static int open_file (int dir, const char *format, ...)
{
  g_autofree char *path = NULL;
  va_list arguments;

  va_start (arguments, format);
  path = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  return openat (dir, path, O_RDONLY | O_CLOEXEC);
}

static int
compare_pools (gconstpointer a, gconstpointer b)
{
  const PoolFiles *one = a;
  const PoolFiles *other = b;

  return one->size_kib < other->size_kib ? -1 : one->size_kib > other->size_kib;
}

/* The pools below @pools_dir: a node's, or the host's own on a machine without nodes. */
static GArray *
open_pools (int sys, const char *pools_dir, const PinMounts *mounts)
{
  g_autoptr (GPtrArray) names = pin_sysfs_list (sys, pools_dir);
  GArray *pools = g_array_new (FALSE, FALSE, sizeof (PoolFiles));

  g_array_set_clear_func (pools, pool_files_clear);
  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      PoolFiles pool = { .size_kib = pin_sysfs_pool_size (name) };

      if (pool.size_kib == 0)
        continue;
      pool.served = pin_mounts_serve (mounts, pool.size_kib);
      pool.nr = open_file (sys, "%s/%s/nr_hugepages", pools_dir, name);
      pool.free = open_file (sys, "%s/%s/free_hugepages", pools_dir, name);
      pool.surplus = open_file (sys, "%s/%s/surplus_hugepages", pools_dir, name);
      pool.reserved = open_file (sys, HOST_POOLS "/%s/resv_hugepages", name);
      g_array_append_val (pools, pool);
    }
  g_array_sort (pools, compare_pools);
  return pools;
}

/* Zones stand in /proc/zoneinfo as "Node 0, zone DMA", with a line "high 61" each; "high:" is a per-CPU list's. */
static guint64
node_watermark (const char *zoneinfo, PinNodeId id)
{
  g_auto (GStrv) lines = zoneinfo == NULL ? NULL : g_strsplit (zoneinfo, "\n", -1);
  g_autofree char *head = g_strdup_printf ("Node %u,", id);
  gboolean here = FALSE;
  guint64 pages = 0;

  for (guint i = 0; lines != NULL && lines[i] != NULL; i++)
    {
      const char *line = lines[i] + strspn (lines[i], " ");

      if (g_str_has_prefix (line, "Node "))
        here = g_str_has_prefix (line, head);
      else if (here && g_str_has_prefix (line, "high "))
        pages += g_ascii_strtoull (line + strlen ("high "), NULL, 10);
    }
  return pages * ((guint64)sysconf (_SC_PAGESIZE) / 1024);
}

static void
open_node (PinSysfs *sysfs, GArray *nodes, PinNodeId id, const PinMounts *mounts, const char *zoneinfo)
{
  g_autofree char *pools_dir = g_strdup_printf (NODE_DIR "/node%u/hugepages", id);
  NodeFiles node = { .id = id };

  node.watermark_kib = node_watermark (zoneinfo, id);
  node.meminfo = open_file (sysfs->sys, NODE_DIR "/node%u/meminfo", id);
  if (node.meminfo >= 0 || faccessat (sysfs->sys, NODE_DIR, F_OK, 0) == 0)
    node.pools = open_pools (sysfs->sys, pools_dir, mounts);
  else
    {
      node.meminfo = open_file (sysfs->proc, "meminfo");
      node.pools = open_pools (sysfs->sys, HOST_POOLS, mounts);
    }
  g_array_append_val (nodes, node);
}

PinMemoryFiles *
pin_memory_files_open (PinSysfs *sysfs, const PinTopology *topology, const PinMounts *mounts)
{
  PinMemoryFiles *files = g_new0 (PinMemoryFiles, 1);
  g_autofree char *zoneinfo = pin_sysfs_read (sysfs->proc, "zoneinfo", PIN_SYSFS_TABLE_MAX, NULL);

  files->nodes = g_array_new (FALSE, FALSE, sizeof (NodeFiles));
  g_array_set_clear_func (files->nodes, node_files_clear);
  for (guint i = 0; i < topology->n_nodes; i++)
    open_node (sysfs, files->nodes, topology->nodes[i].id, mounts, zoneinfo);
  return files;
}

static gboolean
files_are_for (const PinMemoryFiles *files, const PinTopology *topology)
{
  if (files == NULL || files->nodes->len != topology->n_nodes)
    return FALSE;
  for (guint i = 0; i < topology->n_nodes; i++)
    if (g_array_index (files->nodes, NodeFiles, i).id != topology->nodes[i].id)
      return FALSE;
  return TRUE;
}

/* Reads all of an open file again.  Returns: its length, with a NUL behind it; -1 with errno set. */
static gssize
read_again (int fd, char *buffer, gsize size)
{
  gssize n;

  do
    n = pread (fd, buffer, size - 1, 0);
  while (n < 0 && errno == EINTR);
  if (n >= 0)
    buffer[n] = '\0';
  return n;
}

/* A number of pages; 0 where the machine was captured without the file. */
static guint64
read_count (int fd)
{
  char text[32];

  return fd >= 0 && read_again (fd, text, sizeof text) > 0 ? g_ascii_strtoull (text, NULL, 10) : 0;
}

static guint64
minus (guint64 a, guint64 b)
{
  return a > b ? a - b : 0;
}

/* Reads the pools of a node that libvirt can use.  Returns: what all of its pools hold, in KiB. */
static guint64
read_pools (const NodeFiles *files, PinNodeMemory *memory)
{
  guint64 held_kib = 0;

  memory->pools = g_renew (PinPool, memory->pools, files->pools->len);
  memory->n_pools = 0;
  for (guint i = 0; i < files->pools->len; i++)
    {
      const PoolFiles *pool = &g_array_index (files->pools, PoolFiles, i);
      guint64 nr = read_count (pool->nr);
      PinPool *out = &memory->pools[memory->n_pools];

      held_kib += nr * pool->size_kib;
      if (!pool->served)
        continue;
      memory->n_pools++;
      *out = (PinPool){ .size_kib = pool->size_kib };
      if (nr == 0)
        continue;
      /* A surplus page goes back to the kernel when its holder frees it: nobody can count on it. */
      out->total = minus (nr, read_count (pool->surplus));
      out->free = MIN (minus (read_count (pool->free), read_count (pool->reserved)), out->total);
    }
  return held_kib;
}

static gboolean
read_node (const NodeFiles *files, guint64 reserve_kib, PinNodeMemory *memory, GError **error)
{
  PinMeminfo info = { 0 };
  guint64 held_kib;
  guint64 usable_kib = 0;

  if (files->meminfo >= 0)
    {
      char text[MEMINFO_MAX];

      if (read_again (files->meminfo, text, sizeof text) < 0)
        {
          g_set_error (error, PIN_ERROR, PIN_ERROR_FAILED, "node%u/meminfo: %s", files->id, g_strerror (errno));
          return FALSE;
        }
      info = pin_meminfo_parse (text);
    }
  held_kib = read_pools (files, memory);
  for (guint i = 0; i < memory->n_pools; i++)
    usable_kib += memory->pools[i].total * memory->pools[i].size_kib;
  memory->total_kib = info.total;
  /* Pages that no guest can have as pages, nor as memory, are kept from guests like the rest of the reserve. */
  memory->reserve_kib = MIN (reserve_kib + minus (held_kib, usable_kib), info.total);
  memory->free_kib = MIN (pin_meminfo_obtainable_kib (&info, files->watermark_kib),
                          minus (info.total, usable_kib + memory->reserve_kib));
  return TRUE;
}

gboolean
pin_sysfs_read_memory (PinSysfs *sysfs, PinSnapshot *snapshot, const guint64 *reserve_kib, GError **error)
{
  const PinTopology *topology = snapshot->topology;

  if (!files_are_for (sysfs->memory, topology))
    {
      g_autoptr (PinMounts) mounts = pin_mounts_read (sysfs, NULL);

      pin_memory_files_free (sysfs->memory);
      sysfs->memory = pin_memory_files_open (sysfs, topology, mounts);
    }
  for (guint i = 0; i < topology->n_nodes; i++)
    if (!read_node (&g_array_index (sysfs->memory->nodes, NodeFiles, i), reserve_kib == NULL ? 0 : reserve_kib[i],
                    &snapshot->memory[i], error))
      {
        /* A node that was unplugged: the next topology has it no more. */
        g_clear_pointer (&sysfs->memory, pin_memory_files_free);
        return FALSE;
      }
  return TRUE;
}
