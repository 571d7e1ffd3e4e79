/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Settings, actions, weights and losses: the tables behind every cost. */
#include "core/setting.h"

#include "core/names.h"

#define KEEP (1u << PIN_ACTION_KEEP)
#define REMAP (1u << PIN_ACTION_REMAP)
#define WEAKEN (1u << PIN_ACTION_WEAKEN)
#define STRIP (1u << PIN_ACTION_STRIP)
#define WARN (1u << PIN_ACTION_WARN)

static const char *const setting_names[PIN_SETTING_N] = {
  [PIN_SETTING_HUGEPAGES] = "hugepages",
  [PIN_SETTING_NUMA_MEMORY] = "numa-memory",
  [PIN_SETTING_VCPU_PINS] = "vcpu-pins",
  [PIN_SETTING_EMULATOR_PINS] = "emulator-pins",
  [PIN_SETTING_IOTHREAD_PINS] = "iothread-pins",
  [PIN_SETTING_CACHE] = "cache",
  [PIN_SETTING_SCHEDULER] = "scheduler",
  [PIN_SETTING_CPU_MODEL] = "cpu-model",
  [PIN_SETTING_MEMORY] = "memory",
};

static const char *const action_names[PIN_ACTION_N] = {
  [PIN_ACTION_NONE] = "none",     [PIN_ACTION_KEEP] = "keep",   [PIN_ACTION_REMAP] = "remap",
  [PIN_ACTION_WEAKEN] = "weaken", [PIN_ACTION_STRIP] = "strip", [PIN_ACTION_WARN] = "warn",
  [PIN_ACTION_REFUSE] = "refuse",
};

static const guint setting_actions[PIN_SETTING_N] = {
  [PIN_SETTING_HUGEPAGES] = KEEP | WEAKEN | STRIP,
  [PIN_SETTING_NUMA_MEMORY] = KEEP | REMAP | WEAKEN | STRIP,
  [PIN_SETTING_VCPU_PINS] = KEEP | REMAP | WEAKEN | STRIP,
  [PIN_SETTING_EMULATOR_PINS] = KEEP | REMAP | WEAKEN | STRIP,
  [PIN_SETTING_IOTHREAD_PINS] = KEEP | REMAP | WEAKEN | STRIP,
  [PIN_SETTING_CACHE] = KEEP | STRIP,
  [PIN_SETTING_SCHEDULER] = KEEP | STRIP,
  [PIN_SETTING_CPU_MODEL] = KEEP | WARN,
  [PIN_SETTING_MEMORY] = KEEP | WARN,
};

/* Each weighs more than all below it together: with the same action, the greater thing never goes first. */
static const guint weights[PIN_SETTING_N] = {
  [PIN_SETTING_HUGEPAGES] = 64,    [PIN_SETTING_NUMA_MEMORY] = 32,  [PIN_SETTING_VCPU_PINS] = 16,
  [PIN_SETTING_EMULATOR_PINS] = 8, [PIN_SETTING_IOTHREAD_PINS] = 4, [PIN_SETTING_CACHE] = 2,
  [PIN_SETTING_SCHEDULER] = 1,
};

static const guint losses[PIN_ACTION_N] = {
  [PIN_ACTION_REMAP] = 1,
  [PIN_ACTION_WEAKEN] = 10,
  [PIN_ACTION_STRIP] = 100,
};

const char *
pin_setting_name (PinSetting setting)
{
  g_return_val_if_fail (setting < PIN_SETTING_N, NULL);

  return setting_names[setting];
}

const char *
pin_action_name (PinAction action)
{
  g_return_val_if_fail (action < PIN_ACTION_N, NULL);

  return action_names[action];
}

gboolean
pin_setting_from_name (const char *name, PinSetting *ret_setting)
{
  int index = pin_names_index (setting_names, PIN_SETTING_N, name);

  if (index < 0)
    return FALSE;

  *ret_setting = (PinSetting)index;
  return TRUE;
}

gboolean
pin_action_from_name (const char *name, PinAction *ret_action)
{
  int index = pin_names_index (action_names, PIN_ACTION_N, name);

  if (index < 0)
    return FALSE;

  *ret_action = (PinAction)index;
  return TRUE;
}

guint
pin_setting_actions (PinSetting setting)
{
  g_return_val_if_fail (setting < PIN_SETTING_N, 0);

  return setting_actions[setting];
}

gboolean
pin_action_is_loss (PinAction action)
{
  return action == PIN_ACTION_WEAKEN || action == PIN_ACTION_STRIP;
}

guint
pin_setting_weight (PinSetting setting)
{
  g_return_val_if_fail (setting < PIN_SETTING_N, 0);

  return weights[setting];
}

guint
pin_action_loss (PinAction action)
{
  g_return_val_if_fail (action < PIN_ACTION_N, 0);

  return losses[action];
}
