/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Typed values of elements and attributes. */
#include "format/xml-value.h"

#include "core/error.h"
#include "core/number.h"
#include "format/quote.h"

#include <string.h>

static xmlNode *
skip_to_element (xmlNode *node)
{
  while (node != NULL && node->type != XML_ELEMENT_NODE)
    node = node->next;
  return node;
}

xmlNode *
pin_xml_first (const xmlNode *parent)
{
  return parent != NULL ? skip_to_element (parent->children) : NULL;
}

xmlNode *
pin_xml_next (const xmlNode *element)
{
  return skip_to_element (element->next);
}

xmlNode *
pin_xml_last (const xmlNode *parent)
{
  xmlNode *node = parent->last;

  while (node != NULL && node->type != XML_ELEMENT_NODE)
    node = node->prev;
  return node;
}

gboolean
pin_xml_is (const xmlNode *node, const char *name)
{
  return node->type == XML_ELEMENT_NODE && node->ns == NULL && strcmp ((const char *) node->name, name) == 0;
}

xmlNode *
pin_xml_child (const xmlNode *parent, const char *name)
{
  for (pin_xml_each (parent, child))
    if (pin_xml_is (child, name))
      return child;
  return NULL;
}

const char *
pin_xml_attr (const xmlNode *element, const char *name)
{
  const xmlAttr *attr;

  for (attr = element->properties; attr != NULL; attr = attr->next)
    if (attr->ns == NULL && strcmp ((const char *) attr->name, name) == 0)
      return attr->children != NULL && attr->children->content != NULL ? (const char *) attr->children->content : "";
  return NULL;
}

gboolean
pin_xml_attr_is (const xmlNode *element, const char *name, const char *value)
{
  return g_strcmp0 (pin_xml_attr (element, name), value) == 0;
}

char *
pin_xml_text (const xmlNode *element)
{
  xmlChar *content = element != NULL ? xmlNodeGetContent (element) : NULL;
  char *text = g_strdup (content != NULL ? (const char *) content : "");

  xmlFree (content);
  return g_strstrip (text);
}

gboolean
pin_xml_error (GError **error, const xmlNode *element, const char *format, ...)
{
  g_autofree char *message = NULL;
  g_autofree char *name = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  name = pin_quote ((const char *) element->name);
  g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "line %ld: <%s>: %s", xmlGetLineNo (element), name, message);
  return FALSE;
}

/* "attribute='value'" or "'value'", to begin a message with. */
static char *
describe (const char *name, const char *value)
{
  g_autofree char *quoted = pin_quote (value);

  return name != NULL ? g_strdup_printf ("%s='%s'", name, quoted) : g_strdup_printf ("'%s'", quoted);
}

static gboolean
parse_number (const xmlNode *element, const char *name, const char *value, guint64 min, guint64 max,
              guint64 *ret_number, GError **error)
{
  g_autofree char *what = NULL;

  if (value == NULL)
    return pin_xml_error (error, element, "attribute %s is missing", name);
  if (pin_number_parse (value, 10, min, max, ret_number))
    return TRUE;
  what = describe (name, value);
  return pin_xml_error (error, element, "%s is not a number from %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT, what,
                        min, max);
}

gboolean
pin_xml_get_uint (const xmlNode *element, const char *name, guint min, guint max, guint *ret_value, GError **error)
{
  guint64 number = 0;

  if (!parse_number (element, name, pin_xml_attr (element, name), min, max, &number, error))
    return FALSE;
  *ret_value = (guint) number;
  return TRUE;
}

gboolean
pin_xml_get_uint64 (const xmlNode *element, const char *name, guint64 *ret_value, GError **error)
{
  return parse_number (element, name, pin_xml_attr (element, name), 0, G_MAXUINT64, ret_value, error);
}

gboolean
pin_xml_get_text_uint (const xmlNode *element, guint min, guint max, guint *ret_value, GError **error)
{
  g_autofree char *text = pin_xml_text (element);
  guint64 number = 0;

  if (!parse_number (element, NULL, text, min, max, &number, error))
    return FALSE;
  *ret_value = (guint) number;
  return TRUE;
}

gboolean
pin_xml_get_set (const xmlNode *element, const char *name, PinCpuset **ret_set, GError **error)
{
  g_autofree char *text = name == NULL ? pin_xml_text (element) : NULL;
  const char *value = name == NULL ? text : pin_xml_attr (element, name);
  g_autofree char *what = NULL;
  g_autoptr (PinCpuset) set = NULL;
  g_autoptr (GError) why = NULL;

  if (value == NULL)
    return pin_xml_error (error, element, "attribute %s is missing", name);
  set = pin_cpuset_parse (value, &why);
  if (set != NULL && !pin_cpuset_is_empty (set))
    {
      *ret_set = g_steal_pointer (&set);
      return TRUE;
    }
  what = describe (name, value);
  if (set != NULL)
    return pin_xml_error (error, element, "%s is an empty set", what);
  return pin_xml_error (error, element, "%s is not a set of numbers below %d, as in 0-3,8", what, PIN_CPUSET_MAX);
}

/* What one of @unit is in bytes; 0 if there is no such unit. */
static guint64
unit_bytes (const char *unit)
{
  static const char letters[] = "kmgtpe";
  const char *letter;
  guint64 base, bytes;

  if (g_ascii_strcasecmp (unit, "b") == 0 || g_ascii_strcasecmp (unit, "byte") == 0
      || g_ascii_strcasecmp (unit, "bytes") == 0)
    return 1;
  if (*unit == '\0' || (letter = strchr (letters, g_ascii_tolower (*unit))) == NULL)
    return 0;
  if (unit[1] == '\0' || g_ascii_strcasecmp (unit + 1, "ib") == 0)
    base = 1024;
  else if (g_ascii_strcasecmp (unit + 1, "b") == 0)
    base = 1000;
  else
    return 0;
  for (bytes = base; letter > letters; letter--)
    bytes *= base;
  return bytes;
}

gboolean
pin_xml_get_bytes (const xmlNode *element, const char *name, guint64 *ret_bytes, GError **error)
{
  g_autofree char *text = name == NULL ? pin_xml_text (element) : NULL;
  const char *unit = pin_xml_attr (element, "unit");
  guint64 scale = unit_bytes (unit != NULL ? unit : "KiB");
  g_autofree char *what = NULL;
  guint64 number = 0;

  if (scale == 0)
    {
      what = describe ("unit", unit);
      return pin_xml_error (error, element, "%s is not a unit, as in KiB or GiB", what);
    }
  if (!parse_number (element, name, name == NULL ? text : pin_xml_attr (element, name), 0, G_MAXINT64 / scale, &number,
                     error))
    return FALSE;
  *ret_bytes = number * scale;
  return TRUE;
}

gboolean
pin_xml_get_kib (const xmlNode *element, const char *name, guint64 *ret_kib, GError **error)
{
  guint64 bytes = 0;

  if (!pin_xml_get_bytes (element, name, &bytes, error))
    return FALSE;
  *ret_kib = bytes / 1024 + (bytes % 1024 != 0);
  return TRUE;
}
