/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A change that pinshiftd makes to one guest after another, and a line for each. */
#pragma once

#include "cli.h"
#include "host1-client.h"

typedef struct
{
  const char *done; /* "adopted", of a guest */
  /* Asks for it, by name or UUID.  Returns: FALSE with an error of D-Bus, or of pinshiftd, as it came. */
  gboolean (*make) (PinHost1 *host, const char *domain, gboolean force, GError **error);
} PinChange;

typedef struct
{
  const char *domain; /* NULL: all guests of this host */
  gboolean dry_run;   /* only says what would be done */
  gboolean force;
} PinChangeRequest;

/* Makes @change; after a failure it goes on with the next guest.  Returns: the exit code; what failed has been said. */
int pin_change_run (const PinCli *cli, const PinChange *change, const PinChangeRequest *request);
