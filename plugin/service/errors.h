/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The names of our errors on the bus. */
#pragma once

#include <gio/gio.h>

/* Bytes of an error at most: it is a line for people, whatever an argument was. */
#define PIN_BUS_ERROR_MOST 2000

/* From now on each code of PIN_ERROR travels as org.pinshift.Error.NAME, in both directions. */
void pin_bus_errors_register (void);

/* Answers @invocation with @error, as one line without control characters, whoever's words are in it. */
void pin_bus_errors_return (GDBusMethodInvocation *invocation, const GError *error);
