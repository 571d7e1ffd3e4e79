/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pinshiftd of this host, as the command line asks it. */
#pragma once

#include "host1.h"

/* Connects to the service, which the bus starts if need be; @with_properties: and reads its properties.
 * (transfer full) */
PinHost1 *pin_cli_host1_new (gboolean with_properties, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Takes D-Bus's clothes off @error, and says what to do where the service can't be reached. */
void pin_cli_host1_explain (GError **error);

/* The plan, as JSON, of a domain that has been parsed once, so that @xml is text that the bus can carry.  (transfer full);
 * NULL with an error that is explained. */
char *pin_cli_host1_plan (PinHost1 *host, const char *xml, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Lets calls last as long as they need: libvirt may wait for the job of a guest.  If the service dies, the bus says so. */
void pin_cli_host1_take_time (PinHost1 *host);
