/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a host's pinshiftd says of itself. */
#pragma once

#include <glib.h>

#define PIN_HOST1_NAME "org.pinshift.Host1"
#define PIN_HOST1_PATH "/org/pinshift/Host1"

typedef struct
{
  char *version;
  char *uuid;
  char *policy_digest;
  gboolean libvirt_connected;
  char **claims;  /* UUIDs */
  char **adapted; /* UUIDs */
  gboolean maintenance;
  char *maintenance_reason;
  gint load_permille; /* of its online CPUs; -1: it does not say */
} PinHostFacts;

/*
 * Takes the properties of org.pinshift.Host1 from @properties, a{sv}.  Those that it does not know are another version's;
 * one that is absent is empty, or false.  (transfer full); NULL with PIN_ERROR_INVALID for one of a wrong type, or without a Version.
 */
PinHostFacts *pin_host_facts_read (GVariant *properties, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pin_host_facts_free (PinHostFacts *facts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinHostFacts, pin_host_facts_free)
