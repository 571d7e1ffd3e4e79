/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files of the host that is examined.  Each path is absolute, and below PinExamOrder.root. */
#pragma once

#include "exam.h"

#include <sys/stat.h>

typedef enum
{
  PIN_EXAM_SEEN,
  PIN_EXAM_MISSING, /* it is not there */
  PIN_EXAM_HIDDEN   /* nobody knows: it may not be read, or is not what it should be */
} PinExamSight;

/* @path from the real root; links of it are not resolved.  (transfer full) */
char *pin_exam_path (const PinExamOrder *order, const char *path);

/* A text of 64 KiB at most, without trailing white space.  *ret_text: (transfer full), NULL if it was not seen. */
PinExamSight pin_exam_read (const PinExamOrder *order, const char *path, char **ret_text);
/* The same with a limit of one's own. */
PinExamSight pin_exam_read_up_to (const PinExamOrder *order, const char *path, gsize max, char **ret_text);

/* Names in a directory, sorted.  *ret_names: (transfer container of owned strings), NULL if it was not seen. */
PinExamSight pin_exam_list (const PinExamOrder *order, const char *path, GPtrArray **ret_names);

/*
 * Where @path leads to, all links resolved as if PinExamOrder.root were the root; what it leads to need not be there.
 * *ret_status: of what is there; st_mode is 0 if there is nothing, or links go in circles.
 * Returns: (transfer full) NULL if it may not be looked up.
 */
char *pin_exam_follow (const PinExamOrder *order, const char *path, struct stat *ret_status);

/* Adds @text as @key; bytes that are no UTF-8, which a GVariant can't have, are replaced. */
void pin_exam_add_text (GVariantDict *facts, const char *key, const char *text);
