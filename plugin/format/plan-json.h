/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plan as one JSON object, version 1. */
#pragma once

#include "core/plan.h"

#include <json-glib/json-glib.h>

/*
 * @original: the placement as written, so that what the plan removed is null and what never was is absent.
 * One line, or indented if @pretty.  (transfer full)
 */
char *pin_plan_to_json (const PinPlan *plan, const PinGuest *guest, const PinPlacement *original, const char *host_name,
                        gboolean pretty);

/* The same, as the object that comes next in @builder. */
void pin_plan_add_json (JsonBuilder *builder, const PinPlan *plan, const PinGuest *guest, const PinPlacement *original,
                        const char *host_name);

/*
 * The same, of a plan that is carried out on a running guest, with one member more: "pins", the threads that get other CPUs, as in
 * "placement".  @pins: its vcpupin, emulatorpin and iothreadpin; nothing in it: the guest has them already.  NULL: as nothing.  (transfer full)
 */
char *pin_plan_to_json_live (const PinPlan *plan, const PinGuest *guest, const PinPlacement *original, const PinPlacement *pins,
                             const char *host_name);
