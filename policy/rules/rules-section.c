/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rules/rules-section.h"

#include "core/error.h"
#include "core/number.h"
#include "rules/rules-keys.h"
#include "rules/rules-word.h"

#include <string.h>

gboolean
pin_section_is_named (PinSectionKind kind)
{
  return kind >= PIN_SECTION_DOMAIN;
}

static GStrv
usages (void)
{
  g_autoptr (GStrvBuilder) known = g_strv_builder_new ();

  for (guint i = 0; i < PIN_SECTION_N; i++)
    g_strv_builder_add (known, pin_section (i)->usage);
  return g_strv_builder_end (known);
}

gboolean
pin_section_parse (const char *title, PinSectionKind *ret_kind, const char **ret_name, GError **error)
{
  gsize length = strcspn (title, " ");
  const char *name = title[length] != '\0' ? title + length + 1 : NULL;
  g_auto (GStrv) known = NULL;

  for (guint i = 0; i < PIN_SECTION_N; i++)
    {
      const PinSection *section = pin_section (i);

      if (strlen (section->word) != length || strncmp (section->word, title, length) != 0)
        continue;
      if (pin_section_is_named (i) == (name != NULL))
        {
          *ret_kind = i;
          *ret_name = name;
          return TRUE;
        }
      if (name == NULL)
        {
          g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "section [%s] %s", section->word, section->missing);
          return FALSE;
        }
    }
  known = usages ();
  pin_rules_set_unknown (error, "section", title, "", (const char *const *) known);
  return FALSE;
}

/* "vcpupin.N" of a numbered key, its name of others.  (transfer full) */
static char *
key_usage (const PinRulesKey *key)
{
  return key->numbered != NULL ? g_strconcat (key->name, ".N", NULL) : g_strdup (key->name);
}

static void
set_unknown_key (PinSectionKind kind, const char *name, const char *title, GError **error)
{
  const PinSection *section = pin_section (kind);
  g_autoptr (GPtrArray) known = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *where = g_strdup_printf (" in [%s]", title);

  for (guint i = 0; i < section->n_keys; i++)
    g_ptr_array_add (known, key_usage (&section->keys[i]));
  g_ptr_array_add (known, NULL);
  pin_rules_set_unknown (error, "key", name, where, (const char *const *) known->pdata);
}

/* N as it is written in one way only, so that a number has one key. */
static gboolean
parse_number (const PinRulesKey *key, const char *name, const char *text, guint *ret_number, GError **error)
{
  guint64 number;
  g_autofree char *quoted = NULL;

  if (g_ascii_isdigit (text[0]) && (text[0] != '0' || text[1] == '\0')
      && pin_number_parse (text, 10, key->min, key->max, &number))
    {
      *ret_number = (guint) number;
      return TRUE;
    }
  quoted = pin_rules_quote (name);
  g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "%s: N of %s.N is the number of %s; write one from %u to %u", quoted,
               key->name, key->numbered, key->min, key->max);
  return FALSE;
}

const PinRulesKey *
pin_section_find (PinSectionKind kind, const char *name, const char *title, guint *ret_number, GError **error)
{
  const PinSection *section = pin_section (kind);
  gsize length = strcspn (name, ".");

  *ret_number = 0;
  for (guint i = 0; i < section->n_keys; i++)
    {
      const PinRulesKey *key = &section->keys[i];

      if (key->numbered == NULL && strcmp (key->name, name) == 0)
        return key;
      if (key->numbered == NULL || name[length] == '\0' || strlen (key->name) != length
          || strncmp (key->name, name, length) != 0)
        continue;
      return parse_number (key, name, name + length + 1, ret_number, error) ? key : NULL;
    }
  set_unknown_key (kind, name, title, error);
  return NULL;
}
