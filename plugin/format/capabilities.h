/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What libvirt's capabilities tell of a host that the host's files do not. */
#pragma once

#include <glib.h>

typedef struct
{
  char *uuid;            /* lower case, with dashes; NULL: none */
  guint64 tsc_hz;        /* 0: unknown */
  gboolean tsc_scaling;
  char **machines;       /* names and aliases of the machine types for guests of the host's own architecture; empty: there is no QEMU for them */
  gboolean kvm;          /* those guests can be of type kvm */
} PinCapabilities;

/* Reads what virConnectGetCapabilities() gave.  (transfer full); NULL with PIN_ERROR_INVALID if it is no such XML. */
PinCapabilities *pin_capabilities_parse (const char *xml, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pin_capabilities_free (PinCapabilities *capabilities);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinCapabilities, pin_capabilities_free)
