/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The white list of records: which element stands in which, and with what attributes.  All else is refused. */
#include "format/record-read.h"

#include "format/quote.h"
#include "format/record.h"

#include <string.h>

typedef struct
{
  const char *parents;    /* between spaces */
  const char *name;
  const char *attributes; /* between spaces */
  gboolean has_text;
} Known;

#define PLACEMENTS " original given next "

static const Known known[] = {
  { " record ", "home", " id name uuid ", FALSE },
  { " home ", "shape", " cores loose ", FALSE },
  { " shape ", "node", " id cpus offline distances ", FALSE },
  { " record ", "cpu", " model vendor microcode tsc tsc-scaling nested ", FALSE },
  { " cpu ", "features", " ", TRUE },
  { " record ", "setting", " name home action reason ", FALSE },
  { " setting ", "original", " ", FALSE },
  { " setting ", "given", " ", FALSE },
  { " setting ", "next", " ", FALSE },
  { PLACEMENTS, "vcpu", " placement cpuset ", FALSE },
  { PLACEMENTS, "vcpupins", " ", TRUE },
  { PLACEMENTS, "emulatorpin", " cpuset ", FALSE },
  { PLACEMENTS, "iothreadpins", " ", TRUE },
  { PLACEMENTS, "vcpusched", " vcpus scheduler priority ", FALSE },
  { PLACEMENTS, "iothreadsched", " iothreads scheduler priority ", FALSE },
  { PLACEMENTS, "emulatorsched", " scheduler priority ", FALSE },
  { PLACEMENTS, "cachetune", " vcpus ", FALSE },
  { " cachetune ", "cache", " id level type size unit ", FALSE },
  { " cachetune ", "monitor", " level vcpus ", FALSE },
  { PLACEMENTS, "memorytune", " vcpus ", FALSE },
  { " memorytune ", "node", " id bandwidth ", FALSE },
  { " memorytune ", "monitor", " vcpus ", FALSE },
  { PLACEMENTS, "memory", " mode placement nodeset ", FALSE },
  { PLACEMENTS, "memnode", " cellid mode nodeset ", FALSE },
  { PLACEMENTS, "hugepages", " ", FALSE },
  { " hugepages ", "page", " size unit nodeset ", FALSE },
  { PLACEMENTS, "dimm", " index pagesize nodemask ", FALSE },
};

static const Known known_root = { "", PIN_RECORD_ELEMENT, " version guest migration ", FALSE };

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

static const Known *
find (const char *parent, const char *name)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (known); i++)
    if (strcmp (known[i].name, name) == 0 && has_word (known[i].parents, parent))
      return &known[i];
  return NULL;
}

/* The record is all in our namespace, or all in none, as libvirt hands it out. */
static gboolean
same_namespace (const xmlNode *a, const xmlNode *b)
{
  return a->ns == b->ns || (a->ns != NULL && b->ns != NULL && xmlStrEqual (a->ns->href, b->ns->href));
}

static gboolean
check_size (const xmlNode *element, gsize length, gsize *size, GError **error)
{
  *size += length;
  if (*size > PIN_RECORD_MAX_BYTES)
    return pin_xml_error (error, element, "the record is longer than %d bytes", PIN_RECORD_MAX_BYTES);
  return TRUE;
}

static gboolean
check_attributes (const xmlNode *element, const Known *as, gsize *size, GError **error)
{
  const xmlAttr *attr;

  for (attr = element->properties; attr != NULL; attr = attr->next)
    {
      const char *value = attr->children != NULL ? (const char *) attr->children->content : NULL;
      g_autofree char *name = NULL;

      if (!check_size (element, strlen ((const char *) attr->name) + (value != NULL ? strlen (value) : 0), size, error))
        return FALSE;
      if (attr->ns == NULL && has_word (as->attributes, (const char *) attr->name))
        continue;
      name = pin_quote ((const char *) attr->name);
      return pin_xml_error (error, element, "attribute %s is unknown", name);
    }
  return TRUE;
}

static gboolean
check_text (const xmlNode *node, const xmlNode *element, const Known *as, gsize *size, GError **error)
{
  if (node->type == XML_TEXT_NODE && xmlIsBlankNode (node))
    return TRUE;
  if (node->type != XML_COMMENT_NODE && (node->type != XML_TEXT_NODE || !as->has_text))
    return pin_xml_error (error, element, "holds text or other things that do not belong in it");
  return check_size (element, strlen ((const char *) node->content), size, error);
}

/* The list nests four deep at most, so does this. */
static gboolean
check_element (const xmlNode *element, const Known *as, gsize *size, GError **error)
{
  const xmlNode *node;

  if (!check_size (element, 2 * strlen ((const char *) element->name), size, error)
      || !check_attributes (element, as, size, error))
    return FALSE;
  for (node = element->children; node != NULL; node = node->next)
    {
      const Known *inner;

      if (node->type != XML_ELEMENT_NODE)
        {
          if (!check_text (node, element, as, size, error))
            return FALSE;
          continue;
        }
      inner = find (as->name, (const char *) node->name);
      if (inner == NULL || !same_namespace (node, element))
        return pin_xml_error (error, node, "is unknown in <%s>", as->name);
      if (!check_element (node, inner, size, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
pin_record_check (const xmlNode *element, GError **error)
{
  gsize size = 0;

  return check_element (element, &known_root, &size, error);
}
