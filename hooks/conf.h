/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* hook.conf: what the hook does, and what it does when it can't ask. */

#pragma once

#include <stdbool.h>

typedef enum
{
  PIN_MODE_ENFORCE, /* the answer is carried out */
  PIN_MODE_OBSERVE, /* asked and logged by the service, but nothing changes */
  PIN_MODE_OFF,     /* nobody is asked */
} PinMode;

/* PinConf: the three keys of hook.conf. */
typedef struct
{
  PinMode mode;
  bool refuse_on_failure; /* on-failure = refuse */
  unsigned deadline_ms;   /* over everything from the first byte of stdin to the answer */
} PinConf;

#define PIN_CONF_DEFAULT                                                                                               \
  {                                                                                                                    \
    PIN_MODE_ENFORCE, false, 3000                                                                                      \
  }

/* Bounds of the deadline, in milliseconds. The migrating client holds its connection open meanwhile. */
#define PIN_DEADLINE_MIN_MS 10
#define PIN_DEADLINE_MAX_MS 60000

/* The file that is read: the installed one, or for tests the one that PINSHIFT_HOOK_CONF names (libvirt
 * passes no such variable to its hooks). */
const char *pin_conf_path (void);

/* Reads @path. It can't fail: an absent file gives the defaults, and a line that can't be understood or a file
 * that can't be read is named in the syslog, while the key keeps its default. */
PinConf pin_conf_read (const char *path);
