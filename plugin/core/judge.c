/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "judge.h"

#include "cpu-model.h"

gboolean
pin_judge_can (const PinDemand *demand)
{
  return !demand->fixes_backends;
}

gboolean
pin_judge_keeps_off (const PinDemand *demand, const PinRoom *room)
{
  return demand->terms->keep_off_reserved && pin_placement_is_empty (demand->placement) && !pin_cpuset_is_empty (room->taken)
         && !pin_cpuset_is_empty (room->shareable);
}

PinOutcome
pin_judge (PinSearch *search, const PinRoom *room)
{
  PinOutcome outcome = pin_search_judge (search, room);

  if (outcome.verdict == PIN_VERDICT_REFUSE || !search->demand->terms->keep_off_reserved
      || !pin_judge_keeps_off (search->demand, room))
    return outcome;
  outcome.verdict = PIN_VERDICT_ADAPT;
  outcome.cost += pin_setting_weight (PIN_SETTING_VCPU_PINS) * pin_action_loss (PIN_ACTION_REMAP);
  return outcome;
}

PinAction
pin_judge_cpu (const PinGuest *guest, const PinOriginal *original, const PinTerms *terms, const PinCpuModel *here, PinCode *ret_code,
               char **ret_text)
{
  *ret_code = PIN_CODE_FITS;
  *ret_text = NULL;
  if (guest->kvm && here != NULL && here->no_kvm)
    {
      *ret_code = PIN_CODE_HOST;
      *ret_text = g_strdup ("the guest is of type kvm, and libvirt has no KVM here");
      return PIN_ACTION_REFUSE;
    }
  if (!pin_cpu_model_matters (guest))
    return PIN_ACTION_NONE;
  *ret_code = pin_cpu_model_differs (guest, original->cpu, here, ret_text);
  if (*ret_code == PIN_CODE_FITS)
    return PIN_ACTION_KEEP;
  return pin_terms_allow (terms, PIN_SETTING_CPU_MODEL, PIN_ACTION_WARN) ? PIN_ACTION_WARN : PIN_ACTION_REFUSE;
}
