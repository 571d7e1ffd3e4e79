/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* XML text to a tree and back.  What comes in is never trusted; what goes out reads as libvirt writes it. */
#pragma once

#include <glib.h>
#include <libxml/parser.h>
#include <libxml/tree.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC (xmlDoc, xmlFreeDoc)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (xmlParserCtxt, xmlFreeParserCtxt)

/* A tree of empty elements takes about forty times its text: no domain or record has as many. */
#define PIN_XML_MAX_ELEMENTS 200000

/*
 * Parses @length bytes at @text.  No network, no entities but XML's own five, no DTD, UTF-8 only, at most @max_bytes
 * and PIN_XML_MAX_ELEMENTS.  Prints nothing.
 * Returns: (transfer full); NULL with PIN_ERROR_INVALID, one line with the line of the text where there is one.
 */
xmlDoc *pin_xml_parse (const char *text, gsize length, gsize max_bytes, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/*
 * The document without XML declaration.  Attributes and escapes are written as libvirt writes them, below <metadata> as
 * libxml2 does for it, so that what libvirt wrote comes out byte for byte.  (transfer full); *ret_length may be NULL.
 */
char *pin_xml_format_doc (const xmlDoc *doc, gsize *ret_length);

/* One element, escaped as in <metadata>; @indented by two where it holds no text, or on one line.  (transfer full) */
char *pin_xml_format_node (const xmlNode *node, gboolean indented);
