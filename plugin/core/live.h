/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a running guest can get without moving: CPUs of its threads.  Its memory is mapped, so page sizes and nodes stay as they are, and so do
 * cache shares and schedulers, for which libvirt has no call (libvirt: virDomainPinVcpuFlags(), virDomainPinEmulator(), virDomainPinIOThread()).
 */
#pragma once

#include "plan.h"

/*
 * Plans the CPU settings (vcpu-pins, emulator-pins, iothread-pins) of @original on @host, which has the guest, with all else as @present has it:
 * the CPUs of a group go where the memory of that group is now.  @present is what the guest has on @host; @original names nothing that
 * @guest does not have (pin_original_limit()).  Hugepages, memory, cache and scheduler are kept, whatever @host has left and @terms say of them;
 * a cache share goes along with its vCPUs.  fifo and rr can't be taken off, so CPUs that would not do for them are none.  Hosts that
 * @terms assign are not asked.
 * Returns: (transfer full); PIN_VERDICT_REFUSE where nothing that @terms allow goes with what can't change.  plan->placement is as if it
 * were written anew (its vcpu@cpuset too, which can't be changed live): pin_live_pins() says what to pin for it.  Where the pins of a plan are
 * made, the next plan is no other, as long as nobody comes or goes.
 */
PinPlan *pin_live_plan (const PinGuest *guest, const PinOriginal *original, const PinPlacement *present, const PinTerms *terms,
                        const PinSnapshot *host) G_GNUC_WARN_UNUSED_RESULT;

/*
 * The pins that take a guest from @present to what @wanted means for each of its threads: a thread without a pin of its own runs on
 * vcpu@cpuset, or on all of @online (libvirt: virDomainDefGetVcpuPinInfoHelper()).  A thread that runs where it should is not named, CPUs that are
 * not in @online left out; nor is one that @wanted leaves to numad (placement='auto').
 * Returns: (transfer full) vcpupin, emulatorpin and iothreadpin of it; empty: nothing is to be done.
 */
PinPlacement *pin_live_pins (const PinGuest *guest, const PinPlacement *present, const PinPlacement *wanted, const PinCpuset *online);

/* @present with @pins in it: what libvirt says once they are made.  (transfer full) */
PinPlacement *pin_live_after (const PinPlacement *present, const PinPlacement *pins);

/*
 * Whether a visitor is in a resident's way: a thread of the guest that runs elsewhere than @original says (NULL: any that is bound, of a guest
 * that is not at home on @host) is on a CPU that is another running domain's of @host own.  That may have to be so: then pin_live_pins() has nothing for the plan.
 */
gboolean pin_live_is_in_the_way (const PinGuest *guest, const PinPlacement *original, const PinPlacement *present,
                                 const PinSnapshot *host);

/* The cost of @actions, CPU settings only. */
guint pin_live_cost (const PinAction actions[PIN_SETTING_N]);
