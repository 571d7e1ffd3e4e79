/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* malloc() and the like of this executable: glibc's, and a count.  What is defined here serves the libraries too. */
#include "bench-malloc.h"

#include <errno.h>
#include <stdlib.h>

void *__libc_malloc (size_t size);
void *__libc_calloc (size_t n, size_t size);
void *__libc_realloc (void *old, size_t size);
void *__libc_memalign (size_t alignment, size_t size);

static guint64 count;

guint64
pin_bench_allocations (void)
{
  return count;
}

void *
malloc (size_t size)
{
  count++;
  return __libc_malloc (size);
}

void *
calloc (size_t n, size_t size)
{
  count++;
  return __libc_calloc (n, size);
}

void *
realloc (void *old, size_t size)
{
  count++;
  return __libc_realloc (old, size);
}

void *
aligned_alloc (size_t alignment, size_t size)
{
  count++;
  return __libc_memalign (alignment, size);
}

int
posix_memalign (void **ret_memory, size_t alignment, size_t size)
{
  count++;
  *ret_memory = __libc_memalign (alignment, size);
  return *ret_memory != NULL ? 0 : ENOMEM;
}
