/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a node has besides CPUs, in words. */
#pragma once

#include "core/snapshot.h"

/* "62.8 GiB of 93.5 GiB available", "2 MiB pages: 512 of 1024 free", ...: of node index @node.  (transfer full) */
GStrv pin_node_words (const PinSnapshot *host, guint node);
