/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* CPUs for a fit: own ones for vCPUs first, whole cores of the shape at a time, then the shared masks. */
#pragma once

#include "fit.h"

/*
 * Fills fit->image, own and seats, and the actions of the three settings of pins.  @vcpu_floor: the best that vCPUs' own pins may
 * get (KEEP: all that is possible; WEAKEN, STRIP: leave the CPUs to others of the guest).
 */
void pin_seat_all (const PinDemand *demand, const PinRoom *room, const PinTerms *terms, PinAction vcpu_floor, PinFit *fit);

/* CPUs that are nobody's own: where vCPUs go that have lost their pins.  (transfer full) */
PinCpuset *pin_seat_common_cpus (const PinRoom *room, const PinFit *fit);

/* CPUs that are nobody's own on the nodes of the CPUs that @mask names.  (transfer full) */
PinCpuset *pin_seat_node_cpus (const PinDemand *demand, const PinRoom *room, const PinFit *fit, const PinMask *mask);
