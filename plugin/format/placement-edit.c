/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Edits of a domain's document that make it say another placement. */
#include "format/placement-edit.h"

#include "format/placement-xml.h"
#include "format/xml-edit.h"

#include <string.h>

/* Children of <domain> in libvirt's order, as far as something of ours is put after them. */
static const char *const order[] = {
  "name",   "uuid",          "genid",   "title",  "description", "metadata",    "maxMemory",       "memory",
  "currentMemory", "blkiotune", "memtune", "memoryBacking", "vcpu", "vcpus", "iothreads", "iothreadids",
  "defaultiothread", "cputune", "numatune",
};

/* The child of <domain> that a new @name comes after. */
static xmlNode *
place_for (xmlNode *root, const char *name)
{
  xmlNode *after = NULL;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (order) && strcmp (order[i], name) != 0; i++)
    {
      xmlNode *found = pin_xml_child (root, order[i]);

      if (found != NULL)
        after = found;
    }
  return after;
}

xmlNode *
pin_edit_section (xmlNode *root, const char *name)
{
  xmlNode *section = pin_xml_child (root, name);

  if (section == NULL)
    {
      section = xmlNewDocNode (root->doc, NULL, (const xmlChar *) name, NULL);
      pin_xml_insert (root, place_for (root, name), section);
    }
  return section;
}

void
pin_edit_drop_if_bare (xmlNode *element)
{
  if (element != NULL && pin_xml_is_bare (element))
    pin_xml_remove (element);
}

/* <vcpu> has more than ours, so its attributes are changed one by one. */
static void
edit_vcpu (xmlNode *root, const PinDomain *domain, const PinPlacement *wanted)
{
  xmlNode *vcpu = pin_xml_child (root, "vcpu");
  g_autofree char *cpuset = wanted->vcpu_cpuset != NULL ? pin_cpuset_format (wanted->vcpu_cpuset) : NULL;
  g_autofree char *count = NULL;

  if (domain->placement->vcpu_auto == wanted->vcpu_auto
      && (wanted->vcpu_auto || (domain->placement->vcpu_cpuset == NULL && cpuset == NULL)
          || (cpuset != NULL && domain->placement->vcpu_cpuset != NULL
              && pin_cpuset_equal (domain->placement->vcpu_cpuset, wanted->vcpu_cpuset))))
    return;
  if (vcpu == NULL)
    {
      count = g_strdup_printf ("%u", domain->guest->n_vcpus);
      vcpu = xmlNewDocRawNode (root->doc, NULL, (const xmlChar *) "vcpu", (const xmlChar *) count);
      pin_xml_insert (root, place_for (root, "vcpu"), vcpu);
    }
  pin_xml_set_attr (vcpu, "placement", wanted->vcpu_auto ? "auto" : "static", NULL);
  if (cpuset != NULL && !wanted->vcpu_auto)
    pin_xml_set_attr (vcpu, "cpuset", cpuset, "placement");
  else
    pin_xml_unset_attr (vcpu, "cpuset");
}

/* The pin elements @name of @section by id; NULL at ids that have none.  (transfer full) */
static GPtrArray *
find_pins (const xmlNode *section, const char *name, const char *id_name)
{
  GPtrArray *found = g_ptr_array_new ();

  for (pin_xml_each (section, child))
    {
      guint id;

      if (!pin_xml_is (child, name) || !pin_xml_get_uint (child, id_name, 0, PIN_CPUSET_MAX - 1, &id, NULL))
        continue;
      if (id >= found->len)
        g_ptr_array_set_size (found, (gint) id + 1);
      g_ptr_array_index (found, id) = child;
    }
  return found;
}

static void
remove_unwanted (GPtrArray *elements, const GArray *wanted)
{
  guint next = 0;
  guint id;

  for (id = 0; id < elements->len; id++)
    {
      while (next < wanted->len && g_array_index (wanted, PinPin, next).id < id)
        next++;
      if (g_ptr_array_index (elements, id) == NULL
          || (next < wanted->len && g_array_index (wanted, PinPin, next).id == id))
        continue;
      pin_xml_remove (g_ptr_array_index (elements, id));
      g_ptr_array_index (elements, id) = NULL;
    }
}

