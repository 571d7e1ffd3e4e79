/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The entry that libFuzzer calls (clang -fsanitize=fuzzer), and runner.c where there is none; and what holds for all targets. */
#pragma once

#include <glib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* More than any line for people needs, and far less than an input may be long. */
#define FUZZ_LINE_MAX 2000

/* @text is for the journal, a terminal or the bus: one line, UTF-8, and no longer than a line is. */
static inline void
fuzz_assert_line (const char *text)
{
  g_assert_nonnull (text);
  g_assert_cmpuint (strlen (text), >, 0);
  g_assert_cmpuint (strlen (text), <=, FUZZ_LINE_MAX);
  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_assert_null (strpbrk (text, "\r\n"));
}
