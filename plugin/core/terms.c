/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What holds when no policy says otherwise, and the policy's words. */
#include "core/terms.h"

#include "core/names.h"

static const char *const threads_names[PIN_THREADS_N] = {
  [PIN_THREADS_HOME] = "home",
  [PIN_THREADS_PREFER] = "prefer",
  [PIN_THREADS_REQUIRE] = "require",
  [PIN_THREADS_ISOLATE] = "isolate",
};

static const char *const spread_names[PIN_SPREAD_N] = {
  [PIN_SPREAD_HOME] = "home",
  [PIN_SPREAD_PACK] = "pack",
  [PIN_SPREAD_SPREAD] = "spread",
};

static const char *const emulator_names[PIN_EMULATOR_N] = {
  [PIN_EMULATOR_HOME] = "home",
  [PIN_EMULATOR_SHARE] = "share",
  [PIN_EMULATOR_ISOLATE] = "isolate",
};

static const char *const dedicated_names[PIN_DEDICATED_N] = {
  [PIN_DEDICATED_EXCLUSIVE] = "exclusive",
  [PIN_DEDICATED_AS_WRITTEN] = "as-written",
};

PinTerms *
pin_terms_new (void)
{
  PinTerms *terms = g_new0 (PinTerms, 1);

  for (guint i = 0; i < PIN_SETTING_N; i++)
    terms->actions[i] = pin_setting_actions ((PinSetting)i);
  terms->threads = PIN_THREADS_HOME;
  terms->spread = PIN_SPREAD_HOME;
  terms->emulator = PIN_EMULATOR_HOME;
  terms->dedicated = PIN_DEDICATED_EXCLUSIVE;
  terms->page_size_change = TRUE;
  return terms;
}

PinTerms *
pin_terms_copy (const PinTerms *terms)
{
  PinTerms *copy;

  if (terms == NULL)
    return NULL;

  copy = g_memdup2 (terms, sizeof *terms);
  copy->hosts = g_strdupv (terms->hosts);
  copy->apart = NULL;
  for (guint i = 0; terms->apart != NULL && i < terms->apart->len; i++)
    {
      const PinApart *apart = g_ptr_array_index (terms->apart, i);

      pin_terms_add_apart (copy, apart->group, (const char *const *)apart->members);
    }
  return copy;
}

void
pin_terms_free (PinTerms *terms)
{
  if (terms == NULL)
    return;

  g_strfreev (terms->hosts);
  g_clear_pointer (&terms->apart, g_ptr_array_unref);
  g_free (terms);
}

static void
apart_free (gpointer data)
{
  PinApart *apart = data;

  g_free (apart->group);
  g_strfreev (apart->members);
  g_free (apart);
}

void
pin_terms_add_apart (PinTerms *terms, const char *group, const char *const *members)
{
  PinApart *apart = g_new0 (PinApart, 1);

  apart->group = g_strdup (group);
  apart->members = g_strdupv ((char **)members);
  if (terms->apart == NULL)
    terms->apart = g_ptr_array_new_with_free_func (apart_free);
  g_ptr_array_add (terms->apart, apart);
}

const PinApart *
pin_terms_apart_from (const PinTerms *terms, const char *name)
{
  for (guint i = 0; terms->apart != NULL && name != NULL && i < terms->apart->len; i++)
    {
      const PinApart *apart = g_ptr_array_index (terms->apart, i);

      for (guint j = 0; apart->members[j] != NULL; j++)
        {
          if (g_pattern_match_simple (apart->members[j], name))
            return apart;
        }
    }
  return NULL;
}

gboolean
pin_terms_allow (const PinTerms *terms, PinSetting setting, PinAction action)
{
  g_return_val_if_fail (setting < PIN_SETTING_N && action < PIN_ACTION_N, FALSE);

  return (terms->actions[setting] & 1u << action) != 0;
}

const char *
pin_threads_name (PinThreads threads)
{
  g_return_val_if_fail (threads < PIN_THREADS_N, NULL);

  return threads_names[threads];
}

gboolean
pin_threads_from_name (const char *name, PinThreads *ret_threads)
{
  int index = pin_names_index (threads_names, PIN_THREADS_N, name);

  if (index < 0)
    return FALSE;

  *ret_threads = (PinThreads)index;
  return TRUE;
}

const char *
pin_spread_name (PinSpread spread)
{
  g_return_val_if_fail (spread < PIN_SPREAD_N, NULL);

  return spread_names[spread];
}

gboolean
pin_spread_from_name (const char *name, PinSpread *ret_spread)
{
  int index = pin_names_index (spread_names, PIN_SPREAD_N, name);

  if (index < 0)
    return FALSE;

  *ret_spread = (PinSpread)index;
  return TRUE;
}

const char *
pin_emulator_name (PinEmulator emulator)
{
  g_return_val_if_fail (emulator < PIN_EMULATOR_N, NULL);

  return emulator_names[emulator];
}

gboolean
pin_emulator_from_name (const char *name, PinEmulator *ret_emulator)
{
  int index = pin_names_index (emulator_names, PIN_EMULATOR_N, name);

  if (index < 0)
    return FALSE;

  *ret_emulator = (PinEmulator)index;
  return TRUE;
}

const char *
pin_dedicated_name (PinDedicated dedicated)
{
  g_return_val_if_fail (dedicated < PIN_DEDICATED_N, NULL);

  return dedicated_names[dedicated];
}

gboolean
pin_dedicated_from_name (const char *name, PinDedicated *ret_dedicated)
{
  int index = pin_names_index (dedicated_names, PIN_DEDICATED_N, name);

  if (index < 0)
    return FALSE;

  *ret_dedicated = (PinDedicated)index;
  return TRUE;
}
