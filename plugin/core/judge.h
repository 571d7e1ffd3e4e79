/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The answer in short, for one guest on many hosts: what pin_plan_demand() would say, without making the plan. */
#pragma once

#include "search.h"

/* Whether the demand can be judged; FALSE: only a plan tells, for the machine type may change what is given (see draw.c). */
gboolean pin_judge_can (const PinDemand *demand);

/*
 * Verdict and cost of the search's demand in @room.  Allocates nothing but for a host larger than all before.  Neither the host itself is
 * looked at (assigned, maintenance, groups) nor its CPU.
 */
PinOutcome pin_judge (PinSearch *search, const PinRoom *room);

/*
 * What becomes of the setting cpu-model on a host whose CPU is @here (NULL: unknown): none, keep, warn or refuse.  Whatever the policy
 * says, a guest of type kvm is refused where libvirt has no KVM, as libvirt would (qemuProcessStartValidate()).
 * *ret_code and *ret_text (transfer full): why it is not keep.
 */
PinAction pin_judge_cpu (const PinGuest *guest, const PinOriginal *original, const PinTerms *terms, const PinCpuModel *here,
                         PinCode *ret_code, char **ret_text);

/* Whether a guest without a placement is kept off CPUs that are others' own in @room. */
gboolean pin_judge_keeps_off (const PinDemand *demand, const PinRoom *room);
