/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A host in one line: "node:2 core:8 thread:2 mem:64G huge2M:1024 huge1G:8". */
#pragma once

#include "core/snapshot.h"

/*
 * Cores, memory and pages are per node, all free; all first threads are numbered before the second ones.  `node` and `core`
 * must be there; thread defaults to 1, mem to none.  Sizes take K, M, G, T (powers of 1024).
 * Returns: (transfer full); NULL with PIN_ERROR_INVALID naming the word that is wrong and what is known.
 */
PinSnapshot *pin_synthetic_parse (const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;
