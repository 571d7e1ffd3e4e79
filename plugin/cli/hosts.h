/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The hosts of the cluster, as pinshift-policyd shows them; where it is not installed, this host alone; with -H that host alone. */
#pragma once

#include "cli.h"

typedef struct
{
  char *name;
  char *state; /* "reachable" */
  gboolean maintenance;
  char *reason; /* of the maintenance; "": none was given */
} PinHost;

/* Returns: all hosts by name, of PinHost (transfer full); NULL with an error that is explained. */
GPtrArray *pin_hosts_ask (const PinCli *cli, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The host @name of @hosts; borrowed; NULL with PIN_ERROR_NOT_FOUND. */
const PinHost *pin_hosts_find (const GPtrArray *hosts, const char *name, GError **error);
