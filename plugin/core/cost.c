/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cost.h"

guint
pin_cost_of (PinSetting setting, PinAction action)
{
  return pin_setting_weight (setting) * pin_action_loss (action);
}

guint
pin_cost (const PinAction actions[PIN_SETTING_N])
{
  guint cost = 0;

  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    cost += pin_cost_of (setting, actions[setting]);
  return cost;
}
