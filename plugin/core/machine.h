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

/* Whether @placement gives at least one cell of @guest a backend: memnode, pages for named cells, access or memAccess, source. */
gboolean pin_machine_has_backends (const PinGuest *guest, const PinPlacement *placement);

/* Whether libvirt takes memnodes beside what @placement says: not where numad places all memory. */
gboolean pin_machine_takes_memnodes (const PinPlacement *placement);

/* Whether @guest must keep huge pages: its machine type fixes backends, and nothing but pages for named cells can give them. */
gboolean pin_machine_needs_pages (const PinGuest *guest, const PinPlacement *original);