static void
set_pin (xmlNode *element, const char *id_name, const PinCpuset *cpuset, const PinPin *current)
{
  g_autofree char *text = NULL;

  if (current != NULL && pin_cpuset_equal (current->cpuset, cpuset))
    return;
  text = pin_cpuset_format (cpuset);
  pin_xml_set_attr (element, "cpuset", text, id_name);
}

/* Pins are many: each is looked up once, and one that stays where it is gets a new attribute at most. */
static void
edit_pins (xmlNode *root, PinPart part, const char *id_name, const GArray *current, const GArray *wanted)
{
  xmlNode *section = wanted->len > 0 ? pin_edit_section (root, "cputune") : pin_xml_child (root, "cputune");
  const char *name = pin_part_element (part);
  g_autoptr (GPtrArray) elements = find_pins (section, name, id_name);
  xmlNode *after = NULL;
  guint i;

  remove_unwanted (elements, wanted);
  for (i = 0; i < wanted->len; i++)
    {
      const PinPin *pin = &g_array_index (wanted, PinPin, i);
      xmlNode *element = pin->id < elements->len ? g_ptr_array_index (elements, pin->id) : NULL;

      if (element != NULL)
        set_pin (element, id_name, pin->cpuset, pin_placement_find (current, pin->id));
      else
        {
          element = xmlNewDocNode (root->doc, NULL, (const xmlChar *) name, NULL);
          pin_xml_put_uint (element, id_name, pin->id);
          set_pin (element, id_name, pin->cpuset, NULL);
          pin_xml_insert (section, after != NULL ? after : pin_xml_last (section), element);
        }
      after = element;
    }
}

/* Whether two elements say the same with the same attributes. */
static gboolean
same_text (const xmlNode *a, const xmlNode *b)
{
  const xmlAttr *attr;
  xmlNode *child = pin_xml_first (a);
  guint n = 0;

  for (attr = a->properties; attr != NULL; attr = attr->next, n++)
    if (!pin_xml_attr_is (b, (const char *) attr->name, pin_xml_attr (a, (const char *) attr->name)))
      return FALSE;
  for (attr = b->properties; attr != NULL; attr = attr->next)
    n--;
  for (pin_xml_each (b, other))
    {
      if (child == NULL || strcmp ((const char *) child->name, (const char *) other->name) != 0
          || !same_text (child, other))
        return FALSE;
      child = pin_xml_next (child);
    }
  return n == 0 && child == NULL;
}

/* Replaces the elements of @part by those that @wanted has, place by place; those that read the same stay. */
static void
edit_part (xmlNode *root, PinPart part, const PinPlacement *wanted)
{
  const char *section_name = pin_part_section (part);
  xmlNode *section = pin_xml_child (root, section_name);
  xmlNode *scratch = xmlNewDocNode (root->doc, NULL, (const xmlChar *) "scratch", NULL);
  g_autoptr (GPtrArray) old = g_ptr_array_new ();
  xmlNode *after = NULL;
  xmlNode *element;
  guint i;

  for (pin_xml_each (section, child))
    if (pin_xml_is (child, pin_part_element (part)))
      g_ptr_array_add (old, child);
  pin_placement_write (wanted, part, scratch, NULL);
  for (i = 0; (element = pin_xml_first (scratch)) != NULL; i++)
    {
      xmlNode *present = i < old->len ? g_ptr_array_index (old, i) : NULL;

      xmlUnlinkNode (element);
      if (present != NULL && same_text (present, element))
        {
          xmlFreeNode (element);
          after = present;
          continue;
        }
      if (section == NULL)
        section = pin_edit_section (root, section_name);
      pin_xml_insert (section, present != NULL ? present : after != NULL ? after : pin_xml_last (section), element);
      if (present != NULL)
        pin_xml_remove (present);
      after = element;
    }
  for (; i < old->len; i++)
    pin_xml_remove (g_ptr_array_index (old, i));
  xmlFreeNode (scratch);
}

