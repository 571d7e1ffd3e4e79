/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What libvirt's states and reasons mean here. */
#include "host/virt-link.h"

#include <libvirt/virterror.h>

/* A monitor that has not answered for as long is taken for stuck; most answers take milliseconds. */
#define STUCK_MS 1000

/*
 * libvirt tells of jobs at the source alone, and refuses the question where the memory comes.  An answer is of a guest
 * that is about to leave, or of one for which nothing comes any more: virsh restore --paused leaves PAUSED/MIGRATION
 * behind as well.
 */
static gboolean
tells_of_jobs (virDomainPtr domain)
{
  virDomainJobInfo job = { .type = VIR_DOMAIN_JOB_NONE };
  gboolean told = virDomainGetJobInfo (domain, &job) == 0;

  virResetLastError ();
  return told;
}

gboolean
pin_virt_look (PinVirt *virt, virDomainPtr domain, PinVirtLook *ret_look)
{
  PinVirtLook look = { .moment = pin_virt_passages_moment (virt) };

  if (virDomainGetState (domain, &look.state, &look.reason, 0) < 0)
    return FALSE;
  *ret_look = look;
  return TRUE;
}

/* PAUSED/MIGRATION is a guest whose memory comes, or one that is about to leave. */
gboolean
pin_virt_is_incoming (PinVirt *virt, virDomainPtr domain, const char *uuid, const PinVirtLook *look)
{
  if (look->state != VIR_DOMAIN_PAUSED)
    return FALSE;
  if (look->reason == VIR_DOMAIN_PAUSED_STARTING_UP)
    return TRUE;
  return look->reason == VIR_DOMAIN_PAUSED_MIGRATION && !tells_of_jobs (domain)
         && pin_virt_passage (virt, uuid, PIN_PASSAGE_IN, look->moment) == PIN_PASSAGE_IN;
}

/* In post-copy the guest runs at the destination while its memory comes; who is paused for it is at the source. */
static gboolean
has_come_running (int reason)
{
  switch (reason)
    {
    case VIR_DOMAIN_RUNNING_MIGRATED:
    case VIR_DOMAIN_RUNNING_RESTORED:
    case VIR_DOMAIN_RUNNING_FROM_SNAPSHOT:
    case VIR_DOMAIN_RUNNING_POSTCOPY:
    case VIR_DOMAIN_RUNNING_POSTCOPY_FAILED:
      return TRUE;
    default: /* BOOTED; UNPAUSED and the like, which no longer say what was before */
      return FALSE;
    }
}

/* PAUSED/MIGRATION may also be about to leave.  Nothing can be written to it then, and if it stays its reason is another. */
gboolean
pin_virt_has_come (int state, int reason)
{
  if (state == VIR_DOMAIN_RUNNING)
    return has_come_running (reason);
  if (state != VIR_DOMAIN_PAUSED)
    return FALSE;
  return reason == VIR_DOMAIN_PAUSED_FROM_SNAPSHOT || reason == VIR_DOMAIN_PAUSED_MIGRATION;
}

gboolean
pin_virt_is_held (const virDomainControlInfo *control, const virDomainJobInfo *job)
{
  return control->state == VIR_DOMAIN_CONTROL_JOB
         || (control->state == VIR_DOMAIN_CONTROL_OCCUPIED && control->stateTime > STUCK_MS)
         || job->type == VIR_DOMAIN_JOB_BOUNDED || job->type == VIR_DOMAIN_JOB_UNBOUNDED;
}
