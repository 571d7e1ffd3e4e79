/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a set of actions costs: the sum over the settings of weight times loss. */
#pragma once

#include "setting.h"

guint pin_cost_of (PinSetting setting, PinAction action);
guint pin_cost (const PinAction actions[PIN_SETTING_N]);
