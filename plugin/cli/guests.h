/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The guests of this host, as pinshiftd lists them: JSON objects with name, uuid, state, home, actions and reasons. */
#pragma once

#include "host1-client.h"

#include <json-glib/json-glib.h>

/* Asks for them.  Returns: an array of objects (transfer full); NULL with what pin_cli_host1_explain() made of the failure. */
JsonNode *pin_guests_ask (PinHost1 *host, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same from the answer to Domains. */
JsonNode *pin_guests_parse (const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The guest of @guests whose name, or else whose UUID, is @domain; borrowed; NULL with PIN_ERROR_NOT_FOUND. */
JsonObject *pin_guests_find (JsonNode *guests, const char *domain, GError **error);

/*
 * The UUID of the guest that libvirt has by the ID @domain on the host that @cli asks (transfer full); NULL where @domain is no ID, or no
 * guest's, or nobody can be asked: then it is a name or a UUID.
 */
char *pin_guests_uuid_of_id (const PinCli *cli, const char *domain);

/* Text of @member; "-" where it is absent, null or empty; borrowed. */
const char *pin_guest_text (JsonObject *guest, const char *member);

/* @member if it is an object, else NULL; borrowed. */
JsonObject *pin_guest_object (JsonObject *guest, const char *member);

/* What @guest gets that is not as written, "hugepages: strip, vcpu-pins: remap"; "keep" if it has all; "" if nothing is
 * known.  @*ret_misses: the settings of which it has less, or nothing.  (transfer full) */
char *pin_guest_actions (JsonObject *guest, char **ret_misses);
