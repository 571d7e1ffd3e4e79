/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Huge pages, the directory of shared memory, and resctrl. */
#include "exam-parts.h"

#include "core/number.h"
#include "host-file.h"
#include "host/sysfs-root.h"

#include <string.h>

#define POOLS "/sys/kernel/mm/hugepages"

static void
add_hugetlbfs (const PinMounts *mounts, GVariantDict *facts)
{
  g_auto (GVariantBuilder) sizes = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("at"));
  g_autoptr (GHashTable) had = g_hash_table_new (g_int64_hash, g_int64_equal);

  for (guint i = 0; i < mounts->page_kib->len; i++)
    if (g_hash_table_add (had, &g_array_index (mounts->page_kib, guint64, i)))
      g_variant_builder_add (&sizes, "t", g_array_index (mounts->page_kib, guint64, i));
  g_variant_dict_insert_value (facts, "hugetlbfs", g_variant_builder_end (&sizes));
}

/* A kernel without huge pages has no such directory. */
static void
add_pools (const PinExamOrder *order, GVariantDict *facts)
{
  g_auto (GVariantBuilder) pools = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{tt}"));
  g_autoptr (GPtrArray) names = NULL;

  if (pin_exam_list (order, POOLS, &names) == PIN_EXAM_HIDDEN)
    return;
  for (guint i = 0; names != NULL && i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      g_autofree char *path = g_build_filename (POOLS, name, "nr_hugepages", NULL);
      g_autofree char *text = NULL;
      guint64 pages;

      if (pin_sysfs_pool_size (name) != 0 && pin_exam_read (order, path, &text) == PIN_EXAM_SEEN
          && pin_number_parse (text, 10, 0, G_MAXINT64, &pages))
        g_variant_builder_add (&pools, "{tt}", pin_sysfs_pool_size (name), pages);
    }
  g_variant_dict_insert_value (facts, "pools", g_variant_builder_end (&pools));
}

/* Where memory of guests that share it is, if it is in files; libvirt makes directories below it. */
static void
add_backing (const PinExamOrder *order, PinSysfs *sysfs, GVariantDict *facts)
{
  const char *directory = NULL;
  g_autofree char *target = NULL;
  struct stat status;

  if (!g_variant_dict_lookup (facts, "memory-backing-dir", "&s", &directory))
    return;
  target = pin_exam_follow (order, directory, &status);
  if (target != NULL)
    {
      g_autoptr (PinMounts) mounts = pin_mounts_read (sysfs, target);

      if (mounts->filesystem != NULL)
        pin_exam_add_text (facts, "memory-backing-filesystem", mounts->filesystem);
    }
}

/* Whether /proc/filesystems has @name: "nodev\tresctrl". */
static gboolean
has_filesystem (const char *text, const char *name)
{
  g_auto (GStrv) words = g_strsplit_set (text, " \t\n", -1);

  return g_strv_contains ((const char *const *)words, name);
}

static void
add_resctrl (const PinExamOrder *order, PinSysfs *sysfs, GVariantDict *facts)
{
  g_autoptr (PinMounts) mounts = pin_mounts_read (sysfs, "/sys/fs/resctrl");
  g_autofree char *text = NULL;

  if (mounts->known)
    g_variant_dict_insert (facts, "resctrl", "b", g_strcmp0 (mounts->filesystem, "resctrl") == 0);
  if (pin_exam_read (order, "/proc/filesystems", &text) == PIN_EXAM_SEEN)
    g_variant_dict_insert (facts, "resctrl-able", "b", has_filesystem (text, "resctrl"));
}

void
pin_exam_memory (const PinExamOrder *order, GVariantDict *facts)
{
  g_autoptr (PinSysfs) sysfs = pin_sysfs_open (order->root, NULL);
  g_autoptr (PinMounts) mounts = NULL;

  if (sysfs == NULL)
    return;
  mounts = pin_mounts_read (sysfs, NULL);
  if (mounts->known)
    add_hugetlbfs (mounts, facts);
  add_pools (order, facts);
  add_backing (order, sysfs, facts);
  add_resctrl (order, sysfs, facts);
}
