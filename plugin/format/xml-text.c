/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* XML text to a tree and back: limits on the way in, libvirt's habits on the way out. */
#include "format/xml-text.h"

#include "core/error.h"
#include "format/record.h"

#include <libxml/SAX2.h>
#include <string.h>

/*
 * Never NOENT, DTDLOAD, DTDATTR, DTDVALID, XINCLUDE, HUGE or RECOVER.  IGNORE_ENC: nothing is ever converted, as
 * libxml2 prints what fails in a conversion whatever one asks; what is declared is checked before.
 */
#define SAFE_FLAGS \
  (XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_COMPACT | XML_PARSE_IGNORE_ENC)
#if LIBXML_VERSION >= 21300
#define PARSE_FLAGS (SAFE_FLAGS | XML_PARSE_NO_XXE)
#else
#define PARSE_FLAGS SAFE_FLAGS
#endif

/* What libxml2 takes without XML_PARSE_HUGE is 256, and it would tell people to use that. */
#define MAX_DEPTH 255

typedef struct
{
  gboolean has_dtd;
  gboolean too_deep;
  guint n_elements;
} Seen;

/* A stopped parser may still call its document well-formed, so what was seen is kept apart. */
static void
refuse_dtd (void *data, const xmlChar *name, const xmlChar *external_id, const xmlChar *system_id)
{
  xmlParserCtxt *ctxt = data;
  Seen *seen = ctxt->_private;

  seen->has_dtd = TRUE;
  xmlStopParser (ctxt);
}

static void
count_element (void *data, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int n_namespaces,
               const xmlChar **namespaces, int n_attributes, int n_defaulted, const xmlChar **attributes)
{
  xmlParserCtxt *ctxt = data;
  Seen *seen = ctxt->_private;

  seen->too_deep |= ctxt->nameNr >= MAX_DEPTH;
  if (++seen->n_elements > PIN_XML_MAX_ELEMENTS || seen->too_deep)
    xmlStopParser (ctxt);
  else
    xmlSAX2StartElementNs (data, name, prefix, uri, n_namespaces, namespaces, n_attributes, n_defaulted, attributes);
}

/* Whether the XML declaration at the head of @text, if there is one, names no encoding but UTF-8. */
static gboolean
declares_utf8 (const char *text, gsize length)
{
  gsize mark = length >= 3 && memcmp (text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
  const char *end, *at;

  if (length < mark + 5 || memcmp (text + mark, "<?xml", 5) != 0
      || (end = g_strstr_len (text, (gssize) length, "?>")) == NULL
      || (at = g_strstr_len (text, end - text, "encoding")) == NULL)
    return TRUE;
  at += strlen ("encoding");
  at += strspn (at, " \t\r\n=");
  return (*at == '"' || *at == '\'') && g_ascii_strncasecmp (at + 1, "UTF-8", 5) == 0 && at[6] == *at;
}

static gboolean
check_bytes (const char *text, gsize length, gsize max_bytes, GError **error)
{
  const char *bad = NULL;

  if (length > max_bytes)
    g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "XML of %" G_GSIZE_FORMAT " bytes, at most %" G_GSIZE_FORMAT
                 " are read", length, max_bytes);
  else if (length == 0)
    g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "no XML: the text is empty");
  else if (!g_utf8_validate (text, (gssize) length, &bad))
    g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "%s at byte %" G_GSIZE_FORMAT,
                 *bad == '\0' ? "XML with a NUL" : "XML that is not UTF-8", (gsize) (bad - text));
  else if (!declares_utf8 (text, length))
    g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "XML that declares an encoding other than UTF-8");
  else
    return TRUE;
  return FALSE;
}

/* What libxml2 has against a document, without the words of the document that it would quote: they can be those of a password. */
static const char *
wording (const xmlError *fault)
{
  static const struct { int code; const char *words; } known[] = {
    { XML_ERR_TAG_NAME_MISMATCH, "an element ends that is not the one begun last" },
    { XML_ERR_UNDECLARED_ENTITY, "an entity that is not declared" },
    { XML_ERR_ATTRIBUTE_WITHOUT_VALUE, "an attribute without a value" },
    { XML_ERR_ATTRIBUTE_REDEFINED, "an attribute that stands twice" },
    { XML_NS_ERR_ATTRIBUTE_REDEFINED, "an attribute that stands twice" },
    { XML_NS_ERR_UNDEFINED_NAMESPACE, "a prefix that is not declared" },
    { XML_ERR_TAG_NOT_FINISHED, "it ends within an element" },
  };

  if (fault == NULL || fault->message == NULL)
    return "no document";
  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (fault->code == known[i].code)
      return known[i].words;
  return fault->str1 == NULL && fault->str2 == NULL && fault->str3 == NULL ? fault->message : "not well-formed";
}

