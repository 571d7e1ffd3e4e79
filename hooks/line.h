/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One bounded line of clean text, and the two places where the hook may say it.
 *
 * Nothing in here allocates, locks or touches errno-changing state that a signal handler may not touch:
 * the deadline's handler says its last words through the same functions as everybody else. */

#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Below PIPE_BUF, so that a line arrives whole on stderr, and below what any syslog takes. */
#define PIN_LINE_MAX 2048

/* PinLine: text that is always one line, NUL-terminated and valid UTF-8. */
typedef struct
{
  size_t length; /* bytes, without the NUL */
  char text[PIN_LINE_MAX];
} PinLine;

#define PIN_LINE_INIT                                                                                                  \
  {                                                                                                                    \
    0, ""                                                                                                              \
  }

/* The length in bytes (1 to 4) of the UTF-8 sequence at @text, or 0 if there is no valid one. */
size_t pin_utf8_length (const char *text);

/* Whether the whole of @text is valid UTF-8. */
bool pin_utf8_is_valid (const char *text);

/* Appends @text. Control characters become spaces, bytes that are not UTF-8 become question marks, and what
 * does not fit is left out at a character's boundary. */
void pin_line_add (PinLine *line, const char *text);

/* Appends @number in decimal. */
void pin_line_add_number (PinLine *line, unsigned long number);

/* Sends @text to the local syslog as pinshift-hook, facility daemon, at @priority (LOG_WARNING and the like).
 * Never blocks and never fails: a logger that hangs or is absent must not stop a migration. */
void pin_log (int priority, const char *text);

/* Writes "pinshift: TEXT" to stderr, where libvirt collects it for the user of virsh. */
void pin_complain (const char *text);
