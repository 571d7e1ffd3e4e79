/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "libvirt-conf.h"

#include "core/number.h"

#include <string.h>

/* Lists in lists; libvirt's own files have none. */
#define DEPTH_MAX 16

/* Each of these is given where the text goes on, and moves it. */
static void
skip (const char **at, const char *bytes)
{
  *at += strspn (*at, bytes);
}

static void
skip_comment (const char **at)
{
  if (**at == '#')
    *at += strcspn (*at, "\r\n");
}

static gboolean
take (const char **at, const char *token)
{
  if (!g_str_has_prefix (*at, token))
    return FALSE;
  *at += strlen (token);
  return TRUE;
}

/* What is up to @end, of which there may be lines between if @many.  (transfer floating) NULL: it does not end. */
static GVariant *
take_text (const char **at, const char *end, gboolean many)
{
  const char *last = strstr (*at, end);
  gsize length = last == NULL ? 0 : last - *at;
  g_autofree char *text = NULL;

  if (last == NULL || (!many && strcspn (*at, "\r\n") < length))
    return NULL;
  text = g_strndup (*at, length);
  *at = last + strlen (end);
  return g_variant_new_string (text);
}

static GVariant *
take_number (const char **at)
{
  const char *digits = *at + (**at == '-' || **at == '+');
  gsize length = strspn (digits, "0123456789");
  g_autofree char *text = g_strndup (digits, length);
  guint64 number;

  if (!pin_number_parse (text, 10, 0, G_MAXINT64, &number))
    return NULL;
  number = **at == '-' ? -number : number;
  *at = digits + length;
  return g_variant_new_int64 ((gint64)number);
}

static GVariant *take_value (const char **at, guint depth);

static GVariant *
take_list (const char **at, guint depth)
{
  skip (at, " \t\r\n");
  while (**at != ']')
    {
      g_autoptr (GVariant) item = depth == DEPTH_MAX ? NULL : take_value (at, depth + 1);

      if (item == NULL)
        return NULL;
      g_variant_ref_sink (item);
      skip (at, " \t\r\n");
      if (!take (at, ",") && **at != ']')
        return NULL;
      skip (at, " \t\r\n");
    }
  ++*at;
  return g_variant_new_tuple (NULL, 0);
}

/* (transfer floating) NULL: there is none. */
static GVariant *
take_value (const char **at, guint depth)
{
  skip (at, " \t");
  if (take (at, "\"\"\""))
    return take_text (at, "\"\"\"", TRUE);
  if (take (at, "\""))
    return take_text (at, "\"", FALSE);
  if (take (at, "'"))
    return take_text (at, "'", FALSE);
  if (take (at, "["))
    return take_list (at, depth);
  return take_number (at);
}

/* (transfer full) NULL: there is none. */
static char *
take_name (const char **at)
{
  const char *start = *at;

  if (!g_ascii_isalpha (*start))
    return NULL;
  while (g_ascii_isalnum (**at) || **at == '_')
    ++*at;
  return g_strndup (start, *at - start);
}

static gboolean
take_statement (const char **at, GHashTable *conf)
{
  g_autofree char *name = take_name (at);
  g_autoptr (GVariant) value = NULL;

  if (name == NULL)
    return FALSE;
  skip (at, " \t");
  if (!take (at, "="))
    return FALSE;
  value = take_value (at, 0);
  if (value == NULL)
    return FALSE;
  g_variant_ref_sink (value);
  if (!g_hash_table_contains (conf, name))
    g_hash_table_insert (conf, g_steal_pointer (&name), g_variant_ref (value));
  skip (at, " \t");
  skip_comment (at);
  return **at == '\0' || strchr ("\r\n;", **at) != NULL;
}

GHashTable *
pin_exam_conf_parse (const char *text)
{
  g_autoptr (GHashTable) conf = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_variant_unref);
  const char *at = text;

  if (!g_utf8_validate (text, -1, NULL))
    return NULL;
  for (skip (&at, " \t\r\n;"); *at != '\0'; skip (&at, " \t\r\n;"))
    {
      if (*at == '#')
        skip_comment (&at);
      else if (!take_statement (&at, conf))
        return NULL;
    }
  return g_steal_pointer (&conf);
}

/* FALSE: @key has a value of another type; *ret_value is NULL if it has none. */
static gboolean
look_up (GHashTable *conf, const char *key, const GVariantType *type, GVariant **ret_value)
{
  *ret_value = g_hash_table_lookup (conf, key);
  return *ret_value == NULL || g_variant_is_of_type (*ret_value, type);
}

gboolean
pin_exam_conf_text (GHashTable *conf, const char *key, const char **ret)
{
  GVariant *value;

  if (!look_up (conf, key, G_VARIANT_TYPE_STRING, &value))
    return FALSE;
  if (value != NULL)
    *ret = g_variant_get_string (value, NULL);
  return TRUE;
}

gboolean
pin_exam_conf_number (GHashTable *conf, const char *key, gint64 *ret)
{
  GVariant *value;

  if (!look_up (conf, key, G_VARIANT_TYPE_INT64, &value))
    return FALSE;
  if (value != NULL)
    *ret = g_variant_get_int64 (value);
  return TRUE;
}
