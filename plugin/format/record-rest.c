/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "format/record-rest.h"

#include "format/record-read.h"
#include "format/record.h"
#include "format/xml-edit.h"

#include <string.h>

/* Escaped, it is longer than what a record may have. */
#define REST_MAX_BYTES (8 * PIN_RECORD_MAX_BYTES)

static gboolean
is_named (const xmlNode *node, const char *name)
{
  return strcmp ((const char *) node->name, name) == 0;
}

/* Copies to @rest the attributes by which @element, of kind @as, is found again. */
static void
copy_telling (const xmlNode *element, const PinRecordKind *as, xmlNode *rest)
{
  g_auto (GStrv) names = g_strsplit (as->telling, " ", -1);

  for (guint i = 0; names[i] != NULL; i++)
    if (*names[i] != '\0' && pin_xml_attr (element, names[i]) != NULL)
      pin_xml_put (rest, names[i], pin_xml_attr (element, names[i]));
}

/* Moves attributes of @element that are not known to @rest.  Returns: whether there were any. */
static gboolean
take_attributes (xmlNode *element, const PinRecordKind *as, xmlNode *rest)
{
  gboolean any = FALSE;
  xmlAttr *next;

  for (xmlAttr *attr = element->properties; attr != NULL; attr = next)
    {
      next = attr->next;
      if (pin_record_kind_has (as, attr))
        continue;
      pin_xml_copy_attr (rest, attr);
      xmlRemoveProp (attr);
      any = TRUE;
    }
  return any;
}

static gboolean
take_foreign (xmlNode *element, const PinRecordKind *as, xmlNode *rest)
{
  gboolean any = FALSE;
  xmlNode *next;

  for (xmlNode *child = pin_xml_first (element); child != NULL; child = next)
    {
      next = pin_xml_next (child);
      if (pin_record_kind_in (as, child) != NULL)
        continue;
      pin_xml_add_copy (rest, child);
      pin_xml_remove (child);
      any = TRUE;
    }
  return any;
}

/*
 * Moves what is not known in @element to @rest, which stands for it: in the order in which it is put back, so that the same things are the
 * same text.  Returns: whether there was any.
 */
static gboolean
take_out (xmlNode *element, const PinRecordKind *as, xmlNode *rest)
{
  gboolean any;

  copy_telling (element, as, rest);
  any = take_attributes (element, as, rest);
  for (pin_xml_each (element, child))
    {
      const PinRecordKind *kind = pin_record_kind_in (as, child);
      xmlNode *inner = kind != NULL ? pin_xml_add (rest, NULL, kind->name) : NULL;

      if (inner != NULL && take_out (child, kind, inner))
        any = TRUE;
      else if (inner != NULL)
        pin_xml_remove (inner);
    }
  return take_foreign (element, as, rest) || any;
}

/* The home in @record that a setting means with its attribute home; NULL: none. */
static xmlNode *
find_home (const xmlNode *record, const char *id)
{
  for (pin_xml_each (record, child))
    if (id != NULL && is_named (child, "home") && pin_xml_attr_is (child, "id", id))
      return child;
  return NULL;
}

static gboolean
is_foreign (const xmlNode *node)
{
  return pin_record_kind_in (pin_record_kind (), node) == NULL;
}

/* Homes of settings that are not known are kept whole, with their numbers: nobody else may need them. */
static void
keep_homes (xmlNode *rest, const xmlNode *record)
{
  xmlNode *last = pin_xml_last (rest);

  for (xmlNode *child = pin_xml_first (rest); child != NULL; child = child != last ? pin_xml_next (child) : NULL)
    {
      const char *id = is_foreign (child) ? pin_xml_attr (child, "home") : NULL;
      const xmlNode *home = find_home (record, id);

      if (home != NULL && find_home (rest, id) == NULL)
        pin_xml_add_copy (rest, home);
    }
}

char *
pin_record_rest_take (xmlNode *record)
{
  g_autoptr (xmlDoc) doc = xmlNewDoc ((const xmlChar *) "1.0");
  xmlNode *rest = xmlNewDocNode (doc, NULL, (const xmlChar *) PIN_RECORD_ELEMENT, NULL);

  xmlDocSetRootElement (doc, rest);
  if (!take_out (record, pin_record_kind (), rest))
    return NULL;
  keep_homes (rest, record);
  return pin_xml_format_node (rest, FALSE);
}

/* Whether @element, of kind @as, is the one that @rest stands for. */
static gboolean
is_same (const xmlNode *element, const xmlNode *rest, const PinRecordKind *as)
{
  if (strcmp ((const char *) element->name, (const char *) rest->name) != 0)
    return FALSE;
  for (const xmlAttr *attr = element->properties; attr != NULL; attr = attr->next)
    if (pin_record_kind_is_told_by (as, attr)
        && !pin_xml_attr_is (rest, (const char *) attr->name, pin_xml_attr (element, (const char *) attr->name)))
      return FALSE;
  for (const xmlAttr *attr = rest->properties; attr != NULL; attr = attr->next)
    if (pin_record_kind_is_told_by (as, attr) && pin_xml_attr (element, (const char *) attr->name) == NULL)
      return FALSE;
  return TRUE;
}

