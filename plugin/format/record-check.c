/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The white list of records: which element stands in which, and with what attributes.  All else is believed by nobody here: it is what
 * newer versions write, and goes on as it came (record-rest).
 */
#include "format/record-read.h"

#include "core/setting.h"
#include "format/quote.h"
#include "format/record.h"

#include <string.h>

#define PLACEMENTS " original given next "
#define NONE " "

/* What is told by all that it has becomes another element where its owner has edited it. */
static const PinRecordKind known[] = {
  { " record ", "home", " id name uuid ", " name uuid ", FALSE },
  { " home ", "shape", " cores loose ", " cores loose ", FALSE },
  { " shape ", "node", " id cpus offline distances ", " id cpus offline distances ", FALSE },
  { " record ", "cpu", " model vendor microcode tsc tsc-scaling nested ", " model vendor microcode tsc tsc-scaling nested ", FALSE },
  { " cpu ", "features", NONE, NONE, TRUE },
  { " record ", "setting", " name home action reason ", " name ", FALSE },
  { " setting ", "original", NONE, NONE, FALSE },
  { " setting ", "given", NONE, NONE, FALSE },
  { " setting ", "next", NONE, NONE, FALSE },
  { PLACEMENTS, "vcpu", " placement cpuset ", " placement cpuset ", FALSE },
  { PLACEMENTS, "vcpupins", NONE, NONE, TRUE },
  { PLACEMENTS, "emulatorpin", " cpuset ", " cpuset ", FALSE },
  { PLACEMENTS, "iothreadpins", NONE, NONE, TRUE },
  { PLACEMENTS, "vcpusched", " vcpus scheduler priority ", " vcpus scheduler priority ", FALSE },
  { PLACEMENTS, "iothreadsched", " iothreads scheduler priority ", " iothreads scheduler priority ", FALSE },
  { PLACEMENTS, "emulatorsched", " scheduler priority ", " scheduler priority ", FALSE },
  { PLACEMENTS, "cachetune", " vcpus ", " vcpus ", FALSE },
  { " cachetune ", "cache", " id level type size unit ", " id level type size unit ", FALSE },
  { " cachetune ", "monitor", " level vcpus ", " level vcpus ", FALSE },
  { PLACEMENTS, "memorytune", " vcpus ", " vcpus ", FALSE },
  { " memorytune ", "node", " id bandwidth ", " id bandwidth ", FALSE },
  { " memorytune ", "monitor", " vcpus ", " vcpus ", FALSE },
  { PLACEMENTS, "memory", " mode placement nodeset ", " mode placement nodeset ", FALSE },
  { PLACEMENTS, "memnode", " cellid mode nodeset ", " cellid mode nodeset ", FALSE },
  { PLACEMENTS, "hugepages", NONE, NONE, FALSE },
  { " hugepages ", "page", " size unit nodeset ", " size unit nodeset ", FALSE },
  { PLACEMENTS, "dimm", " index pagesize nodemask ", " index pagesize nodemask ", FALSE },
};

static const PinRecordKind known_root = { "", PIN_RECORD_ELEMENT, " version guest migration ", NONE, FALSE };

static gboolean
has_word (const char *words, const char *word)
{
  const char *at = words;
  gsize length = strlen (word);

  while ((at = strstr (at, word)) != NULL)
    {
      if (at > words && at[-1] == ' ' && at[length] == ' ')
        return TRUE;
      at++;
    }
  return FALSE;
}

const PinRecordKind *
pin_record_kind (void)
{
  return &known_root;
}

/* A setting of a name that is none here is a newer version's, all of it. */
static gboolean
is_foreign_setting (const xmlNode *node)
{
  const char *name = strcmp ((const char *) node->name, "setting") == 0 ? pin_xml_attr (node, "name") : NULL;
  PinSetting setting;

  return name != NULL && !pin_setting_from_name (name, &setting);
}

