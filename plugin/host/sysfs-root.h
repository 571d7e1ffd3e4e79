/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How the sysfs rooms read: every file through one of the functions below, relative to a directory, of bounded size. */
#pragma once

#include "host/sysfs.h"

/* No attribute is longer: a list of PIN_CPUSET_MAX CPUs, every other one, has 48 KiB. */
#define PIN_SYSFS_ATTRIBUTE_MAX (64 * 1024)
/* /proc/zoneinfo and /proc/mounts of the greatest machines. */
#define PIN_SYSFS_TABLE_MAX (16 * 1024 * 1024)

typedef struct _PinMemoryFiles PinMemoryFiles;

struct _PinSysfs
{
  int sys;                /* /sys of the machine */
  int proc;               /* /proc of the machine, -1: a captured /sys has none */
  int run;                /* /run of the machine, -1: it has none */
  PinMemoryFiles *memory; /* open files of pin_sysfs_read_memory(); NULL: not yet, or topology may have changed */
};

/*
 * Reads @path below directory @dir.
 * Returns: (transfer full) its text without trailing white space; NULL with PIN_ERROR_NOT_FOUND if it is not there,
 * PIN_ERROR_FAILED if it can't be read or has more than @max bytes.
 */
char *pin_sysfs_read (int dir, const char *path, gsize max, GError **error);

/* The first @max bytes of @path, or less; NULL if it can't be read.  (transfer full) */
char *pin_sysfs_read_head (int dir, const char *path, gsize max);

/* Numbers of an attribute, in list syntax or, if there is no such file, in that of a hexadecimal mask
 * ("0000,000000f0").
 * "(null)" is an empty set.  @mask_path may be NULL.  NULL if neither is there or parses.  (transfer full) */
PinCpuset *pin_sysfs_read_set (int dir, const char *list_path, const char *mask_path);

/* The number in @path; @fallback if it is not there, is none, or is negative. */
guint64 pin_sysfs_read_number (int dir, const char *path, guint64 fallback);

/* Names in directory @path, "." and ".." left out, sorted; empty if it is not there.  (transfer container of owned
 * strings) */
GPtrArray *pin_sysfs_list (int dir, const char *path);

/* The N of the entries @prefixN of directory @path.  (transfer full) */
PinCpuset *pin_sysfs_list_numbers (int dir, const char *path, const char *prefix);

/* The CPUs of a hexadecimal mask ("0000,000000f0"); NULL: @text is none.  (transfer full) */
PinCpuset *pin_sysfs_parse_mask (const char *text);

/* The size of a directory name like "hugepages-2048kB", in KiB; 0: it is none. */
guint64 pin_sysfs_pool_size (const char *name);

/*
 * What /proc/mounts says.  A machine without the file (a captured /sys) is not known to lack any mount: @known is
 * FALSE.
 */
typedef struct
{
  gboolean known;
  GArray *page_kib;    /* guint64, page sizes of the hugetlbfs mounts, in the order of mounting */
  guint64 default_kib; /* what libvirt takes for <hugepages/>: the kernel's default if mounted, or the first; 0: none */
  char *filesystem;    /* type of what the directory that was asked for is on ("ext4"); NULL: none was, or it is not known */
} PinMounts;

/* @directory: absolute, or NULL. */
PinMounts *pin_mounts_read (PinSysfs *sysfs, const char *directory);
void pin_mounts_free (PinMounts *mounts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinMounts, pin_mounts_free)

/* Opens what pin_sysfs_read_memory() reads for the nodes of @topology.  (transfer full) */
PinMemoryFiles *pin_memory_files_open (PinSysfs *sysfs, const PinTopology *topology, const PinMounts *mounts);
void pin_memory_files_free (PinMemoryFiles *files);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinMemoryFiles, pin_memory_files_free)

/* Whether libvirt can use pages of @size_kib. */
gboolean pin_mounts_serve (const PinMounts *mounts, guint64 size_kib);

/* Fills @snapshot's l3 and bandwidth from /sys/fs/resctrl. */
void pin_resctrl_read (PinSysfs *sysfs, PinSnapshot *snapshot);

/* The CPU as /proc/cpuinfo and kvm's parameters tell it; NULL: no cpuinfo.  (transfer full) */
PinCpuModel *pin_cpuinfo_read (PinSysfs *sysfs);
