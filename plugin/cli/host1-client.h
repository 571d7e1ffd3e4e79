/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pinshiftd of this host, or of the one that -H names, as the command line asks it. */
#pragma once

#include "cli.h"
#include "host1.h"

/* Connects to the service, which the bus starts if need be; @with_properties: and reads its properties.
 * (transfer full), not to outlive @cli. */
PinHost1 *pin_cli_host1_new (const PinCli *cli, gboolean with_properties, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Takes D-Bus's clothes off @error, and says what to do where the service can't be reached, and which other host @host is of. */
void pin_cli_host1_explain (PinHost1 *host, GError **error);

/* The plan, as JSON, of a domain that has been parsed once, so that @xml is text that the bus can carry.  (transfer full);
 * NULL with an error that is explained. */
char *pin_cli_host1_plan (PinHost1 *host, const char *xml, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/*
 * Calls @method, which changes guest @domain, with @option (NULL: none) switched on.  Who is not root may be asked for a password.  It
 * lasts as long as it needs: a person looks for the password, libvirt waits for the job of a guest.  If the service dies, the bus says so.
 * Returns: the answer, of the type that @method has (transfer full); NULL with an error that is explained.
 */
GVariant *pin_cli_host1_change (PinHost1 *host, const char *method, const char *domain, const char *option,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
