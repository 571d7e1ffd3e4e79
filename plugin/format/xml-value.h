/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Typed values of elements and attributes, ranges checked, errors that name line, element and attribute. */
#pragma once

#include "core/cpuset.h"
#include "format/xml-text.h"

/* for (pin_xml_each (parent, child)) visits the elements in @parent; @parent NULL has none. */
#define pin_xml_each(parent, child) \
  xmlNode *child = pin_xml_first (parent); child != NULL; child = pin_xml_next (child)
xmlNode *pin_xml_first (const xmlNode *parent);
xmlNode *pin_xml_next (const xmlNode *element);
/* The last element in @parent, or NULL. */
xmlNode *pin_xml_last (const xmlNode *parent);

/* Whether @node is element @name of libvirt's own, which has no namespace. */
gboolean pin_xml_is (const xmlNode *node, const char *name);
/* The first such element in @parent, or NULL; @parent may be NULL. */
xmlNode *pin_xml_child (const xmlNode *parent, const char *name);

/* Value of an attribute without namespace, or NULL; borrowed. */
const char *pin_xml_attr (const xmlNode *element, const char *name);
gboolean pin_xml_attr_is (const xmlNode *element, const char *name, const char *value);
/* Text of an element without the white space around it; "" for NULL.  (transfer full) */
char *pin_xml_text (const xmlNode *element);

/* "line 7: <vcpupin>: " and @format as PIN_ERROR_INVALID.  Returns: FALSE. */
gboolean pin_xml_error (GError **error, const xmlNode *element, const char *format, ...) G_GNUC_PRINTF (3, 4);

/* A decimal number of @min to @max; @name is an attribute that must be there. */
gboolean pin_xml_get_uint (const xmlNode *element, const char *name, guint min, guint max, guint *ret_value,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The same for 64 bits and no limit. */
gboolean pin_xml_get_uint64 (const xmlNode *element, const char *name, guint64 *ret_value,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The same for an element's text. */
gboolean pin_xml_get_text_uint (const xmlNode *element, guint min, guint max, guint *ret_value,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* A set that is not empty, attribute @name, which must be there; NULL: the element's text.  (transfer full) *ret_set */
gboolean pin_xml_get_set (const xmlNode *element, const char *name, PinCpuset **ret_set,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
/*
 * A size, attribute @name or with NULL the element's text, in the unit of attribute `unit`, KiB without one; units as
 * libvirt's virScaleInteger(): b, bytes, KB (1000), K, KiB (1024) and so on to E.
 */
gboolean pin_xml_get_bytes (const xmlNode *element, const char *name, guint64 *ret_bytes,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The same in KiB, rounded up as libvirt does with memory. */
gboolean pin_xml_get_kib (const xmlNode *element, const char *name, guint64 *ret_kib,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
