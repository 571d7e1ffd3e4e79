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
  g_strfreev (capabilities->machines);
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

static void
add_name (GPtrArray *names, const char *name)
{
  if (name != NULL && *name != '\0' && !g_ptr_array_find_with_equal_func (names, name, g_str_equal, NULL))
    g_ptr_array_add (names, g_strdup (name));
}

/* @parent: <arch>, or a <domain> in it that has an emulator of its own. */
static void
add_machines (GPtrArray *names, const xmlNode *parent)
{
  for (pin_xml_each (parent, child))
    {
      g_autofree char *name = NULL;

      if (!pin_xml_is (child, "machine"))
        continue;
      name = pin_xml_text (child);
      add_name (names, name);
      add_name (names, pin_xml_attr (child, "canonical"));
    }
}

static void
read_arch (PinCapabilities *capabilities, GPtrArray *names, const xmlNode *arch)
{
  add_machines (names, arch);
  for (pin_xml_each (arch, child))
    {
      if (!pin_xml_is (child, "domain"))
        continue;
      add_machines (names, child);
      capabilities->kvm = capabilities->kvm || pin_xml_attr_is (child, "type", "kvm");
    }
}

/* libvirt has a <guest> for each architecture, and for each kind of guest that it can be. */
static void
read_guests (PinCapabilities *capabilities, const xmlNode *root, const char *arch_name)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (pin_xml_each (root, guest))
    {
      const xmlNode *arch = pin_xml_child (guest, "arch");
      g_autofree char *type = pin_xml_text (pin_xml_child (guest, "os_type"));

      if (pin_xml_is (guest, "guest") && strcmp (type, "hvm") == 0 && arch != NULL && pin_xml_attr_is (arch, "name", arch_name))
        read_arch (capabilities, names, arch);
    }
  g_ptr_array_add (names, NULL);
  capabilities->machines = (char **)g_ptr_array_steal (names, NULL);
}

PinCapabilities *
pin_capabilities_parse (const char *xml, GError **error)
{
  g_autoptr (xmlDoc) doc = pin_xml_parse (xml, strlen (xml), CAPABILITIES_MAX_BYTES, error);
  g_autoptr (PinCapabilities) capabilities = g_new0 (PinCapabilities, 1);
  const xmlNode *root, *host;
  g_autofree char *uuid = NULL, *arch = NULL;

  if (doc == NULL)
    return NULL;
  root = xmlDocGetRootElement (doc);
  host = pin_xml_child (root, "host");
  uuid = pin_xml_text (pin_xml_child (host, "uuid"));
  capabilities->uuid = pin_uuid_normalize (uuid);
  if (!read_counters (capabilities, pin_xml_child (host, "cpu"), error))
    return NULL;
  arch = pin_xml_text (pin_xml_child (pin_xml_child (host, "cpu"), "arch"));
  read_guests (capabilities, root, arch);
  return g_steal_pointer (&capabilities);
}
