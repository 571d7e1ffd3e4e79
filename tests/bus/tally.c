/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Stands between a process and glibc's malloc (LD_PRELOAD). */
#include "tally.h"

#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdlib.h>

#define BLOCK_BYTES 1024

void *__libc_malloc (size_t size);
void *__libc_calloc (size_t n, size_t size);
void *__libc_realloc (void *object, size_t size);
void *__libc_memalign (size_t alignment, size_t size);
void __libc_free (void *object);

typedef struct
{
  atomic_long objects;
  atomic_long block_bytes;
} Sum;

static Sum *
sum_get (void)
{
  static Sum sum;

  return &sum;
}

static long
block_bytes_of (void *object)
{
  size_t size = malloc_usable_size (object);

  return size >= BLOCK_BYTES ? (long) size : 0;
}

static void *
add (void *object)
{
  if (object == NULL)
    return NULL;
  atomic_fetch_add (&sum_get ()->objects, 1);
  atomic_fetch_add (&sum_get ()->block_bytes, block_bytes_of (object));
  return object;
}

static void *
take_out (void *object)
{
  if (object == NULL)
    return NULL;
  atomic_fetch_sub (&sum_get ()->objects, 1);
  atomic_fetch_sub (&sum_get ()->block_bytes, block_bytes_of (object));
  return object;
}

Tally
tally_now (void)
{
  return (Tally) { atomic_load (&sum_get ()->objects), atomic_load (&sum_get ()->block_bytes) };
}

void *
malloc (size_t size)
{
  return add (__libc_malloc (size));
}

void *
calloc (size_t n, size_t size)
{
  return add (__libc_calloc (n, size));
}

/* There is memory. */
void *
realloc (void *object, size_t size)
{
  return add (__libc_realloc (take_out (object), size));
}

void *
memalign (size_t alignment, size_t size)
{
  return add (__libc_memalign (alignment, size));
}

void *
aligned_alloc (size_t alignment, size_t size)
{
  return memalign (alignment, size);
}

int
posix_memalign (void **ret_object, size_t alignment, size_t size)
{
  *ret_object = memalign (alignment, size);
  return *ret_object != NULL ? 0 : ENOMEM;
}

void
free (void *object)
{
  __libc_free (take_out (object));
}
