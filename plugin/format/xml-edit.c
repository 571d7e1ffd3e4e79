/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Changes to a tree that leave the white space around them as a person would have left it. */
#include "format/xml-edit.h"

#include <string.h>

xmlNode *
pin_xml_add (xmlNode *parent, xmlNs *ns, const char *name)
{
  xmlNode *element = xmlNewDocNode (parent->doc, ns, (const xmlChar *) name, NULL);

  return xmlAddChild (parent, element);
}

void
pin_xml_put (xmlNode *element, const char *name, const char *value)
{
  xmlNewProp (element, (const xmlChar *) name, (const xmlChar *) value);
}

void
pin_xml_put_uint (xmlNode *element, const char *name, guint64 value)
{
  char text[24];

  g_snprintf (text, sizeof text, "%" G_GUINT64_FORMAT, value);
  pin_xml_put (element, name, text);
}

void
pin_xml_add_text (xmlNode *parent, xmlNs *ns, const char *name, const char *text)
{
  xmlNode *element = pin_xml_add (parent, ns, name);

  xmlAddChild (element, xmlNewDocText (parent->doc, (const xmlChar *) text));
}

void
pin_xml_copy_attr (xmlNode *element, const xmlAttr *attr)
{
  const char *name = (const char *) attr->name;
  const char *value = attr->children != NULL && attr->children->content != NULL ? (const char *) attr->children->content : "";

  if (pin_xml_attr (element, name) == NULL)
    pin_xml_put (element, name, value);
}

xmlNode *
pin_xml_add_copy (xmlNode *parent, const xmlNode *node)
{
  xmlNode *copy = pin_xml_add (parent, parent->ns, (const char *) node->name);

  for (const xmlAttr *attr = node->properties; attr != NULL; attr = attr->next)
    pin_xml_copy_attr (copy, attr);
  for (const xmlNode *child = node->children; child != NULL; child = child->next)
    {
      if (child->type == XML_ELEMENT_NODE)
        pin_xml_add_copy (copy, child);
      else if (child->type == XML_TEXT_NODE && !xmlIsBlankNode (child))
        xmlAddChild (copy, xmlNewDocText (parent->doc, child->content));
    }
  return copy;
}

/* Moves @attr, the last of @element's, to stand after @before (NULL: first). */
static void
move_attr (xmlNode *element, xmlAttr *attr, xmlAttr *before)
{
  xmlAttr *next = before != NULL ? before->next : element->properties;

  if (next == attr)
    return;
  attr->prev->next = NULL;
  attr->prev = before;
  attr->next = next;
  next->prev = attr;
  if (before != NULL)
    before->next = attr;
  else
    element->properties = attr;
}

void
pin_xml_set_attr (xmlNode *element, const char *name, const char *value, const char *after)
{
  xmlAttr *before = NULL;
  xmlAttr *attr;

  if (pin_xml_attr (element, name) != NULL)
    {
      xmlSetProp (element, (const xmlChar *) name, (const xmlChar *) value);
      return;
    }
  if (after != NULL)
    before = xmlHasNsProp (element, (const xmlChar *) after, NULL);
  attr = xmlNewProp (element, (const xmlChar *) name, (const xmlChar *) value);
  move_attr (element, attr, before);
}

void
pin_xml_unset_attr (xmlNode *element, const char *name)
{
  xmlUnsetProp (element, (const xmlChar *) name);
}

/* libxml2's own functions merge neighbouring texts; here white space stays a node of its own, to be taken out again. */
static void
link_after (xmlNode *parent, xmlNode *after, xmlNode *node)
{
  xmlNode *next = after != NULL ? after->next : parent->children;

  node->parent = parent;
  node->prev = after;
  node->next = next;
  if (after != NULL)
    after->next = node;
  else
    parent->children = node;
  if (next != NULL)
    next->prev = node;
  else
    parent->last = node;
}

static gboolean
is_blank (const xmlNode *node)
{
  return node != NULL && node->type == XML_TEXT_NODE && xmlIsBlankNode (node);
}

/* "\n" and the indentation of the line that @node begins; NULL if it begins none.  (transfer full) */
static char *
line_before (const xmlNode *node)
{
  const char *text = is_blank (node->prev) ? (const char *) node->prev->content : NULL;
  const char *line = text != NULL ? strrchr (text, '\n') : NULL;

  return g_strdup (line);
}

/* The same for a child of @parent, from its elements, or else two more than @parent has. */
static char *
line_for_child (const xmlNode *parent)
{
  g_autofree char *own = NULL;

  for (pin_xml_each (parent, child))
    {
      char *line = line_before (child);

      if (line != NULL)
        return line;
    }
  own = line_before (parent);
  return own != NULL ? g_strconcat (own, "  ", NULL) : g_strdup ("");
}

static void
link_text (xmlNode *parent, xmlNode *after, const char *text)
{
  if (*text != '\0')
    link_after (parent, after, xmlNewDocText (parent->doc, (const xmlChar *) text));
}

/* Puts each element below @element on a line of its own; @line is that of @element. */
static void
lay_out (xmlNode *element, const char *line)
{
  g_autofree char *inner = *line != '\0' ? g_strconcat (line, "  ", NULL) : g_strdup ("");

  for (pin_xml_each (element, child))
    {
      link_text (element, child->prev, inner);
      lay_out (child, inner);
    }
  if (pin_xml_first (element) != NULL)
    link_text (element, element->last, line);
}

void
pin_xml_insert (xmlNode *parent, xmlNode *after, xmlNode *element)
{
  g_autofree char *line = after != NULL && after->type == XML_ELEMENT_NODE ? line_before (after) : NULL;
  g_autofree char *own = line_before (parent);
  gboolean was_empty = parent->children == NULL;

  if (line == NULL)
    line = line_for_child (parent);
  link_after (parent, after, element);
  link_text (parent, after, line);
  if (element->ns == NULL)
    lay_out (element, line);
  if (was_empty && *line != '\0')
    link_text (parent, element, own != NULL ? own : "\n");
}

void
pin_xml_remove (xmlNode *element)
{
  xmlNode *blank = element->prev;

  if (is_blank (blank))
    {
      xmlUnlinkNode (blank);
      xmlFreeNode (blank);
    }
  xmlUnlinkNode (element);
  xmlFreeNode (element);
}

gboolean
pin_xml_is_bare (const xmlNode *element)
{
  const xmlNode *child;

  for (child = element->children; child != NULL; child = child->next)
    if (!is_blank (child))
      return FALSE;
  return TRUE;
}
