/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Gives back what only starting needed: libvirt's client library brings dozens of others, and their set-up is run once. */
#pragma once

/*
 * Returns free heap to the kernel, and unmaps the pages of code that came in so far: those that are used again come back from the
 * page cache, without a read (madvise(2), MADV_DONTNEED on private mappings of files that were never written).
 */
void pin_trim (void);
