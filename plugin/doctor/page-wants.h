/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which huge pages guests want of a host, and which it has. */
#pragma once

#include "check.h"

#define PIN_PAGE_ANYWHERE PIN_CPUSET_END

/* Pages of one size, of a node or from anywhere. */
typedef struct
{
  guint64 size_kib;
  PinNodeId node;
  guint64 pages;
} PinPageWant;

/*
 * What @guest, for which @placement was written, wants on @host: of each size all of it, and what is bound to one node.  Sizes up to
 * PIN_PAGE_PLAIN_MAX_KIB may be the kernel's own, and are left out.  (transfer full) GArray of PinPageWant.
 */
GArray *pin_page_wants (const PinPatient *host, const PinGuest *guest, const PinPlacement *placement);

/* Adds to the one of @wants that has the same size and node, or as a new one. */
void pin_page_wants_add (GArray *wants, guint64 size_kib, PinNodeId node, guint64 pages);

/* Pages of @want's size and node that @host has, whose "pools" are known; G_MAXUINT64 where its nodes' are not. */
guint64 pin_page_pool (const PinPatient *host, const PinPageWant *want);

/* "512 pages of 2 MiB", "1 page of 1 GiB".  (transfer full) */
char *pin_page_text (guint64 pages, guint64 size_kib);

/* What to type for that many pages.  (transfer full) */
char *pin_page_remedy (const PinPageWant *want);