static void
put_back (xmlNode *element, const PinRecordKind *as, const xmlNode *rest)
{
  for (const xmlAttr *attr = rest->properties; attr != NULL; attr = attr->next)
    if (!pin_record_kind_has (as, attr))
      pin_xml_copy_attr (element, attr);
  for (pin_xml_each (rest, child))
    {
      const PinRecordKind *kind = pin_record_kind_in (as, child);
      xmlNode *known = kind != NULL ? pin_xml_first (element) : NULL;

      while (known != NULL && !is_same (known, child, kind))
        known = pin_xml_next (known);
      if (known != NULL)
        put_back (known, kind, child);
      else if (kind == NULL)
        pin_xml_add_copy (element, child);
    }
}

/* Whether @a and @b say the same; of homes their numbers do not matter. */
static gboolean
says_the_same (const xmlNode *a, const xmlNode *b)
{
  const xmlNode *x = pin_xml_first (a), *y = pin_xml_first (b);
  gint n = 0;

  for (const xmlAttr *attr = a->properties; attr != NULL; attr = attr->next, n++)
    {
      const char *name = (const char *) attr->name;
      gboolean is_number = is_named (a, "home") && strcmp (name, "id") == 0;

      if (pin_xml_attr (b, name) == NULL || (!is_number && !pin_xml_attr_is (b, name, pin_xml_attr (a, name))))
        return FALSE;
    }
  for (const xmlAttr *attr = b->properties; attr != NULL; attr = attr->next)
    n--;
  for (; n == 0 && x != NULL && y != NULL; x = pin_xml_next (x), y = pin_xml_next (y))
    if (strcmp ((const char *) x->name, (const char *) y->name) != 0 || !says_the_same (x, y))
      return FALSE;
  return n == 0 && x == NULL && y == NULL;
}

/* The home in @record that says what @home does; NULL: none. */
static const xmlNode *
find_same_home (const xmlNode *record, const xmlNode *home)
{
  for (pin_xml_each (record, child))
    if (is_named (child, "home") && says_the_same (child, home))
      return child;
  return NULL;
}

static void
set_number (xmlNode *element, const char *name, guint number)
{
  g_autofree char *text = g_strdup_printf ("%u", number);

  xmlSetProp (element, (const xmlChar *) name, (const xmlChar *) text);
}

/* Numbers the homes of @record anew; before those that its settings know there are @n_more now. */
static void
renumber (xmlNode *record, guint n_more)
{
  guint n = 0, number;

  for (pin_xml_each (record, child))
    {
      if (is_named (child, "home"))
        set_number (child, "id", n++);
      else if (is_named (child, "setting") && pin_xml_attr (child, "home") != NULL
               && pin_xml_get_uint (child, "home", 0, G_MAXINT, &number, NULL))
        set_number (child, "home", number + n_more);
    }
}

/* Puts the homes of @rest that @record does not have before those that it has: the last one is the newest, as far as is known here. */
static void
put_homes (xmlNode *record, xmlNode *rest)
{
  xmlNode *first = record->children;
  guint n_more = 0;

  for (pin_xml_each (rest, child))
    {
      xmlNode *copy;

      if (!is_named (child, "home") || pin_xml_attr (child, "id") == NULL || find_same_home (record, child) != NULL)
        continue;
      copy = pin_xml_add_copy (record, child);
      if (first != NULL)
        xmlAddPrevSibling (first, copy);
      n_more++;
    }
  renumber (record, n_more);
}

/* Settings of @rest name their homes by the numbers that those have in @record. */
static void
point_at_homes (const xmlNode *record, xmlNode *rest)
{
  for (pin_xml_each (rest, child))
    {
      const xmlNode *home = is_foreign (child) ? find_home (rest, pin_xml_attr (child, "home")) : NULL;
      const xmlNode *same = home != NULL ? find_same_home (record, home) : NULL;

      if (same != NULL)
        xmlSetProp (child, (const xmlChar *) "home", (const xmlChar *) pin_xml_attr (same, "id"));
    }
}

static void
drop_shapes (xmlNode *rest)
{
  for (pin_xml_each (rest, child))
    while (is_named (child, "home") && pin_xml_attr (child, "id") != NULL && pin_xml_first (child) != NULL)
      pin_xml_remove (pin_xml_first (child));
}

void
pin_record_rest_put (xmlNode *record, const char *rest, gboolean with_shapes)
{
  g_autoptr (xmlDoc) doc = pin_xml_parse (rest, strlen (rest), REST_MAX_BYTES, NULL);

  if (doc == NULL)
    return;
  if (!with_shapes)
    drop_shapes (xmlDocGetRootElement (doc));
  put_homes (record, xmlDocGetRootElement (doc));
  point_at_homes (record, xmlDocGetRootElement (doc));
  put_back (record, pin_record_kind (), xmlDocGetRootElement (doc));
}
