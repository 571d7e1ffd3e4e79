/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dump.h"

#include <sys/resource.h>

/*
 * One byte: too little for a file, and the number at which the kernel starts none of the programs that collect dumps.  A limit of 0 does
 * not keep it from that, and what such a program does with a dump is its own matter (core(5); fs/coredump.c in Linux).
 */
void
pin_dump_forbid (void)
{
  const struct rlimit one_byte = { 1, 1 };

  /* It fails where the limit is 0 and can't be raised. */
  setrlimit (RLIMIT_CORE, &one_byte);
}