static void
set_syntax_error (xmlParserCtxt *ctxt, GError **error)
{
  const xmlError *last = xmlCtxtGetLastError (ctxt);
  g_autofree char *message = g_utf8_make_valid (wording (last), -1);

  g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "XML that does not parse: line %d: %s",
               last != NULL ? last->line : 0, g_strstrip (g_strdelimit (message, "\r\n\t", ' ')));
}

xmlDoc *
pin_xml_parse (const char *text, gsize length, gsize max_bytes, GError **error)
{
  g_autoptr (xmlParserCtxt) ctxt = NULL;
  g_autoptr (xmlDoc) doc = NULL;
  Seen seen = { FALSE, FALSE, 0 };

  if (!check_bytes (text, length, MIN (max_bytes, G_MAXINT), error))
    return NULL;
  ctxt = xmlNewParserCtxt ();
  ctxt->_private = &seen;
  ctxt->sax->internalSubset = refuse_dtd;
  ctxt->sax->startElementNs = count_element;
  doc = xmlCtxtReadMemory (ctxt, text, (int) length, NULL, NULL, PARSE_FLAGS);
  if (seen.has_dtd)
    g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "XML with a document type: take <!DOCTYPE> out");
  else if (seen.n_elements > PIN_XML_MAX_ELEMENTS)
    g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "XML with more than %d elements", PIN_XML_MAX_ELEMENTS);
  else if (seen.too_deep)
    g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "XML that nests more than %d elements", MAX_DEPTH);
  else if (doc == NULL || !ctxt->wellFormed || xmlDocGetRootElement (doc) == NULL)
    set_syntax_error (ctxt, error);
  else
    return g_steal_pointer (&doc);
  return NULL;
}

/* What libvirt's own formatter and libxml2's dump, which libvirt uses for metadata, do differently. */
typedef struct
{
  GString *text;
  gboolean dumped;   /* below <metadata> */
  int indent;        /* depth of elements that are laid out here, or one of those below */
} Out;

#define OUT_SEEK -1  /* white space stands as it is, but a record that is met is laid out */
#define OUT_AS_IS -2

static const char *const escapes[256] = {
  ['&'] = "&amp;",  ['<'] = "&lt;",  ['>'] = "&gt;",  ['"'] = "&quot;",
  ['\''] = "&apos;", ['\n'] = "&#10;", ['\t'] = "&#9;", ['\r'] = "&#13;",
};

static void
put_escaped (GString *text, const xmlChar *value, const char *plain)
{
  const xmlChar *from = value;
  const xmlChar *at;

  for (at = value; at != NULL && *at != '\0'; at++)
    {
      if (G_LIKELY (escapes[*at] == NULL) || strchr (plain, *at) != NULL)
        continue;
      g_string_append_len (text, (const char *) from, at - from);
      g_string_append (text, escapes[*at]);
      from = at + 1;
    }
  if (at != from)
    g_string_append_len (text, (const char *) from, at - from);
}

static void
put_name (GString *text, const xmlNs *ns, const xmlChar *name)
{
  if (ns != NULL && ns->prefix != NULL)
    {
      g_string_append (text, (const char *) ns->prefix);
      g_string_append_c (text, ':');
    }
  g_string_append (text, (const char *) name);
}

static void
put_attributes (Out *out, const xmlNode *node)
{
  char quote = out->dumped ? '"' : '\'';
  const xmlAttr *attr;
  const xmlNode *part;

  for (attr = node->properties; attr != NULL; attr = attr->next)
    {
      g_string_append_c (out->text, ' ');
      put_name (out->text, attr->ns, attr->name);
      g_string_append_c (out->text, '=');
      g_string_append_c (out->text, quote);
      for (part = attr->children; part != NULL; part = part->next)
        put_escaped (out->text, part->content, out->dumped ? "'" : "");
      g_string_append_c (out->text, quote);
    }
}

