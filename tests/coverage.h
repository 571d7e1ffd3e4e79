/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* In each file of a build for tests/coverage: what leaves by _exit() has its counters written, too. */

#ifndef PIN_COVERAGE_H
#define PIN_COVERAGE_H

#include <gcov.h>
#include <unistd.h>

#define _exit(status) (__gcov_dump (), _exit (status))

#endif
