/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What /sys and /proc say of this host, read below a root directory so that a captured machine reads like a live one. */
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
 * /sys/devices/system/node is one node 0.  Sources: kernel Documentation/admin-guide/cputopology.rst, ABI/stable/sysfs-devices-node.
 */
PinTopology *pin_sysfs_read_topology (PinSysfs *sysfs, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/*
 * Fills @snapshot's isolated and allowed sets, memory_backing_tmpfs, default page size, l3 (resctrl) and CPU flags: what
 * changes seldom.  @memory_backing_dir: libvirt's (qemu.conf), "/var/lib/libvirt/qemu/ram" by default.
 */
gboolean pin_sysfs_read_host (PinSysfs *sysfs, PinSnapshot *snapshot, const char *memory_backing_dir, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

/*
 * Fills @snapshot->memory of each node as of now: total, what a new guest could have if there were no guests (MemFree + FilePages +
 * SReclaimable - the node's high watermarks, at most MemTotal - huge page pools - reserve), and the pools (free less surplus games;
 * reserved pages of the whole host are taken from every node, since which node they are on is not told).  Pools of a size that
 * no hugetlbfs mount serves are left out: libvirt can't use them.  Cheap: it runs while a hook waits.
 * @reserve_kib: per node index, or NULL.
 */
gboolean pin_sysfs_read_memory (PinSysfs *sysfs, PinSnapshot *snapshot, const guint64 *reserve_kib, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
