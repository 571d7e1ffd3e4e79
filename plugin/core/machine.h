/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What machine types allow.  QEMU names RAM blocks by their backends, and refuses a stream whose names differ. */
#pragma once

#include "guest.h"
#include "placement.h"

/*
 * Whether the last thing that gives the guest's cells memory backends must stay: machine types of 5.0 and older name the
 * blocks otherwise without them (qemu: numa_mem_supported; libvirt: qemuBuildNumaCommandLine).  A name whose version can't be
 * told counts as old.  Without cells nothing is fixed.
 */
gboolean pin_machine_fixes_backends (const PinGuest *guest);

/*
 * Whether a page that is asked for is surely the kernel's own: no huge page and no backend (libvirt: qemuBuildMemoryBackendProps).
 * That is 4 KiB on x86 and s390x, 4 or 16 on arm64; tools write it for "small pages".  Of 64 KiB the host has to tell: it has a pool of
 * them, or they are its own.  0, the default size, is a huge one.
 */
gboolean pin_machine_is_plain_page (guint64 page_kib);

/* Whether @placement gives at least one cell of @guest a backend: memnode, pages for named cells, access or memAccess, source. */
gboolean pin_machine_has_backends (const PinGuest *guest, const PinPlacement *placement);

/* Whether libvirt takes memnodes beside what @placement says: not where numad places all memory. */
gboolean pin_machine_takes_memnodes (const PinPlacement *placement);

/*
 * Whether @guest must keep huge pages, of whatever size: its machine type fixes backends, and nothing but pages for named cells can give
 * them; or it is of 3.1 or older, which names memory of files otherwise than other memory, and nothing but pages makes it a file.
 */
gboolean pin_machine_needs_pages (const PinGuest *guest, const PinPlacement *original);
