/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hosts from one line of words KEY:VALUE. */
#include "format/synthetic.h"

#include "core/error.h"
#include "core/number.h"
#include "format/quote.h"

#include <string.h>

#define KNOWN_WORDS "node:N, core:N, thread:N, mem:SIZE, hugeSIZE:N"
#define THREADS_MAX 64
#define KIB_MAX (G_GUINT64_CONSTANT (1) << 50)
#define PAGE_KIB_MAX (G_GUINT64_CONSTANT (1) << 30)
#define PAGE_KIB_MIN 4

typedef struct
{
  guint64 nodes;   /* 0: not said */
  guint64 cores;   /* a node; 0: not said */
  guint64 threads; /* a core; 0: not said */
  guint64 mem_kib; /* a node */
  gboolean has_mem;
  GArray *pools; /* PinPool, a node */
} Words;

/* Sets an error that names @word; for use as the last line of a failing function. */
static gboolean
refuse (GError **error, const char *word, const char *why)
{
  g_autofree char *quoted = pin_quote (word);

  g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "'%s' in the host: %s; known are %s", quoted, why, KNOWN_WORDS);
  return FALSE;
}

/* Reads a number of 1 .. @max into @value, which must be 0 until then. */
static gboolean
read_count (const char *word, const char *text, guint64 max, guint64 *value, GError **error)
{
  if (*value != 0)
    return refuse (error, word, "is there twice");
  if (!pin_number_parse (text, 10, 1, max, value))
    {
      g_autofree char *why = g_strdup_printf ("needs a number from 1 to %" G_GUINT64_FORMAT, max);

      return refuse (error, word, why);
    }

  return TRUE;
}

/* Reads "64G" and the like.  Returns: FALSE if it is no such size, or more than an exbibyte. */
static gboolean
read_size (const char *text, guint64 *ret_kib)
{
  static const char units[] = "KMGT";
  gsize length = strlen (text);
  const char *unit = length > 1 ? strchr (units, text[length - 1]) : NULL;
  g_autofree char *digits = NULL;
  guint64 number;
  guint shift;

  if (unit == NULL)
    return FALSE;
  shift = 10 * (guint)(unit - units);
  digits = g_strndup (text, length - 1);
  if (!pin_number_parse (digits, 10, 0, KIB_MAX >> shift, &number))
    return FALSE;

  *ret_kib = number << shift;
  return TRUE;
}

static gboolean
read_pool (Words *words, const char *word, const char *size, const char *count, GError **error)
{
  PinPool pool = { 0 };

  if (!read_size (size, &pool.size_kib) || pool.size_kib < PAGE_KIB_MIN || pool.size_kib > PAGE_KIB_MAX
      || (pool.size_kib & (pool.size_kib - 1)) != 0)
    return refuse (error, word, "needs a page size as in huge2M, a power of two");
  for (guint i = 0; i < words->pools->len; i++)
    if (g_array_index (words->pools, PinPool, i).size_kib == pool.size_kib)
      return refuse (error, word, "is there twice");
  if (!pin_number_parse (count, 10, 0, KIB_MAX / pool.size_kib, &pool.total))
    {
      g_autofree char *why = g_strdup_printf ("needs a number of pages up to %" G_GUINT64_FORMAT, KIB_MAX / pool.size_kib);

      return refuse (error, word, why);
    }

  pool.free = pool.total;
  g_array_append_val (words->pools, pool);
  return TRUE;
}

static gboolean
read_mem (Words *words, const char *word, const char *text, GError **error)
{
  if (words->has_mem)
    return refuse (error, word, "is there twice");
  if (!read_size (text, &words->mem_kib))
    return refuse (error, word, "needs a size as in 64G, a whole number up to 1048576T");

  words->has_mem = TRUE;
  return TRUE;
}

