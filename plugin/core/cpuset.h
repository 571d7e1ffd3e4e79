/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets of CPU numbers or node numbers, in libvirt's syntax.  All numbers are the operating system's. */
#pragma once

#include <glib.h>

typedef guint PinCpuId;
typedef guint PinNodeId; /* a NUMA node of a host */
typedef guint PinCellId; /* a NUMA cell of a guest */

/* libvirt's VIR_DOMAIN_CPUMASK_LEN: the greatest number in a set is one less. */
#define PIN_CPUSET_MAX 16384

#define PIN_CPUSET_END G_MAXUINT

typedef struct
{
  guint base;     /* words before it are zero, and not there: sets of high numbers are as small as others */
  guint n_words;  /* words that are there; bits beyond them are zero */
  guint64 *words; /* bit i of words[w] is number 64 * (base + w) + i; points to few while those are enough */
  guint64 few[2];
} PinCpuset;

/* A set of node numbers: the same value, another reading. */
typedef PinCpuset PinNodeset;

/* New empty set; free with pin_cpuset_free(). */
PinCpuset *pin_cpuset_new (void);
PinCpuset *pin_cpuset_new_one (guint number);
PinCpuset *pin_cpuset_new_range (guint first, guint last);
PinCpuset *pin_cpuset_copy (const PinCpuset *set); /* NULL gives NULL */
void pin_cpuset_free (PinCpuset *set);             /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinCpuset, pin_cpuset_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinNodeset, pin_cpuset_free)

/*
 * Parses @text as libvirt's virBitmapParse() does: numbers and ranges joined by commas, `^` takes out again what stands
 * before it ("0-7,^3"), white space around items is fine.  An empty text is an empty set, as in sysfs lists.
 * Returns: (transfer full) the set; NULL with PIN_ERROR_INVALID for bad syntax, a range that runs backwards, or a number of
 * PIN_CPUSET_MAX and above.
 */
PinCpuset *pin_cpuset_parse (const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Canonical text, "0-3,8"; "" for an empty set.  (transfer full) */
char *pin_cpuset_format (const PinCpuset *set) G_GNUC_WARN_UNUSED_RESULT;

/* Numbers outside 0 .. PIN_CPUSET_MAX - 1 are programmer errors here. */
void pin_cpuset_add (PinCpuset *set, guint number);
void pin_cpuset_add_range (PinCpuset *set, guint first, guint last);
void pin_cpuset_remove (PinCpuset *set, guint number);

/* In the questions below a NULL set counts as empty. */
static inline gboolean
pin_cpuset_contains (const PinCpuset *set, guint number)
{
  guint word = set != NULL ? number / 64 - set->base : 0;

  return set != NULL && word < set->n_words && (set->words[word] >> number % 64 & 1) != 0;
}
gboolean pin_cpuset_is_empty (const PinCpuset *set);
guint pin_cpuset_count (const PinCpuset *set);
guint pin_cpuset_first (const PinCpuset *set);             /* PIN_CPUSET_END if empty */
guint pin_cpuset_next (const PinCpuset *set, guint after); /* first member > @after, or PIN_CPUSET_END */
gboolean pin_cpuset_equal (const PinCpuset *a, const PinCpuset *b);
gboolean pin_cpuset_is_subset (const PinCpuset *part, const PinCpuset *whole);
gboolean pin_cpuset_intersects (const PinCpuset *a, const PinCpuset *b);

/* In place: @set becomes its union, intersection or difference with @other (NULL: empty). */
void pin_cpuset_unite (PinCpuset *set, const PinCpuset *other);
void pin_cpuset_intersect (PinCpuset *set, const PinCpuset *other);
void pin_cpuset_subtract (PinCpuset *set, const PinCpuset *other);

/* for (pin_cpuset_each (set, cpu)) visits the members upwards; @set must not change meanwhile. */
#define pin_cpuset_each(set, n) \
  guint n = pin_cpuset_first (set); n != PIN_CPUSET_END; n = pin_cpuset_next ((set), n)
