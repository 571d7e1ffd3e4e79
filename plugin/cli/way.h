/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The way to the system bus of another host, as pinshift-policyd goes it: a command whose standard input and output are that bus. */
#pragma once

#include "rules/rules-cluster.h"

#include <gio/gio.h>

typedef struct _PinWay PinWay;

/* The command that leads to @host from @own_name: its link in @rules, else ssh, which asks nobody for a password.  (transfer full) */
char *pin_way_command (const PinRules *rules, const char *host, const char *own_name);

/*
 * Goes to @host, as the installed policy says.  PIN_ERROR_FAILED where that leads to no bus, and what pin_rules_file_load() says of a bad policy.
 * (transfer full)
 */
PinWay *pin_way_new (const char *host, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pin_way_free (PinWay *way);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinWay, pin_way_free)

const char *pin_way_host (const PinWay *way);
/* The bus there; borrowed. */
GDBusConnection *pin_way_bus (const PinWay *way);
