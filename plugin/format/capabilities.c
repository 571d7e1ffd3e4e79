/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "format/capabilities.h"

#include "format/guest-read.h"
#include "format/xml-value.h"

#include <string.h>

#define CAPABILITIES_MAX_BYTES (4 * 1024 * 1024)

void
pin_capabilities_free (PinCapabilities *capabilities)
{
  if (capabilities == NULL)
    return;
  g_free (capabilities->uuid);
  g_free (capabilities);
}

static gboolean
read_counters (PinCapabilities *capabilities, const xmlNode *cpu, GError **error)
{
  for (pin_xml_each (cpu, child))
    {
      if (!pin_xml_is (child, "counter") || !pin_xml_attr_is (child, "name", "tsc"))
        continue;
      if (!pin_xml_get_uint64 (child, "frequency", &capabilities->tsc_hz, error))
        return FALSE;
      capabilities->tsc_scaling = pin_xml_attr_is (child, "scaling", "yes");
    }
  return TRUE;
}

PinCapabilities *
pin_capabilities_parse (const char *xml, GError **error)
{
  g_autoptr (xmlDoc) doc = pin_xml_parse (xml, strlen (xml), CAPABILITIES_MAX_BYTES, error);
  g_autoptr (PinCapabilities) capabilities = g_new0 (PinCapabilities, 1);
  const xmlNode *host;
  g_autofree char *uuid = NULL;

  if (doc == NULL)
    return NULL;
  host = pin_xml_child (xmlDocGetRootElement (doc), "host");
  uuid = pin_xml_text (pin_xml_child (host, "uuid"));
  capabilities->uuid = pin_uuid_normalize (uuid);
  if (!read_counters (capabilities, pin_xml_child (host, "cpu"), error))
    return NULL;
  return g_steal_pointer (&capabilities);
}