static void
put_namespaces (Out *out, const xmlNode *node)
{
  char quote = out->dumped ? '"' : '\'';
  const xmlNs *ns;

  for (ns = node->nsDef; ns != NULL; ns = ns->next)
    {
      g_string_append (out->text, ns->prefix != NULL ? " xmlns:" : " xmlns");
      g_string_append (out->text, ns->prefix != NULL ? (const char *) ns->prefix : "");
      g_string_append_c (out->text, '=');
      g_string_append_c (out->text, quote);
      put_escaped (out->text, ns->href, out->dumped ? "'" : "");
      g_string_append_c (out->text, quote);
    }
}

static void
put_line (Out *out, int depth)
{
  g_string_append_c (out->text, '\n');
  for (; depth > 0; depth--)
    g_string_append (out->text, "  ");
}

static gboolean
has_text (const xmlNode *node)
{
  const xmlNode *child;

  for (child = node->children; child != NULL; child = child->next)
    if (child->type != XML_ELEMENT_NODE && child->type != XML_COMMENT_NODE)
      return TRUE;
  return FALSE;
}

static gboolean
is_record (const xmlNode *node)
{
  return node->ns != NULL && g_strcmp0 ((const char *) node->ns->href, PIN_RECORD_NS) == 0;
}

static int
depth_of (const xmlNode *node)
{
  int depth = 0;

  for (; node->parent != NULL && node->parent->type == XML_ELEMENT_NODE; node = node->parent)
    depth++;
  return depth;
}

static void put_node (Out *out, const xmlNode *node);

static void
put_children (Out *out, const xmlNode *node)
{
  gboolean lay_out = out->indent >= 0 && !has_text (node);
  Out inner = { out->text, out->dumped, lay_out ? out->indent + 1 : MIN (out->indent, OUT_SEEK) };
  const xmlNode *child;

  for (child = node->children; child != NULL; child = child->next)
    {
      if (lay_out)
        put_line (out, inner.indent);
      put_node (&inner, child);
    }
  if (lay_out)
    put_line (out, out->indent);
}

/* Recursion is as deep as the parser allows elements to nest, 256. */
static void
put_element (Out *out, const xmlNode *node)
{
  Out inner = *out;

  if (inner.indent == OUT_SEEK && inner.dumped && is_record (node))
    inner.indent = depth_of (node);
  g_string_append_c (out->text, '<');
  put_name (out->text, node->ns, node->name);
  if (out->dumped)
    put_namespaces (out, node);
  put_attributes (out, node);
  if (!out->dumped)
    put_namespaces (out, node);
  if (node->children == NULL)
    {
      g_string_append (out->text, "/>");
      return;
    }
  g_string_append_c (out->text, '>');
  inner.dumped = out->dumped || (node->ns == NULL && strcmp ((const char *) node->name, "metadata") == 0);
  put_children (&inner, node);
  g_string_append (out->text, "</");
  put_name (out->text, node->ns, node->name);
  g_string_append_c (out->text, '>');
}

static void
put_node (Out *out, const xmlNode *node)
{
  const char *content = node->type == XML_ELEMENT_NODE ? NULL : (const char *) node->content;

  if (node->type == XML_ELEMENT_NODE)
    put_element (out, node);
  else if (node->type == XML_TEXT_NODE)
    put_escaped (out->text, node->content, out->dumped ? "'\"\n\t" : "\n\t");
  else if (node->type == XML_CDATA_SECTION_NODE)
    g_string_append_printf (out->text, "<![CDATA[%s]]>", content);
  else if (node->type == XML_COMMENT_NODE)
    g_string_append_printf (out->text, "<!--%s-->", content != NULL ? content : "");
  else if (node->type == XML_PI_NODE)
    g_string_append_printf (out->text, content != NULL ? "<?%s %s?>" : "<?%s?>", (const char *) node->name, content);
}

char *
pin_xml_format_doc (const xmlDoc *doc, gsize *ret_length)
{
  Out out = { g_string_sized_new (32 * 1024), FALSE, OUT_SEEK };
  const xmlNode *node;

  for (node = doc->children; node != NULL; node = node->next)
    {
      put_node (&out, node);
      g_string_append_c (out.text, '\n');
    }
  if (ret_length != NULL)
    *ret_length = out.text->len;
  return g_string_free (out.text, FALSE);
}

char *
pin_xml_format_node (const xmlNode *node, gboolean indented)
{
  Out out = { g_string_sized_new (4 * 1024), TRUE, indented ? 0 : OUT_AS_IS };

  put_node (&out, node);
  return g_string_free (out.text, FALSE);
}
