/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "job-facts.h"

char *
pin_job_facts_text (GDBusProxy *job, const char *name)
{
  g_autoptr (GVariant) value = g_dbus_proxy_get_cached_property (job, name);
  gboolean is_text =
      value != NULL && (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) || g_variant_is_of_type (value, G_VARIANT_TYPE_OBJECT_PATH));

  return is_text ? g_variant_dup_string (value, NULL) : g_strdup ("");
}

guint64
pin_job_facts_number (GDBusProxy *job, const char *name)
{
  g_autoptr (GVariant) value = g_dbus_proxy_get_cached_property (job, name);

  if (value == NULL)
    return 0;
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_UINT32))
    return g_variant_get_uint32 (value);
  return g_variant_is_of_type (value, G_VARIANT_TYPE_UINT64) ? g_variant_get_uint64 (value) : 0;
}

gboolean
pin_job_facts_runs (GDBusProxy *job)
{
  g_autofree char *state = pin_job_facts_text (job, "State");

  return g_str_equal (state, "running");
}

gboolean
pin_job_facts_has_moves (GDBusProxy *job)
{
  g_autofree char *kind = pin_job_facts_text (job, "Kind");

  return !g_str_equal (kind, "migrate");
}

void
pin_job_facts_add_json (GDBusProxy *job, JsonBuilder *builder)
{
  static const char *const members[][2] = { { "guest", "Guest" }, { "uuid", "Uuid" }, { "source", "Source" }, { "destination", "Destination" },
                                            { "state", "State" }, { "text", "Text" }, { "migration", "Migration" }, { "stage", "Stage" },
                                            { "warning", "Warning" } };
  static const char *const numbers[][2] = { { "progress_permille", "Progress" }, { "bytes", "BytesDone" }, { "bytes_left", "BytesLeft" },
                                            { "estimate_ms", "Estimate" } };

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    {
      g_autofree char *value = pin_job_facts_text (job, members[i][1]);

      json_builder_add_string_value (json_builder_set_member_name (builder, members[i][0]), value);
    }
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      gint64 value = (gint64) pin_job_facts_number (job, numbers[i][1]);

      json_builder_add_int_value (json_builder_set_member_name (builder, numbers[i][0]), value);
    }
}
