/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "options.h"

#include "core/error.h"

static const char *
type_of (const PinBusOption *option)
{
  return option->value != NULL    ? "b"
         : option->number != NULL ? "u"
         : option->wide != NULL   ? "t"
         : option->list != NULL   ? "as"
                                  : "s";
}

static const char *
word_of (const PinBusOption *option)
{
  return option->value != NULL    ? "a boolean"
         : option->number != NULL ? "an unsigned number (u)"
         : option->wide != NULL   ? "an unsigned number (t)"
         : option->list != NULL   ? "a list of strings (as)"
                                  : "a string (s)";
}

static const PinBusOption *
find (const PinBusOption *known, const char *name)
{
  for (; known->name != NULL; known++)
    if (g_str_equal (known->name, name))
      return known;
  return NULL;
}

static gboolean
refuse (const char *name, const PinBusOption *known, GError **error)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (; known->name != NULL; known++)
    g_string_append_printf (names, "%s%s (%s)", names->len > 0 ? ", " : "; known: ", known->name, type_of (known));
  g_set_error (error, PIN_ERROR, PIN_ERROR_UNSUPPORTED, "unknown option '%s'%s", name, names->str);
  return FALSE;
}

static gboolean
take (const PinBusOption *option, GVariant *value, GError **error)
{
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE (type_of (option))))
    {
      g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "option '%s' must be %s", option->name, word_of (option));
      return FALSE;
    }
  if (option->value != NULL)
    *option->value = g_variant_get_boolean (value);
  else if (option->number != NULL)
    *option->number = g_variant_get_uint32 (value);
  else if (option->wide != NULL)
    *option->wide = g_variant_get_uint64 (value);
  else if (option->list != NULL)
    {
      g_strfreev (*option->list);
      *option->list = g_variant_dup_strv (value, NULL);
    }
  else
    {
      g_free (*option->text);
      *option->text = g_variant_dup_string (value, NULL);
    }
  return TRUE;
}

gboolean
pin_bus_options_read (GVariant *options, const PinBusOption *known, GError **error)
{
  gsize n = g_variant_n_children (options);

  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GVariant) value = NULL;
      const PinBusOption *option;
      const char *name;

      g_variant_get_child (options, i, "{&sv}", &name, &value);
      option = find (known, name);
      if (option == NULL)
        return refuse (name, known, error);
      if (!take (option, value, error))
        return FALSE;
    }
  return TRUE;
}