const PinRecordKind *
pin_record_kind_in (const PinRecordKind *parent, const xmlNode *node)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (known); i++)
    if (strcmp (known[i].name, (const char *) node->name) == 0 && has_word (known[i].parents, parent->name))
      return is_foreign_setting (node) ? NULL : &known[i];
  return NULL;
}

gboolean
pin_record_kind_has (const PinRecordKind *kind, const xmlAttr *attr)
{
  return has_word (kind->attributes, (const char *) attr->name);
}

gboolean
pin_record_kind_is_told_by (const PinRecordKind *kind, const xmlAttr *attr)
{
  return has_word (kind->telling, (const char *) attr->name);
}

/* The record is all in our namespace, or all in none, as libvirt hands it out. */
static gboolean
same_namespace (const xmlNode *a, const xmlNode *b)
{
  return a->ns == b->ns || (a->ns != NULL && b->ns != NULL && xmlStrEqual (a->ns->href, b->ns->href));
}

typedef struct
{
  gsize size;
  gboolean more; /* there is something that is not known */
} Check;

static gboolean
check_size (Check *check, const xmlNode *element, gsize length, GError **error)
{
  check->size += length;
  if (check->size > PIN_RECORD_MAX_BYTES)
    return pin_xml_error (error, element, "the record is longer than %d bytes", PIN_RECORD_MAX_BYTES);
  return TRUE;
}

/* @as NULL: the element is not known. */
static gboolean
check_attributes (Check *check, const xmlNode *element, const PinRecordKind *as, GError **error)
{
  const xmlAttr *attr;

  for (attr = element->properties; attr != NULL; attr = attr->next)
    {
      const char *value = attr->children != NULL ? (const char *) attr->children->content : NULL;
      g_autofree char *name = NULL;

      if (!check_size (check, element, strlen ((const char *) attr->name) + (value != NULL ? strlen (value) : 0), error))
        return FALSE;
      if (as == NULL || !pin_record_kind_has (as, attr))
        check->more = TRUE;
      if (attr->ns == NULL)
        continue;
      name = pin_quote ((const char *) attr->name);
      return pin_xml_error (error, element, "attribute %s is unknown, of another namespace", name);
    }
  return TRUE;
}

static gboolean
check_text (Check *check, const xmlNode *node, const xmlNode *element, const PinRecordKind *as, GError **error)
{
  if (node->type == XML_TEXT_NODE && xmlIsBlankNode (node))
    return TRUE;
  if (node->type != XML_COMMENT_NODE && (node->type != XML_TEXT_NODE || (as != NULL && !as->has_text)))
    return pin_xml_error (error, element, "holds text or other things that do not belong in it");
  return check_size (check, element, strlen ((const char *) node->content), error);
}

/* What is known nests four deep at most, and all else no deeper than XML may. */
static gboolean
check_element (Check *check, const xmlNode *element, const PinRecordKind *as, GError **error)
{
  const xmlNode *node;

  check->more |= as == NULL;
  if (!check_size (check, element, 2 * strlen ((const char *) element->name), error) || !check_attributes (check, element, as, error))
    return FALSE;
  for (node = element->children; node != NULL; node = node->next)
    {
      if (node->type != XML_ELEMENT_NODE)
        {
          if (!check_text (check, node, element, as, error))
            return FALSE;
          continue;
        }
      if (strcmp ((const char *) node->name, PIN_RECORD_ELEMENT) == 0)
        return pin_xml_error (error, node, "is unknown in <%s>: no record stands in another", (const char *) element->name);
      if (!same_namespace (node, element))
        return pin_xml_error (error, node, "is unknown in <%s>, of another namespace", (const char *) element->name);
      if (!check_element (check, node, as != NULL ? pin_record_kind_in (as, node) : NULL, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
pin_record_check (const xmlNode *element, gboolean *ret_more, GError **error)
{
  Check check = { 0, FALSE };

  if (!check_element (&check, element, &known_root, error))
    return FALSE;
  *ret_more = check.more;
  return TRUE;
}