static gboolean
read_word (Words *words, const char *word, GError **error)
{
  const char *colon = strchr (word, ':');
  g_autofree char *key = NULL;

  if (colon == NULL)
    return refuse (error, word, "has no ':'");

  key = g_strndup (word, (gsize)(colon - word));
  if (strcmp (key, "node") == 0)
    return read_count (word, colon + 1, PIN_TOPOLOGY_MAX_NODES, &words->nodes, error);
  if (strcmp (key, "core") == 0)
    return read_count (word, colon + 1, PIN_CPUSET_MAX, &words->cores, error);
  if (strcmp (key, "thread") == 0)
    return read_count (word, colon + 1, THREADS_MAX, &words->threads, error);
  if (strcmp (key, "mem") == 0)
    return read_mem (words, word, colon + 1, error);
  if (g_str_has_prefix (key, "huge"))
    return read_pool (words, word, key + strlen ("huge"), colon + 1, error);
  return refuse (error, word, "unknown word");
}

static gboolean
read_words (Words *words, const char *text, GError **error)
{
  g_auto (GStrv) split = g_strsplit_set (text, " \t\n", -1);

  for (guint i = 0; split[i] != NULL; i++)
    if (split[i][0] != '\0' && !read_word (words, split[i], error))
      return FALSE;

  if (words->nodes == 0)
    return refuse (error, text, "node is missing");
  if (words->cores == 0)
    return refuse (error, text, "core is missing");
  if (words->threads == 0)
    words->threads = 1;
  if (words->nodes * words->cores * words->threads > PIN_CPUSET_MAX)
    return refuse (error, text, "has more CPUs than " G_STRINGIFY (PIN_CPUSET_MAX));
  return TRUE;
}

/* CPU t * nodes * cores + c is thread t of core c, counted over all nodes. */
static PinTopology *
make_topology (const Words *words, GError **error)
{
  g_autoptr (PinTopologyBuilder) builder = pin_topology_builder_new ();
  guint n_cores = (guint)(words->nodes * words->cores);

  for (guint node = 0; node < words->nodes; node++)
    pin_topology_builder_add_node (builder, node, NULL, NULL);
  for (guint core = 0; core < n_cores; core++)
    {
      g_autoptr (PinCpuset) siblings = pin_cpuset_new ();
      guint node = core / (guint)words->cores;

      for (guint thread = 0; thread < words->threads; thread++)
        pin_cpuset_add (siblings, thread * n_cores + core);
      for (pin_cpuset_each (siblings, cpu))
        pin_topology_builder_add_cpu (builder, cpu, node, node, 0, core % (guint)words->cores, siblings, TRUE);
    }

  return pin_topology_builder_end (builder, error);
}

static gint
compare_pools (gconstpointer a, gconstpointer b)
{
  const PinPool *left = a;
  const PinPool *right = b;

  return (left->size_kib > right->size_kib) - (left->size_kib < right->size_kib);
}

PinSnapshot *
pin_synthetic_parse (const char *text, GError **error)
{
  g_autoptr (GArray) pools = g_array_new (FALSE, TRUE, sizeof (PinPool));
  Words words = { .pools = pools };
  g_autoptr (PinTopology) topology = NULL;
  PinSnapshot *snapshot;

  if (!read_words (&words, text, error))
    return NULL;
  topology = make_topology (&words, error);
  if (topology == NULL)
    return NULL;

  g_array_sort (pools, compare_pools);
  snapshot = pin_snapshot_new ("synthetic", topology);
  pin_cpuset_add_range (snapshot->allowed, 0, topology->n_cpus - 1);
  for (guint i = 0; i < topology->n_nodes; i++)
    {
      PinNodeMemory *memory = &snapshot->memory[i];

      memory->total_kib = words.mem_kib;
      memory->free_kib = words.mem_kib;
      memory->n_pools = pools->len;
      memory->pools = g_memdup2 (pools->data, pools->len * sizeof (PinPool));
    }

  return snapshot;
}
