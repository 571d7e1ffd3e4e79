/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What of a guest's devices a migration depends on: files that have to be there, and devices that can't be taken along. */
#pragma once

#include "format/xml-value.h"

typedef struct
{
  char *path;          /* absolute */
  gboolean writable;   /* the guest, or QEMU for it, writes to it: it has to be the same file there */
} PinDeviceFile;

/*
 * Files and block devices of the disks of @root, a <domain>: images, what those are based on, and CD-ROMs, but for such that libvirt starts the guest
 * without (startupPolicy).  (transfer full) GPtrArray of PinDeviceFile, each path once.
 */
GPtrArray *pin_device_files (const xmlNode *root);

/*
 * Why the guest of @root can't be migrated while it runs, in words that follow its name: "has a host device of type pci".
 * (transfer full) GPtrArray of strings, each once; empty: nothing is known that stands in the way.
 */
GPtrArray *pin_device_bonds (const xmlNode *root);
