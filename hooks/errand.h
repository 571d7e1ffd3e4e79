/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the hook was sent out for, how long it may take, and how it comes home with empty hands. */

#pragma once

#include "conf.h"

typedef enum
{
  PIN_OPERATION_NONE, /* nothing that concerns us: exit 0 */
  PIN_OPERATION_MIGRATE,
  PIN_OPERATION_RESTORE,
  PIN_OPERATION_RELEASE,
} PinOperation;

/* PinErrand: one call of the hook. It must outlive the deadline that was set for it. */
typedef struct
{
  PinOperation operation;
  const char *guest; /* argv[1], any bytes */
  const char *conf_path;
  PinConf conf;
  bool untuned; /* the domain has been read, and names nothing of a host: nothing is lost by passing it */
  bool not_enabled; /* the administrator has not enabled the service: passing without it is what is wanted */
} PinErrand;

/* The errand's operation as the service knows it: "migrate", "restore" or "release". */
const char *pin_errand_word (const PinErrand *errand);

/* Starts the clock: when the errand's deadline has passed, or the process is about to crash (libdbus aborts on
 * arguments that it does not like), the process ends as by pin_errand_give_up(). It holds for everything that
 * follows, also for calls that block in the kernel. */
void pin_errand_start (const PinErrand *errand);

/* Says what the errand is @doing, for the message of a deadline. @doing is a literal. */
void pin_errand_stage (const char *doing);

/* Stops the clock. To be called before the first byte of output. */
void pin_errand_stop (void);

/* Ends the process because the question could not be put or was not answered: one line in the syslog that says
 * @why, then what on-failure asks for (in observe, and for an untuned domain: pass). The line is a warning, unless the
 * service is not enabled and the guest passes. A release is never more than a debug message.
 * Async-signal-safe. */
_Noreturn void pin_errand_give_up (const PinErrand *errand, const char *why);
