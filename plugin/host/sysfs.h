/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What /sys, /proc and /run say of a host, read below a root directory: a captured machine reads like a live one. */
#pragma once

#include "core/snapshot.h"

typedef struct _PinSysfs PinSysfs;

/* @root: "/" for this host, or a directory that has sys/ and proc/ (or is itself a captured /sys: has devices/system).
 * (transfer full); NULL with PIN_ERROR_NOT_FOUND or PIN_ERROR_FAILED. */
PinSysfs *pin_sysfs_open (const char *root, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pin_sysfs_free (PinSysfs *sysfs);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinSysfs, pin_sysfs_free)

/*
 * CPUs, nodes, cores, distances: sparse ids, offline CPUs, nodes without CPUs or memory.  A machine without
 * /sys/devices/system/node is one node 0.  Sources: kernel Documentation/admin-guide/cputopology.rst,
 * ABI/stable/sysfs-devices-node.
 */
PinTopology *pin_sysfs_read_topology (PinSysfs *sysfs, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/*
 * Fills @snapshot's isolated and allowed sets, memory_backing_tmpfs, default page size, l3 and bandwidth (resctrl) and CPU flags:
 * what changes seldom.  @memory_backing_dir: libvirt's (qemu.conf), "/var/lib/libvirt/qemu/ram" by default.
 */
gboolean pin_sysfs_read_host (PinSysfs *sysfs, PinSnapshot *snapshot, const char *memory_backing_dir,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/*
 * Fills @snapshot->memory of each node as of now: total; free_kib, what a new guest could have as far as the kernel
 * tells (MemFree + FilePages - Shmem + SReclaimable - the node's high watermarks, at most total - pools - reserve_kib);
 * and the pools (without surplus pages; reserved pages of the whole host are taken from every node, since which node
 * they are on is not told).  Pools of a size that no hugetlbfs mount serves are left out, since libvirt can't use them,
 * and what they hold is added to reserve_kib: total_kib - pools - reserve_kib is always what guests may have in all, so
 * a caller who knows what the guests need sets free_kib to the lesser of itself and that less their needs. Cheap, it
 * runs while a hook waits: it re-reads open files.  Mounts and watermarks are those of the last pin_sysfs_read_host()
 * or pin_sysfs_read_topology().  @reserve_kib: per node index, or NULL.
 */
gboolean pin_sysfs_read_memory (PinSysfs *sysfs, PinSnapshot *snapshot, const guint64 *reserve_kib,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The host's load of the last five minutes (/proc/loadavg), in per mille of @n_cpus; -1: it does not say, or @n_cpus is 0. */
gint pin_sysfs_read_load (PinSysfs *sysfs, guint n_cpus);

/*
 * CPUs to which a thread of a process of the host is solely bound: a packet poller, say.  Kernel threads and all that
 * libvirt runs for guests are left out.  It reads a file per thread of the host, so call it seldom; it uses nothing of
 * @sysfs that the other functions change, so it may run in another thread.  A captured machine without processes has
 * none. Returns: (transfer full) never NULL.
 */
PinCpuset *pin_sysfs_read_bound (PinSysfs *sysfs);

/*
 * The process of guest @name, as libvirt's QEMU driver notes it in /run/libvirt/qemu, which everybody may read (libvirt:
 * virPidFileBuildPath(), virPidFileAcquirePath()).
 * Returns: its id; 0 if there is none, or with PIN_ERROR_FAILED if that can't be read.
 */
guint pin_sysfs_find_emulator (PinSysfs *sysfs, const char *name, GError **error);

/*
 * The memory that process @pid has: ordinary pages (VmRSS) and huge ones (HugetlbPages of /proc/PID/status; kernel
 * Documentation/filesystems/proc.rst).  Returns: FALSE if there is no such process.
 */
gboolean pin_sysfs_read_resident (PinSysfs *sysfs, guint pid, guint64 *ret_memory_kib, guint64 *ret_pages_kib);
