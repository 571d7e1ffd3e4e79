/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The hook's two messages to org.pinshift.Host1. libdbus-1 is opened here, so that a host without it loses only
 * the errands that need it. */

#pragma once

#include "errand.h"
#include "line.h"

#include <stdbool.h>

typedef enum
{
  PIN_VERDICT_KEEP,   /* the guest fits as it is */
  PIN_VERDICT_ADAPT,  /* the guest fits with the XML that came back */
  PIN_VERDICT_REFUSE, /* the guest can't run here, and the text says why */
} PinVerdict;

typedef enum
{
  PIN_REACH_ANSWERED,
  PIN_REACH_NOT_ENABLED, /* there is no service that the bus could start: nobody has enabled it, or somebody masked it */
  PIN_REACH_FAILED,
} PinReach;

/* PinAnswer: a well-formed reply to Fit. */
typedef struct
{
  PinVerdict verdict;
  int xml_fd;   /* for adapt the only descriptor that came, not yet examined; otherwise -1 */
  PinLine text; /* for the user of virsh; may be empty */
} PinAnswer;

/* Asks Fit about the errand's guest, with the XML in @xml_fd, and waits for the answer as long as the errand's
 * deadline lets it. The service is activated if need be. @ret_answer is set if there is a well-formed answer; otherwise @why
 * says why there is none. */
PinReach pin_bus_fit (const PinErrand *errand, int xml_fd, PinAnswer *ret_answer, PinLine *why)
    __attribute__ ((warn_unused_result));

/* Tells the service, if it runs, that the guest with @uuid is gone. Waits for the bus to take the message and for
 * nobody to answer it. False, and @why says so, if it could not be sent. */
bool pin_bus_release (const PinErrand *errand, const char *uuid, PinLine *why) __attribute__ ((warn_unused_result));
