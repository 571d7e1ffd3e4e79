/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Changes to a tree that leave the white space around them as a person would have left it. */
#pragma once

#include "format/xml-value.h"

/* Appends a new element to @parent, without white space.  Borrowed. */
xmlNode *pin_xml_add (xmlNode *parent, xmlNs *ns, const char *name);
/* Appends an attribute that @element does not have yet. */
void pin_xml_put (xmlNode *element, const char *name, const char *value);
void pin_xml_put_uint (xmlNode *element, const char *name, guint64 value);
/* Appends an element with text. */
void pin_xml_add_text (xmlNode *parent, xmlNs *ns, const char *name, const char *text);

/* Gives @element an attribute as @attr, unless it has one of that name. */
void pin_xml_copy_attr (xmlNode *element, const xmlAttr *attr);
/* Appends @node and all in it to @parent, in the namespace of that, without comments and white space between elements.  Borrowed. */
xmlNode *pin_xml_add_copy (xmlNode *parent, const xmlNode *node);

/* Gives attribute @name a value; one that was not there comes after attribute @after, or first without it (NULL). */
void pin_xml_set_attr (xmlNode *element, const char *name, const char *value, const char *after);
/* Takes attribute @name out; it may be absent. */
void pin_xml_unset_attr (xmlNode *element, const char *name);

/*
 * Links @element, which is in no tree, into @parent after its child @after (NULL: as the first), on a line of its own
 * with the indentation of its new siblings; its own children are laid out below it, unless it is the record, which
 * gets its white space when the document is written.
 */
void pin_xml_insert (xmlNode *parent, xmlNode *after, xmlNode *element);
/* Takes @element out with the white space before it, and frees it. */
void pin_xml_remove (xmlNode *element);
/* Whether @element has neither elements nor comments nor text. */
gboolean pin_xml_is_bare (const xmlNode *element);
