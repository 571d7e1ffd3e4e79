/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Edits a domain's document: the parts of a placement that differ, and the record. */
#include "format/domain-write.h"

#include "format/placement-edit.h"
#include "format/xml-edit.h"

void
pin_domain_set_placement (PinDomain *domain, const PinPlacement *placement)
{
  static const char *const sections[] = { "cputune", "numatune", "memoryBacking" };
  xmlNode *root = xmlDocGetRootElement (domain->doc);
  PinPlacement *copy = pin_placement_copy (placement);
  gboolean was_bare[G_N_ELEMENTS (sections)];
  guint i;

  for (i = 0; i < G_N_ELEMENTS (sections); i++)
    {
      const xmlNode *section = pin_xml_child (root, sections[i]);

      was_bare[i] = section != NULL && pin_xml_is_bare (section);
    }
  for (i = 0; i < PIN_SETTING_N; i++)
    if (!pin_placement_equal_in (domain->placement, placement, (PinSetting) i))
      pin_edit_setting (domain, placement, (PinSetting) i);
  pin_edit_dimms (domain, placement);
  for (i = 0; i < G_N_ELEMENTS (sections); i++)
    if (!was_bare[i])
      pin_edit_drop_if_bare (pin_xml_child (root, sections[i]));
  pin_placement_free (domain->placement);
  domain->placement = copy;
}

/* Takes out all that stands in our namespace, as libvirt keeps one element of each. */
static void
remove_records (xmlNode *metadata)
{
  xmlNode *next = pin_xml_first (metadata);

  while (next != NULL)
    {
      xmlNode *element = next;

      next = pin_xml_next (element);
      if (element->ns != NULL && g_strcmp0 ((const char *) element->ns->href, PIN_RECORD_NS) == 0)
        pin_xml_remove (element);
    }
}

void
pin_domain_set_record (PinDomain *domain, const PinRecord *record)
{
  xmlNode *root = xmlDocGetRootElement (domain->doc);
  xmlNode *metadata = record != NULL ? pin_edit_section (root, "metadata") : pin_xml_child (root, "metadata");
  PinRecord *copy = record != NULL ? pin_record_copy (record) : NULL;
  gboolean was_bare = metadata != NULL && pin_xml_is_bare (metadata);

  if (metadata != NULL)
    remove_records (metadata);
  if (record != NULL)
    pin_xml_insert (metadata, pin_xml_last (metadata), pin_record_node (record, domain->doc));
  else if (!was_bare)
    pin_edit_drop_if_bare (metadata);
  pin_record_free (domain->record);
  domain->record = copy;
  g_clear_pointer (&domain->record_problem, g_free);
  domain->is_beyond = FALSE;
}

void
pin_domain_hide_secrets (PinDomain *domain)
{
  const xmlNode *devices = pin_xml_child (xmlDocGetRootElement (domain->doc), "devices");

  for (pin_xml_each (devices, device))
    {
      xmlNode *cookies = pin_xml_child (pin_xml_child (device, "source"), "cookies");

      if (pin_xml_is (device, "graphics"))
        xmlUnsetProp (device, (const xmlChar *) "passwd");
      if (cookies != NULL)
        pin_xml_remove (cookies);
    }
}

char *
pin_domain_format (const PinDomain *domain, gsize *ret_length)
{
  return pin_xml_format_doc (domain->doc, ret_length);
}
