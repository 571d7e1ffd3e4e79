/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether a guest that saw a host's own CPU can go on under another one.  libvirt and QEMU do not check it.  What is not known
 * of either CPU (microcode and TSC are x86's alone) is not compared; only features must be known, and a TSC that is asked for.
 */
#pragma once

#include "plan.h"

/* TSC frequencies that differ by no more of the host's are one (libvirt: qemuProcessStartValidateTSC). */
#define PIN_CPU_TSC_TOLERANCE_PPM 250

/* Features that are named at most; of the others, their number is told. */
#define PIN_CPU_FEATURES_NAMED 8

/* What can differ of two CPUs, as masks. */
typedef enum
{
  PIN_CPU_FEATURES = 1 << 0, /* and the vendor */
  PIN_CPU_MICROCODE = 1 << 1,
  PIN_CPU_TSC = 1 << 2,
  PIN_CPU_NESTING = 1 << 3,
  PIN_CPU_ALL = (1 << 4) - 1
} PinCpuAspects;

/* Whether the guest sees the host's own CPU: which one, only its record can tell. */
gboolean pin_cpu_model_is_hosts (const PinGuest *guest);

/* Whether there is anything to compare: the guest sees the host's own CPU, nests, or asks for a TSC frequency. */
gboolean pin_cpu_model_matters (const PinGuest *guest);

/*
 * Compares the CPU where the guest started with this host's; either may be NULL: unknown.
 * Returns: PIN_CODE_FITS, or what is wrong, and then *ret_text tells each difference (transfer full).
 */
PinCode pin_cpu_model_differs (const PinGuest *guest, const PinCpuModel *home, const PinCpuModel *here, char **ret_text);

/* The same of @aspects alone. */
PinCode pin_cpu_model_differs_in (const PinGuest *guest, guint aspects, const PinCpuModel *home, const PinCpuModel *here,
                                  char **ret_text);
