/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a process has of the heap, counted where it is taken and given back: to a byte, and whichever library took it.  What malloc says of
 * itself counts what it keeps for later as used, and rounds.
 */
#pragma once

typedef struct
{
  long objects;     /* that nobody has freed */
  long block_bytes; /* in those of them that are large: what grows with its place, as an array does, is one object */
} Tally;

/* All 0 where a sanitizer has malloc. */
Tally tally_now (void);
