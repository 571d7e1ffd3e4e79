/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The entry that libFuzzer calls (clang -fsanitize=fuzzer), and runner.c where there is none. */
#pragma once

#include <glib.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);
