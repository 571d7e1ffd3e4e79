/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "facts.h"

GVariant *
pin_facts_value (GVariant *facts, const char *key, const char *type)
{
  return g_variant_lookup_value (facts, key, G_VARIANT_TYPE (type));
}

gboolean
pin_facts_text (GVariant *facts, const char *key, const char **ret)
{
  return g_variant_lookup (facts, key, "&s", ret);
}

gboolean
pin_facts_flag (GVariant *facts, const char *key, gboolean *ret)
{
  return g_variant_lookup (facts, key, "b", ret);
}

gboolean
pin_facts_number (GVariant *facts, const char *key, guint *ret)
{
  return g_variant_lookup (facts, key, "u", ret);
}

gboolean
pin_facts_size (GVariant *facts, const char *key, guint64 *ret)
{
  return g_variant_lookup (facts, key, "t", ret);
}

gboolean
pin_facts_time (GVariant *facts, const char *key, gint64 *ret)
{
  return g_variant_lookup (facts, key, "x", ret);
}

const char **
pin_facts_list (GVariant *facts, const char *key)
{
  const char **list = NULL;

  return g_variant_lookup (facts, key, "^a&s", &list) ? list : NULL;
}
