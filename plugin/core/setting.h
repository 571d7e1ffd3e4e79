/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What of a guest can fit or not, what may be done about it, and what that costs. */
#pragma once

#include <glib.h>

typedef enum
{
  PIN_SETTING_HUGEPAGES,
  PIN_SETTING_NUMA_MEMORY,
  PIN_SETTING_VCPU_PINS,
  PIN_SETTING_EMULATOR_PINS,
  PIN_SETTING_IOTHREAD_PINS,
  PIN_SETTING_CACHE,
  PIN_SETTING_SCHEDULER,
  PIN_SETTING_CPU_MODEL,
  PIN_SETTING_MEMORY,
  PIN_SETTING_N
} PinSetting;

/* From best to worst; a setting's action is that of its worst element. */
typedef enum
{
  PIN_ACTION_NONE, /* the guest does not have the setting */
  PIN_ACTION_KEEP,
  PIN_ACTION_REMAP,
  PIN_ACTION_WEAKEN,
  PIN_ACTION_STRIP,
  PIN_ACTION_WARN, /* passes, and says why: cpu-model and memory only */
  PIN_ACTION_REFUSE,
  PIN_ACTION_N
} PinAction;

/* Policy and JSON name: "vcpu-pins"; static string. */
const char *pin_setting_name (PinSetting setting);
/* Policy and JSON name: "remap"; static string. */
const char *pin_action_name (PinAction action);

/* The value of a name.  Returns: FALSE if @name is none; @ret_* untouched then. */
gboolean pin_setting_from_name (const char *name, PinSetting *ret_setting);
gboolean pin_action_from_name (const char *name, PinAction *ret_action);

/* The actions that mean something for @setting, as a mask of 1 << PinAction. */
guint pin_setting_actions (PinSetting setting);

/* Whether a guest whose setting got @action misses something of its original. */
gboolean pin_action_is_loss (PinAction action);

/* What @setting weighs, and what @action loses of it; their product is the cost. */
guint pin_setting_weight (PinSetting setting);
guint pin_action_loss (PinAction action);