static const PinDimm *
find_dimm (const GArray *dimms, guint index)
{
  guint i;

  for (i = 0; i < dimms->len; i++)
    if (g_array_index (dimms, PinDimm, i).index == index)
      return &g_array_index (dimms, PinDimm, i);
  return NULL;
}

/* Makes child @name of @source say @text; NULL takes it out. */
static void
edit_source_child (xmlNode *source, const char *name, const char *text, const char *unit)
{
  xmlNode *child = pin_xml_child (source, name);

  if (text == NULL)
    {
      if (child != NULL)
        pin_xml_remove (child);
      return;
    }
  if (child == NULL)
    {
      child = xmlNewDocNode (source->doc, NULL, (const xmlChar *) name, NULL);
      pin_xml_insert (source, pin_xml_last (source), child);
    }
  xmlNodeSetContent (child, (const xmlChar *) text);
  if (unit != NULL)
    pin_xml_set_attr (child, "unit", unit, NULL);
}

static void
edit_dimm (xmlNode *memory, const PinDimm *current, const PinDimm *wanted)
{
  xmlNode *source = pin_xml_child (memory, "source");
  guint64 page_kib = wanted != NULL ? wanted->page_kib : 0;
  const PinNodeset *nodeset = wanted != NULL ? wanted->nodeset : NULL;
  g_autofree char *page = page_kib != 0 ? g_strdup_printf ("%" G_GUINT64_FORMAT, page_kib) : NULL;
  g_autofree char *nodes = nodeset != NULL ? pin_cpuset_format (nodeset) : NULL;

  if (pin_xml_child (source, "path") != NULL || (current == NULL && wanted == NULL))
    return;
  if (source == NULL)
    {
      source = xmlNewDocNode (memory->doc, NULL, (const xmlChar *) "source", NULL);
      pin_xml_insert (memory, NULL, source);
    }
  if (current == NULL || (current->nodeset == NULL) != (nodeset == NULL)
      || !pin_cpuset_equal (current->nodeset, nodeset))
    edit_source_child (source, "nodemask", nodes, NULL);
  if (current == NULL || current->page_kib != page_kib)
    edit_source_child (source, "pagesize", page, "KiB");
  pin_edit_drop_if_bare (source);
}

void
pin_edit_dimms (const PinDomain *domain, const PinPlacement *wanted)
{
  const PinPlacement *current = domain->placement;
  const xmlNode *root = xmlDocGetRootElement (domain->doc);
  guint index = 0;

  for (pin_xml_each (pin_xml_child (root, "devices"), child))
    if (pin_xml_is (child, "memory"))
      {
        edit_dimm (child, find_dimm (current->dimm, index), find_dimm (wanted->dimm, index));
        index++;
      }
}

void
pin_edit_setting (const PinDomain *domain, const PinPlacement *wanted, PinSetting setting)
{
  xmlNode *root = xmlDocGetRootElement (domain->doc);
  const PinPlacement *current = domain->placement;
  guint part;

  for (part = 0; part < PIN_PART_N; part++)
    {
      if (pin_part_setting ((PinPart) part) != setting || g_strcmp0 (pin_part_section ((PinPart) part), "") == 0)
        continue;
      if (part == PIN_PART_VCPU)
        edit_vcpu (root, domain, wanted);
      else if (part == PIN_PART_VCPUPIN)
        edit_pins (root, PIN_PART_VCPUPIN, "vcpu", current->vcpupin, wanted->vcpupin);
      else if (part == PIN_PART_IOTHREADPIN)
        edit_pins (root, PIN_PART_IOTHREADPIN, "iothread", current->iothreadpin, wanted->iothreadpin);
      else
        edit_part (root, (PinPart) part, wanted);
    }
}
