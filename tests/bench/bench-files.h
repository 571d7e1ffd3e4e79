/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the benchmark feeds to the hook and the service: two guests and a host. */

#pragma once

#include <glib.h>

/* What a domain XML of the benchmark weighs, in bytes. */
#define PIN_BENCH_XML_BYTES (30 * 1024)

/* A guest without a placement, of 4 vCPUs and 4 GiB, filled up with disks. (transfer full) */
char *pin_bench_untuned_xml (void);

/* A guest of 256 vCPUs, each pinned to a CPU of its own, and 8 cells, each with strict memory on a node of its own,
 * that comes from a host of 8 nodes x 32 CPUs. (transfer full) */
char *pin_bench_tuned_xml (void);

/* Writes the files of /sys and /proc of a host of 2 nodes x 32 CPUs (16 cores of 2 threads, and 64 GiB, in each) below
 * @root. */
void pin_bench_write_host (const char *root);
