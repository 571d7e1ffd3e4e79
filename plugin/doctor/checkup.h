/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The checks, one row each in a table.  All of them are pure: what they judge was seen before.  Each check has one finding at least: PASS
 * where nothing is wrong, UNSEEN where it could not look; several where several guests or files are wrong.  A check that has nothing to look at
 * (no guest wants huge pages) passes.
 */
#pragma once

#include "core/plan.h"
#include "finding.h"
#include "patient.h"

/* One host by itself: hook, daemon, service, policy, pools, tuning, guests.  @now_us: since the epoch, for certificates.
 * (transfer full) GPtrArray of PinFinding. */
GPtrArray *pin_checkup_host (const PinPatient *host, gint64 now_us);

/*
 * What is between two hosts and the same from both: that libvirt can tell them apart, versions and policies of pinshift, clocks, whom they trust.
 * (transfer full) GPtrArray of PinFinding.
 */
GPtrArray *pin_checkup_pair (const PinPatient *one, const PinPatient *other);

/*
 * The road of guests from @from to @to: versions, names, ports, TLS, storage, and whether @to has what the guests need.
 * @guest: it alone, which is one of @from's, without what the plan of its move tells better; NULL: all of them that run.
 * (transfer full) GPtrArray of PinFinding.
 */
GPtrArray *pin_checkup_road (const PinPatient *from, const PinPatient *to, const PinPatientGuest *guest);

/* @guest on @to, as @plan has it, which was made for that; NULL: none could be made.  (transfer full) GPtrArray of PinFinding. */
GPtrArray *pin_checkup_move (const PinPatient *to, const PinPatientGuest *guest, const PinPlan *plan);

/*
 * Paths of the disks of @guest, as facts.h's "paths" wants them: files and block devices, and what they are based on.
 * (transfer full) GPtrArray of strings.
 */
GPtrArray *pin_checkup_paths (const PinPatientGuest *guest);
