/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The names of our errors on the bus. */
#pragma once

/* From now on each code of PIN_ERROR travels as org.pinshift.Error.NAME, in both directions. */
void pin_bus_errors_register (void);
