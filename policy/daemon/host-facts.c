/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host-facts.h"

#include "core/error.h"

/* The value of @name if it is there; *ret_good becomes FALSE, with @error, if it has another type. */
static GVariant *
take (GVariant *properties, const char *name, const GVariantType *type, gboolean *ret_good, GError **error)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (properties, name, NULL);

  if (value == NULL || g_variant_is_of_type (value, type))
    return g_steal_pointer (&value);
  if (*ret_good)
    g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "its property %s has the type '%s', not '%s': is that pinshiftd?",
                 name, g_variant_get_type_string (value), (const char *) type);
  *ret_good = FALSE;
  return NULL;
}

static char *
take_text (GVariant *properties, const char *name, gboolean *ret_good, GError **error)
{
  g_autoptr (GVariant) value = take (properties, name, G_VARIANT_TYPE_STRING, ret_good, error);

  return g_strdup (value != NULL ? g_variant_get_string (value, NULL) : "");
}

static char **
take_texts (GVariant *properties, const char *name, gboolean *ret_good, GError **error)
{
  g_autoptr (GVariant) value = take (properties, name, G_VARIANT_TYPE_STRING_ARRAY, ret_good, error);

  return value != NULL ? g_variant_dup_strv (value, NULL) : g_new0 (char *, 1);
}

static gboolean
take_switch (GVariant *properties, const char *name, gboolean *ret_good, GError **error)
{
  g_autoptr (GVariant) value = take (properties, name, G_VARIANT_TYPE_BOOLEAN, ret_good, error);

  return value != NULL && g_variant_get_boolean (value);
}

static gint
take_load (GVariant *properties, gboolean *ret_good, GError **error)
{
  g_autoptr (GVariant) value = take (properties, "Load", G_VARIANT_TYPE_INT32, ret_good, error);

  return value != NULL ? MAX (g_variant_get_int32 (value), -1) : -1;
}

PinHostFacts *
pin_host_facts_read (GVariant *properties, GError **error)
{
  g_autoptr (PinHostFacts) facts = g_new0 (PinHostFacts, 1);
  gboolean good = TRUE;

  facts->version = take_text (properties, "Version", &good, error);
  facts->uuid = take_text (properties, "HostUuid", &good, error);
  facts->policy_digest = take_text (properties, "PolicyDigest", &good, error);
  facts->libvirt_connected = take_switch (properties, "LibvirtConnected", &good, error);
  facts->claims = take_texts (properties, "Claims", &good, error);
  facts->adapted = take_texts (properties, "Adapted", &good, error);
  facts->maintenance = take_switch (properties, "Maintenance", &good, error);
  facts->maintenance_reason = take_text (properties, "MaintenanceReason", &good, error);
  facts->load_permille = take_load (properties, &good, error);
  if (good && *facts->version == '\0')
    {
      g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "it has no property Version: is that pinshiftd?");
      good = FALSE;
    }
  return good ? g_steal_pointer (&facts) : NULL;
}

void
pin_host_facts_free (PinHostFacts *facts)
{
  if (facts == NULL)
    return;
  g_free (facts->version);
  g_free (facts->uuid);
  g_free (facts->policy_digest);
  g_free (facts->maintenance_reason);
  g_strfreev (facts->claims);
  g_strfreev (facts->adapted);
  g_free (facts);
}
