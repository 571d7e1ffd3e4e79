/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a guest that saw a host's own CPU can go on under another one.  libvirt and QEMU do not check it. */
#pragma once

#include "plan.h"

/* TSC frequencies that differ by less are one (libvirt: qemuProcessStartValidateTSC). */
#define PIN_CPU_TSC_TOLERANCE_PPM 250

/* Whether the guest sees the host's own CPU, or nests. */
gboolean pin_cpu_model_matters (const PinGuest *guest);

/*
 * Compares the CPU where the guest started with this host's; either may be NULL: unknown.
 * Returns: PIN_CODE_FITS, or what is wrong, and then *ret_text says it, feature by feature (transfer full).
 */
PinCode pin_cpu_model_differs (const PinGuest *guest, const PinCpuModel *home, const PinCpuModel *here, char **ret_text);
